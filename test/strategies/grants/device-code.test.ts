import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../src/core/json-value.ts';
import { deviceCode } from '../../../src/strategies/grants/device-code.ts';
import { grantScene, oauth, TOKENS } from './host.ts';

const GRANT = 'urn:ietf:params:oauth:grant-type:device_code';
const ANSWER = { device_code: 'dc', user_code: 'WDJB-MJHT', verification_uri: 'https://id.test/device', expires_in: 600 };
const COMPLETE = 'https://id.test/device?user_code=WDJB-MJHT';
const pending = oauth('authorization_pending');
const plain = { browser: undefined };

const scene = (change: Record<string, unknown> = {}, more: Parameters<typeof grantScene>[0] = {}) =>
  grantScene({ answer: { ...ANSWER, ...change } as JsonObject, ...more });

describe('the device-code flow', () => {
  test('asks for a code, then for the token until it is approved', async () => {
    const { host, sent } = scene({}, { tokens: [pending, pending, TOKENS] });
    await expect(deviceCode.acquire(plain, host)).resolves.toBe(TOKENS);
    const asked = { to: GRANT, form: { device_code: 'dc' }, options: { asked: false } };
    expect(sent).toEqual([
      { at: 0, to: 'device_authorization_endpoint', form: {}, options: undefined },
      { at: 5, ...asked },
      { at: 10, ...asked },
      { at: 15, ...asked },
    ]);
  });

  test('waits as the provider says, and longer when it says so', async () => {
    const { host, sent } = scene({ interval: 31 }, { tokens: [oauth('slow_down'), pending, TOKENS] });
    await deviceCode.acquire(plain, host);
    expect(sent.map(({ at }) => at)).toEqual([0, 31, 67, 103]);
  });

  test('applies where the provider has an endpoint for it', () => {
    const at = (metadata: object) => deviceCode.applies({}, { issuer: 'x', clientId: 'x', metadata: { issuer: 'x', ...metadata } });
    expect(at({ device_authorization_endpoint: 'https://id.test/da' })).toBe(true);
    expect(at({})).toEqual({ no: expect.stringContaining('device authorization endpoint') });
  });

  test.each<[string, Error]>([
    ['denied', oauth('access_denied')],
    ['expired', oauth('expired_token', 'auth_expired')],
    ['refused with a code that nobody documents', oauth('invalid_grant', 'auth_invalid_grant')],
  ])('ends at once when it is %s', async (_, refusal) => {
    const { host, sent } = scene({}, { tokens: [refusal] });
    await expect(deviceCode.acquire(plain, host)).rejects.toBe(refusal);
    expect(sent).toHaveLength(2);
  });

  test('ends when nobody comes in time', async () => {
    const { elapsed, host } = scene({ expires_in: 60 }, { tokens: [pending] });
    await expect(deviceCode.acquire(plain, host)).rejects.toMatchObject({ code: 'auth_expired', exit: 4 });
    expect(elapsed()).toBe(60);
  });
});

describe('what a human is told', () => {
  test('is where to go, with which code, and for how long (BCP 37)', async () => {
    const { events, host, qr, shown } = scene();
    await deviceCode.acquire(plain, host);
    expect(shown).toEqual(['To sign in, open https://id.test/device', 'and enter the code WDJB-MJHT', 'within 10 minutes.']);
    expect(events).toEqual([
      {
        action: 'device_code',
        user_code: 'WDJB-MJHT',
        verification_uri: 'https://id.test/device',
        expires_at: '2026-11-23T12:10:00Z',
      },
    ]);
    expect(qr).toEqual(['https://id.test/device']);
  });

  test('has the code in it, also beside a shorter way (BCP 38)', async () => {
    const { events, host, qr, shown } = scene({ verification_uri_complete: COMPLETE, expires_in: 90 });
    await deviceCode.acquire(plain, host);
    expect(shown).toEqual([
      'To sign in, open https://id.test/device',
      'and enter the code WDJB-MJHT',
      `or compare it at ${COMPLETE}`,
      'within 90 seconds.',
    ]);
    expect(events).toEqual([expect.objectContaining({ user_code: 'WDJB-MJHT', verification_uri_complete: COMPLETE })]);
    expect(qr).toEqual([COMPLETE]);
  });

  test('is an address as Google names it', async () => {
    const { host, shown } = scene({ verification_uri: undefined, verification_url: 'https://id.test/google' });
    await deviceCode.acquire(plain, host);
    expect(shown[0]).toBe('To sign in, open https://id.test/google');
  });

  test('shows a host for what it is', async () => {
    const { host, shown } = scene({ verification_uri: 'https://gооgle.test/device' }); // with two Cyrillic letters
    await deviceCode.acquire(plain, host);
    expect(shown[0]).toContain('https://xn--');
  });

  test('may be an address on this machine', async () => {
    const { host, shown } = scene({ verification_uri: 'http://127.0.0.1:8080/device' });
    await deviceCode.acquire(plain, host);
    expect(shown[0]).toContain('http://127.0.0.1:8080/device');
  });
});

describe('a browser', () => {
  test('is opened when it is asked for, and not otherwise', async () => {
    const asked = scene({ verification_uri_complete: COMPLETE });
    await deviceCode.acquire({ browser: true }, asked.host);
    expect(asked.browsed).toEqual([COMPLETE]);
    const silent = scene({ verification_uri_complete: COMPLETE });
    await deviceCode.acquire(plain, silent.host);
    expect(silent.browsed).toEqual([]);
  });

  test.each<[string, () => Promise<boolean>]>([
    ['is not there', async () => false],
    [
      'crashes',
      async () => {
        throw new Error('x');
      },
    ],
  ])('that %s costs nothing', async (_, browser) => {
    const { host, shown } = scene({}, { browser });
    await expect(deviceCode.acquire({ browser: true }, host)).resolves.toBe(TOKENS);
    expect(shown.at(-1)).toBe('No browser could be opened here.');
  });
});

describe('nothing is shown, opened or asked further when the provider sends (BCP 37)', () => {
  test.each<[string, Record<string, unknown>]>([
    ['no device_code', { device_code: undefined }],
    ['an empty device_code', { device_code: '' }],
    ['a device_code that is no text', { device_code: 7 }],
    ['no expires_in', { expires_in: undefined }],
    ['an expires_in that is over', { expires_in: 0 }],
    ['an expires_in that is none', { expires_in: 'soon' }],
    ['an interval that is none', { interval: {} }],
    ['no user_code', { user_code: undefined }],
    ['an empty user_code', { user_code: '' }],
    ['a user_code that is no text', { user_code: ['A'] }],
    ['a user_code that moves the cursor', { user_code: 'WDJB\u001b[2J' }],
    ['a user_code that turns round', { user_code: 'WDJB\u202eTHJM' }],
    ['a user_code with another line in it', { user_code: 'WDJB\nopen https://evil.test' }],
    ['a user_code of 10 kB', { user_code: 'W'.repeat(10_240) }],
    ['no verification_uri', { verification_uri: undefined }],
    ['a verification_uri that is a program', { verification_uri: 'javascript:alert(1)' }],
    ['a verification_uri that is a file', { verification_uri: 'file:///etc/passwd' }],
    ['a verification_uri over http', { verification_uri: 'http://id.test/device' }],
    ['a verification_uri that is none', { verification_uri: 'id.test/device' }],
    ['a verification_uri that hides its host', { verification_uri: 'https://google.com@evil.test/device' }],
    ['a verification_uri that hides its host with a password', { verification_uri: 'https://:google.com@evil.test/device' }],
    ['a verification_uri of 10 kB', { verification_uri: `https://id.test/${'d'.repeat(10_240)}` }],
    ['a verification_uri_complete that is a program', { verification_uri_complete: 'javascript:alert(1)' }],
    ['a verification_uri_complete over http', { verification_uri_complete: 'http://id.test/device' }],
    ['a verification_uri_complete that is no text', { verification_uri_complete: 7 }],
  ])('%s', async (_, change) => {
    const { browsed, host, sent, shown } = scene(change);
    await expect(deviceCode.acquire({ browser: true }, host)).rejects.toMatchObject({ code: 'proto_bad_shape', exit: 7 });
    expect([shown, browsed, sent.length]).toEqual([[], [], 1]);
  });
});
