import type { Grant, GrantHost, Recorded } from '../../core/contracts.ts';
import { defineOptions, type ValuesOf } from '../../core/options.ts';

const GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

const options = defineOptions({
  browser: { type: 'boolean', summary: 'open the page of the code in a browser of this machine' },
});

/** Device authorization (RFC 8628): a code here, its approval in a browser anywhere. */
export const deviceCode = {
  kind: 'grant',
  name: 'device-code',
  summary: 'a code to enter in a browser on any device',
  guide: {
    use: 'a terminal without a browser: SSH, containers, another machine; the browser can be on a phone',
    avoid: 'where a browser is at hand: the code can be phished, and authorization-code is bound to this machine',
    needs: 'a client that may use the device flow; no redirect URI, and no secret if it is a public client',
  },
  grantType: GRANT,
  interactive: true,
  options,
  applies: (_values, { metadata }) =>
    metadata.device_authorization_endpoint !== undefined || { no: 'the provider has no device authorization endpoint' },
  async acquire({ browser }: ValuesOf<typeof options>, host) {
    const { readDeviceAuthorization } = await import('../../core/device-authorization.ts');
    const { endOf, poll } = await import('../../core/polling.ts');
    const { address, deviceCode, pace, shortcut, userCode } = readDeviceAuthorization(await host.post('device_authorization_endpoint', {}));
    host.show(`To sign in, open ${address}`, {
      action: 'device_code',
      user_code: userCode,
      verification_uri: address,
      ...(shortcut !== undefined && { verification_uri_complete: shortcut }),
      expires_at: endOf(pace, host.now()),
    });
    host.show(`and enter the code ${userCode}`);
    if (shortcut !== undefined) host.show(`or compare it at ${shortcut}`);
    host.show(`within ${duration(pace.expiresIn)}.`, undefined, { qr: shortcut ?? address });
    if (browser === true) void open(shortcut ?? address, host);
    const form = { device_code: deviceCode };
    return poll(() => host.exchange(GRANT, form, { asked: false }), pace, host);
  },
} satisfies Recorded<Grant>;

async function open(address: string, host: GrantHost): Promise<void> {
  if (!(await host.browse(address).catch(() => false))) host.show('No browser could be opened here.');
}

const duration = (seconds: number): string => (seconds < 120 ? `${Math.floor(seconds)} seconds` : `${Math.floor(seconds / 60)} minutes`);
