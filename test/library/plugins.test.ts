/** Plugins as an embedder passes them: plain objects of every kind, and what happens when they are not what they have to be. */
import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import type { Grant, GrantHost, Strategy } from '../../src/core/contracts.ts';
import type { TokenResponse } from '../../src/core/messages.ts';
import { createPadlock, type PadlockError, type PadlockOptions, type Plugin } from '../../src/index.ts';
import { fakeProvider, METADATA, noon, PASSWORD, padlockAt, tokens, USERNAME } from '../core/fake-provider.ts';
import { CLIENT, claims, ISSUER, keyFor, token } from '../core/forge.ts';

const PIN = '424242';
const acme = (...strategies: readonly Strategy[]): Plugin => ({ apiVersion: 1, name: 'acme', strategies });
type Acquire = (values: { readonly username: string; readonly pin: string }, host: GrantHost) => Promise<TokenResponse>;

/** interface.md's example. */
const smsPin = (
  acquire: Acquire = ({ username, pin }, host) => host.exchange('urn:acme:grant:sms-pin', { username, pin }),
  more: Partial<Grant> = {},
): Plugin =>
  acme({
    kind: 'grant',
    name: 'sms-pin',
    summary: 'sign in with a PIN sent by SMS',
    interactive: true,
    options: {
      username: { type: 'string', summary: 'who signs in', required: true, identity: true },
      pin: { type: 'string', summary: 'the PIN', required: true, secret: true, prompt: 'PIN from the SMS' },
    },
    acquire,
    ...more,
  });

function at(plugin: Plugin, options: PadlockOptions = {}, provider = fakeProvider()) {
  const padlock = padlockAt(provider, { flow: 'sms-pin', plugins: [plugin], values: { username: USERNAME, pin: PIN }, ...options });
  const refused = (): Promise<PadlockError> =>
    padlock.authenticate().then(
      () => Promise.reject(new Error('it signed in')),
      (error: unknown) => error as PadlockError,
    );
  return { padlock, provider, refused };
}

describe('a grant of a plugin', () => {
  test('signs in, and its tokens are verified as any others', async () => {
    const { padlock, provider } = at(smsPin());
    await expect(padlock.authenticate()).resolves.toMatchObject({
      flow: 'sms-pin',
      user: { name: 'Robin Percy' },
      idToken: { verified: { by: 'jwks' } },
    });
    expect(Object.fromEntries(provider.forms()[0] ?? [])).toMatchObject({
      grant_type: 'urn:acme:grant:sms-pin',
      username: USERNAME,
      pin: PIN,
      client_id: CLIENT,
    });
  });

  test('cannot get around the verifier', async () => {
    const forged = tokens({ id_token: token(keyFor('RS256'), { payload: claims({ iss: 'https://evil.test' }) }) });
    const { refused } = at(smsPin(async () => forged as unknown as TokenResponse));
    await expect(refused()).resolves.toMatchObject({ code: 'token_issuer' });
  });

  test('gets what it declared, and nothing else', async () => {
    let seen: object = {};
    const { padlock } = at(
      smsPin((values, host) => {
        seen = values;
        return host.exchange('x', {});
      }),
    );
    await padlock.authenticate();
    expect(seen).toEqual({ username: USERNAME, pin: PIN });
  });

  test('may demand that the ID token says something, and a token that does not is refused', async () => {
    const demanding = (demands: Parameters<GrantHost['demand']>[0]) =>
      at(
        smsPin((_, host) => {
          host.demand({ nonce: undefined });
          host.demand(demands);
          return host.exchange('x', {});
        }),
      ).refused();
    await expect(demanding({ nonce: 'n-1' })).resolves.toMatchObject({ code: 'token_nonce' });
    await expect(demanding({ maxAge: 60 })).resolves.toMatchObject({ code: 'token_claim_missing' });
    await expect(demanding({ acrValues: ['urn:mfa'] })).resolves.toMatchObject({ code: 'token_acr' });
  });

  test('reaches other endpoints and the browser, and may leave what was asked for to an earlier request', async () => {
    const provider = fakeProvider();
    provider.metadata = { ...METADATA, device_authorization_endpoint: `${ISSUER}device`, authorization_endpoint: `${ISSUER}authorize` };
    provider.others = { '/device': { body: { device_code: 'd-1' } } };
    const opened: string[] = [];
    const browser = { open: async (url: string) => opened.push(url) > 0 };
    const plugin = smsPin(async (_, host) => {
      const { device_code } = await host.post('device_authorization_endpoint', { x: '1' });
      if (!(await host.browse(host.authorizationUrl({ prompt: 'login' })))) host.warn({ code: 'acme_no_browser', message: 'No browser.' });
      return host.exchange('x', { device_code: String(device_code), at: String(host.now()) }, { asked: false });
    });
    await at(plugin, { ports: { http: provider.http, clock: noon, browser }, scope: ['openid'] }, provider).padlock.authenticate();
    expect(opened).toEqual([`${ISSUER}authorize?client_id=${encodeURIComponent(CLIENT)}&prompt=login&scope=openid`]);
    expect(new URLSearchParams(provider.requests.find(({ url }) => url.endsWith('/device'))?.body).get('scope')).toBe('openid');
    expect(Object.fromEntries(provider.forms()[0] ?? [])).toEqual({
      grant_type: 'x',
      device_code: 'd-1',
      at: String(noon.now()),
      client_id: CLIENT,
      client_secret: expect.any(String),
    });
  });

  test('is asked for what is required and absent, of a human only', async () => {
    const provider = fakeProvider();
    const asked: string[] = [];
    const ask = async ({ message }: { readonly message: string }): Promise<string> => {
      asked.push(message);
      return PIN;
    };
    const prompt = { available: true, ask };
    const options = { values: { username: USERNAME } };
    await at(smsPin(), { ...options, ports: { http: provider.http, clock: noon, prompt } }, provider).padlock.authenticate();
    expect([asked, provider.forms()[0]?.get('pin')]).toEqual([['PIN from the SMS'], PIN]);
    await expect(at(smsPin(), options).refused()).resolves.toMatchObject({
      code: 'usage_missing_option',
      message: expect.stringContaining('--pin'),
    });
  });

  test.each<[string, Acquire, string]>([
    ['undefined', async () => undefined as never, 'plugin_contract'],
    ['an empty object', async () => ({}) as never, 'plugin_contract'],
    ['a text', async () => 'at' as never, 'plugin_contract'],
    ['a token that is no text', async () => ({ access_token: 7, token_type: 'Bearer' }) as never, 'plugin_contract'],
    ['a token with a line end', async () => ({ access_token: 'a\r\nb', token_type: 'Bearer' }), 'proto_bad_shape'],
    ['a token without a type', async () => ({ access_token: 'a' }) as never, 'proto_token_type'],
    ['a token without an ID token', async () => ({ access_token: 'a', token_type: 'Bearer' }), 'token_missing'],
  ])('that returns %s is refused', async (_, acquire, code) => {
    await expect(at(smsPin(acquire)).refused()).resolves.toMatchObject({ code });
  });

  test.each<[string, Acquire, string]>([
    [
      'throws an error',
      () => {
        throw new Error(`bad ${PIN}`);
      },
      'plugin_crashed',
    ],
    [
      'throws a text',
      () => {
        throw `bad ${PIN}`;
      },
      'plugin_crashed',
    ],
    ['rejects with null', () => Promise.reject(null), 'plugin_crashed'],
    [
      'fails with a built-in code',
      async (_, host) => host.fail('usage_bad_value', { message: 'A PIN has six digits.' }),
      'usage_bad_value',
    ],
    [
      'fails with a code of its own',
      async (_, host) => host.fail('acme_pin_expired', { message: 'Too late.', category: 'auth' }),
      'acme_pin_expired',
    ],
    ['fails with a code of nobody', async (_, host) => host.fail('pin_expired'), 'plugin_contract'],
    ['fails with no code', async (_, host) => host.fail(undefined as unknown as string), 'plugin_contract'],
  ])('that %s has the code for it, and its secrets stay inside', async (_, acquire, code) => {
    const error = await at(smsPin(acquire)).refused();
    expect(error).toMatchObject({ name: 'PadlockError', code });
    expect(inspect(error, { depth: 9 })).not.toContain(PIN);
  });

  test('may say that it does not apply, and why', async () => {
    const { provider, refused } = at(smsPin(undefined, { applies: () => ({ no: 'the provider has no SMS gateway' }) }));
    await expect(refused()).resolves.toMatchObject({
      code: 'client_unsupported_grant',
      message: expect.stringContaining('no SMS gateway'),
    });
    expect(provider.forms()).toEqual([]);
    await expect(at(smsPin(undefined, { applies: () => true })).padlock.authenticate()).resolves.toMatchObject({ flow: 'sms-pin' });
  });

  test.each<[string, Partial<Grant>, string]>([
    [
      'applies',
      {
        applies: () => {
          throw new Error('x');
        },
      },
      'plugin_crashed',
    ],
    [
      'hosts',
      {
        hosts: () => {
          throw new Error('x');
        },
      },
      'plugin_crashed',
    ],
    ['hosts that are no list', { hosts: () => 'api.acme.test' as never }, 'plugin_contract'],
  ])('whose other functions fail is to blame for it: %s', async (_, more, code) => {
    await expect(at(smsPin(undefined, more)).refused()).resolves.toMatchObject({ code });
  });
});

describe('the host of a grant', () => {
  const calling = (url: string, more: Partial<Grant> = {}) => {
    const provider = fakeProvider();
    provider.others = { '/sms': { body: { sent: true } } };
    const plugin = smsPin(async (_, host) => {
      const { status } = await host.http({ method: 'POST', url, purpose: 'the SMS gateway' });
      return host.exchange('x', { status: String(status) });
    }, more);
    return at(plugin, {}, provider);
  };

  test.each([
    ['the issuer', `${ISSUER}sms`, {}],
    ['a host that discovery names', 'https://sms.acme.test/sms', {}],
    ['a host that the grant declares', 'https://api.acme.test/sms', { hosts: () => ['api.acme.test'] }],
    ['a host with a port', 'https://api.acme.test:8443/sms', { hosts: () => ['api.acme.test:8443'] }],
  ])('lets it call %s', async (_, url, more) => {
    const { padlock, provider } = calling(url, more);
    provider.metadata = { ...METADATA, acme_endpoint: 'https://sms.acme.test/x' };
    await padlock.authenticate();
    expect(provider.forms()[0]?.get('status')).toBe('200');
    expect(provider.requests.map((request) => request.url)).toContain(url);
  });

  test.each([
    ['another host', 'https://evil.test/sms', {}],
    ['another port', 'https://id.example.test:8443/sms', {}],
    ['a host whose name begins alike', 'https://id.example.test.evil.test/', {}],
    ['a user name that looks like the host', 'https://id.example.test@evil.test/', {}],
    ['a host that only the values name', 'https://api.acme.test/', { hosts: () => ['acme.test'] }],
  ])('does not let it call %s', async (_, url, more) => {
    const { provider, refused } = calling(url, more);
    await expect(refused()).resolves.toMatchObject({ code: 'plugin_contract', message: expect.stringContaining('may not call') });
    expect(provider.requests.map((request) => request.url)).not.toContain(url);
  });

  test('takes what is no URL for a crash', async () => {
    await expect(calling('sms').refused()).resolves.toMatchObject({ code: 'plugin_crashed' });
  });

  test('asks, shows and waits through the ports', async () => {
    const told: unknown[] = [];
    const waits: number[] = [];
    const provider = fakeProvider();
    const plugin = smsPin(async (_, host) => {
      host.show('Look at your phone.', { event: 'action_required', action: 'sms' });
      await host.sleep(2);
      return host.exchange('x', {
        answer: await host.ask({ message: 'Colour?' }),
        issuer: host.provider.issuer,
        scope: host.request.scope?.join(' '),
      });
    });
    const ports = {
      http: provider.http,
      clock: { ...noon, sleep: async (milliseconds: number) => void waits.push(milliseconds) },
      prompt: { available: true, ask: async () => 'blue' },
      notices: { warn: () => {}, show: (...shown: unknown[]) => void told.push(shown) },
    };
    await at(plugin, { ports }, provider).padlock.authenticate();
    expect([told, waits]).toEqual([[['Look at your phone.', { event: 'action_required', action: 'sms' }]], [2000]]);
    expect(Object.fromEntries(provider.forms()[0] ?? [])).toMatchObject({ answer: 'blue', issuer: ISSUER, scope: 'openid profile email' });
  });
});

describe('a verifier of a plugin', () => {
  const verifier = (verify: (token: string) => unknown): Plugin =>
    acme({ kind: 'verifier', name: 'seal', summary: 'a seal', algorithms: ['RS256'], verify: verify as never });
  const sealed = (plugin: Plugin): Promise<unknown> =>
    padlockAt(fakeProvider(), { plugins: [plugin], verifier: 'seal' })
      .authenticate()
      .catch((error: unknown) => error);
  const payload = claims({ name: 'Sealed Robin' });

  test('proves what is in the token; the claims are checked all the same', async () => {
    const proof = { payload, alg: 'RS256', kid: null };
    await expect(sealed(verifier(async () => proof))).resolves.toMatchObject({
      user: { name: 'Sealed Robin' },
      idToken: { verified: { by: 'seal', alg: 'RS256', kid: null } },
    });
    const old = { ...proof, payload: { ...payload, exp: 1 } };
    await expect(sealed(verifier(async () => old))).resolves.toMatchObject({ code: 'token_expired' });
  });

  test.each<[string, unknown, string]>([
    ['true', true, 'plugin_contract'],
    ['nothing', undefined, 'plugin_contract'],
    ['claims alone', payload, 'plugin_contract'],
    ['an algorithm that was not allowed', { payload, alg: 'HS256', kid: null }, 'plugin_contract'],
    ['the algorithm none', { payload, alg: 'none', kid: null }, 'plugin_contract'],
    ['a key id that is no text', { payload, alg: 'RS256', kid: 7 }, 'plugin_contract'],
  ])('that returns %s proves nothing', async (_, proof, code) => {
    await expect(sealed(verifier(async () => proof))).resolves.toMatchObject({ code });
  });

  test('that crashes is told so', async () => {
    await expect(sealed(verifier(() => Promise.reject(new Error('x'))))).resolves.toMatchObject({
      code: 'plugin_crashed',
      message: expect.stringContaining('"seal"'),
    });
  });
});

describe('other kinds', () => {
  test('a formatter and a source are plain objects, too', () => {
    const plugin = acme(
      { kind: 'formatter', name: 'shout', summary: 'in capitals', format: (view) => (view.title ?? '').toUpperCase() },
      { kind: 'source', name: 'vault', summary: 'a vault', read: async (argument) => String(argument) },
    );
    expect(() => createPadlock({ plugins: [plugin] })).not.toThrow();
  });

  test('two that are called alike are refused, and a built-in one is never replaced', () => {
    for (const plugins of [
      [smsPin(), smsPin()],
      [acme({ kind: 'grant', name: 'password', summary: 'mine', acquire: async () => ({ access_token: PASSWORD, token_type: 'Bearer' }) })],
      [
        acme({
          kind: 'verifier',
          name: 'jwks',
          summary: 'mine',
          algorithms: ['RS256'],
          verify: async () => ({ payload: {}, alg: 'RS256', kid: null }),
        }),
      ],
    ])
      expect(() => createPadlock({ plugins })).toThrow(expect.objectContaining({ code: 'plugin_conflict', exit: 11 }));
  });

  test('one that is no plugin is refused when the Padlock is made', () => {
    expect(() => createPadlock({ plugins: [{ apiVersion: 1 } as Plugin] })).toThrow(expect.objectContaining({ code: 'plugin_contract' }));
  });
});
