/** A Padlock as a program sees it: signing in, tokens, events, cancelling, the end. */
import { inspect } from 'node:util';
import { describe, expect, jest, test } from '@jest/globals';
import { createPadlockContainer, Secret } from '../../src/container.ts';
import { noHost } from '../../src/core/headless.ts';
import type { HttpRequest } from '../../src/core/ports.ts';
import { createPadlock, isPadlockError, type Padlock, type PadlockError, type PadlockOptions, type Session } from '../../src/index.ts';
import { MemoryFiles } from '../core/config-fixture.ts';
import { type Fake, type FakeProvider, fakeProvider, METADATA, noon, PASSWORD, padlockAt, tokens } from '../core/fake-provider.ts';
import { CLIENT, ISSUER, NOW, SECRET } from '../core/forge.ts';

const SERVICE = { flow: 'client-credentials', scope: ['read:reports'] } as const;
const machine = (more: object = {}): Fake => ({
  body: { access_token: 'at-canary-of-a-machine', token_type: 'Bearer', expires_in: 3600, ...more },
});
const failure = (promise: Promise<unknown>): Promise<PadlockError> =>
  promise.then(
    () => Promise.reject(new Error('nothing was thrown')),
    (error: unknown) => error as PadlockError,
  );
async function until(isSo: () => boolean): Promise<void> {
  for (let i = 0; i < 10_000 && !isSo(); i++) await new Promise(setImmediate);
  expect(isSo()).toBe(true);
}
const paths = ({ requests }: FakeProvider): string[] => requests.map(({ url }) => new URL(url).pathname);

describe('authenticate', () => {
  test('signs in each time, and gives who it was', async () => {
    const provider = fakeProvider();
    const padlock = padlockAt(provider);
    const session = await padlock.authenticate();
    expect(session).toMatchObject({
      issuer: ISSUER,
      clientId: CLIENT,
      flow: 'password',
      user: { id: 'robin', name: 'Robin Percy', email: 'robin@percy.test' },
      identity: { verified: true },
      access: { type: 'Bearer', expiresAt: new Date(NOW + 3_600_000), scope: ['openid', 'profile', 'email'] },
      idToken: { verified: { by: 'jwks', alg: 'RS256' } },
    });
    expect([session.access.value, session.refreshToken]).toEqual(['at-canary-0123456789', 'rt-canary-0123456789']);
    await padlock.authenticate();
    expect(provider.forms()).toHaveLength(2);
  });

  test('gives a machine no user', async () => {
    await expect(padlockAt(fakeProvider(machine()), SERVICE).authenticate()).resolves.toMatchObject({
      user: null,
      identity: { verified: false, reason: 'client' },
      access: { scope: ['read:reports'], verified: { by: null, reason: 'opaque' } },
    });
  });

  test('gives nobody where nobody was asked for', async () => {
    const session = await padlockAt(fakeProvider(machine()), { scope: ['api'] }).authenticate();
    expect([session.user, session.identity]).toEqual([null, { verified: false, reason: 'no_id_token' }]);
  });

  test('warns where less or more was granted, and once of a flow that is deprecated (BCP 1, 25)', async () => {
    const provider = fakeProvider({ body: tokens({ scope: 'openid admin' }) });
    const { access, warnings } = await padlockAt(provider).authenticate();
    expect(access.scope).toEqual(['openid', 'admin']);
    expect(warnings.map(({ code }) => code)).toEqual(['deprecated_flow', 'scope_narrowed', 'scope_widened']);
    const accepting = padlockAt(fakeProvider({ body: tokens({ scope: '' }) }), { values: { acceptDeprecated: true } });
    await expect(accepting.authenticate()).resolves.toMatchObject({ warnings: [], access: { scope: ['openid', 'profile', 'email'] } });
  });

  test('lets no token live for ever that does not say how long', async () => {
    const { access } = await padlockAt(fakeProvider(machine({ expires_in: undefined })), SERVICE).authenticate();
    expect('expiresAt' in access).toBe(false);
  });

  test('sends the secret that is fetched when it is needed, and fetches it once', async () => {
    const clientSecret = jest.fn(async () => SECRET);
    const provider = fakeProvider();
    await padlockAt(provider, { clientSecret }).authenticate();
    expect([clientSecret.mock.calls.length, provider.forms()[0]?.get('client_secret')]).toEqual([1, SECRET]);
  });

  test.each<[string, PadlockOptions, string, RegExp]>([
    ['without a flow', { flow: undefined as never }, 'usage_missing_flow', /client-credentials, .*password/],
    ['with an unknown flow', { flow: 'passwort' }, 'usage_unknown_flow', /Did you mean password/],
    ['with an unknown verifier', { verifier: 'jwk' }, 'usage_unknown_strategy', /Did you mean jwks/],
    ['without an issuer', { issuer: undefined as never }, 'usage_missing_option', /PADLOCK_ISSUER/],
    ['without a password', { values: { password: undefined } }, 'usage_missing_option', /password/],
    ['with an issuer on plain http', { issuer: 'http://id.example.test' }, 'config_insecure_url', /https/],
  ])('ends before anything is sent: %s', async (_, options, code, text) => {
    const provider = fakeProvider();
    const error = await failure(padlockAt(provider, options).authenticate());
    expect([error.code, `${error.message} ${error.hint}`]).toEqual([code, expect.stringMatching(text)]);
    expect(provider.forms()).toEqual([]);
  });
});

describe('the options of a Padlock', () => {
  const ask = (options: unknown): unknown => {
    try {
      return createPadlock(options as PadlockOptions);
    } catch (error) {
      return error;
    }
  };

  test.each<[string, unknown, string, string]>([
    ['an unknown value', { values: { usrname: 'x' } }, 'usage_unknown_option', 'There is no option "usrname".'],
    ['an unknown option', { clientid: 'x' }, 'usage_unknown_option', 'There is no option "clientid".'],
    ['a number for a text', { issuer: {} }, 'usage_bad_value', 'issuer must be a text.'],
    ['an empty client id', { clientId: '' }, 'usage_bad_value', 'clientId must not be empty.'],
    ['a text for a number', { timeout: 'soon' }, 'usage_bad_value', 'timeout must be a number.'],
    ['a fraction of a second', { values: { maxAge: 1.5 } }, 'usage_bad_value', 'maxAge must be a whole number.'],
    ['too long a time', { timeout: 601 }, 'usage_bad_value', 'timeout must be between 1 and 600.'],
    ['a text for a switch', { requireVerified: 'maybe' }, 'usage_bad_value', 'requireVerified must be true or false.'],
    ['a map that is none', { params: ['x'] }, 'usage_bad_value', 'param must be key=value.'],
  ])('are checked when it is made: %s', (_, options, code, message) => {
    expect(ask(options)).toMatchObject({ code, message, exit: 2 });
  });

  test('are told apart by a suggestion', () => {
    expect(ask({ values: { usernam: 'x' } })).toMatchObject({ hint: 'Did you mean username?' });
  });

  test('never show a secret that is no text', () => {
    for (const clientSecret of [7n, Symbol('canary'), { canary: 1 }, ['canary']])
      expect(inspect(ask({ clientSecret }), { depth: 9 })).not.toContain('canary');
  });
});

describe('token', () => {
  test('is asked for once by a hundred callers, and kept', async () => {
    const provider = fakeProvider(machine());
    const padlock = padlockAt(provider, SERVICE);
    const all = await Promise.all(Array.from({ length: 100 }, () => padlock.token()));
    expect(new Set(all.map(({ value }) => value))).toEqual(new Set(['at-canary-of-a-machine']));
    await padlock.token();
    expect(paths(provider).filter((path) => path === '/token')).toHaveLength(1);
  });

  test('is asked for again after it failed', async () => {
    const provider = fakeProvider({ status: 401, body: { error: 'invalid_client' } }, machine());
    const padlock = padlockAt(provider, SERVICE);
    const all = await Promise.allSettled(Array.from({ length: 10 }, () => padlock.token()));
    expect(new Set(all.map((one) => (one as { reason?: { code?: string } }).reason?.code))).toEqual(new Set(['client_invalid']));
    expect(provider.forms()).toHaveLength(1);
    await expect(padlock.token()).resolves.toMatchObject({ value: 'at-canary-of-a-machine' });
  });

  test('is another one for another audience, and refused as nonsense before anything is sent', async () => {
    const provider = fakeProvider(machine());
    const padlock = padlockAt(provider, SERVICE);
    await Promise.all([
      padlock.token(),
      padlock.token({ audience: 'a' }),
      padlock.token({ audience: 'b' }),
      padlock.token({ audience: 'a' }),
    ]);
    expect(new Set(provider.forms().map((form) => form.get('audience')))).toEqual(new Set([null, 'a', 'b']));
    expect(provider.forms()).toHaveLength(3);
    await expect(failure(padlock.token({ audience: '' }))).resolves.toMatchObject({ code: 'usage_bad_value' });
  });

  test('is another one for other authorization details', async () => {
    const provider = fakeProvider(machine());
    const padlock = padlockAt(provider, SERVICE);
    const payment = (amount: number) => ({ scope: ['pay'], authorizationDetails: [{ type: 'payment', amount }] });
    for (const request of [{ scope: ['pay'] }, payment(1), payment(2), payment(1)]) await padlock.token(request);
    const sent = provider.forms().map((form) => form.get('authorization_details'));
    expect(sent).toEqual([null, '[{"type":"payment","amount":1}]', '[{"type":"payment","amount":2}]']);
  });

  test('is not that of another call whose wishes read like its scope', async () => {
    const provider = fakeProvider(machine());
    const padlock = padlockAt(provider, { flow: 'client-credentials' });
    const wished = [{}, { audience: 'a' }, { scope: ['{"audience":"a"}'] }, { minTtl: 60 }, { scope: ['["",false,60,false]'] }];
    await Promise.all(wished.map((request) => padlock.token(request)));
    expect(provider.forms().map((form) => form.get('scope') ?? form.get('audience'))).toEqual(
      expect.arrayContaining([null, 'a', '{"audience":"a"}', '["",false,60,false]']),
    );
  });

  test('is one promise for all while it is fresh, whatever the clock says', async () => {
    let now = NOW;
    const provider = fakeProvider(machine());
    const padlock = padlockAt(provider, { ...SERVICE, ports: { clock: { ...noon, now: () => now } } });
    const answers = async (at: number): Promise<number> => {
      now = at;
      await padlock.token();
      expect(padlock.token({})).toBe(padlock.token());
      return provider.forms().length;
    };
    await expect(answers(NOW)).resolves.toBe(1);
    await expect(answers(NOW + 3_500_000)).resolves.toBe(1);
    await expect(answers(NOW + 3_595_000)).resolves.toBe(2);
    await expect(answers(NOW)).resolves.toBe(3); // the clock was moved back: that token is from the future
  });

  test('is refused by a promise, whatever is wrong', async () => {
    const padlock = padlockAt(fakeProvider(machine()), SERVICE);
    await expect(failure(padlock.token({ params: { loop: 1n as never } }))).resolves.toBeInstanceOf(TypeError);
  });

  test('is that of the session', async () => {
    const provider = fakeProvider();
    const padlock = padlockAt(provider);
    const { access } = await padlock.authenticate();
    await expect(padlock.token()).resolves.toEqual(access);
    expect(provider.forms()).toHaveLength(1);
  });

  test('is not asked of a human who was not to be asked', async () => {
    const padlock = padlockAt(fakeProvider(), { values: { password: undefined } });
    await expect(failure(padlock.token())).resolves.toMatchObject({ code: 'auth_login_required', exit: 4 });
  });
});

describe('logout', () => {
  test('forgets the session and tells the provider', async () => {
    const provider = fakeProvider();
    const padlock = padlockAt(provider);
    const session = await padlock.authenticate();
    await expect(padlock.logout(session)).resolves.toEqual({ revoked: true });
    const sent = new URLSearchParams(provider.requests.find(({ url }) => url === METADATA.revocation_endpoint)?.body);
    expect([sent.get('token'), sent.get('token_type_hint')]).toEqual(['rt-canary-0123456789', 'refresh_token']);
    await expect(padlock.session()).resolves.toBeUndefined();
    await expect(padlock.logout()).resolves.toEqual({ revoked: false });
  });

  test('tells nobody where that is not wanted, or not possible', async () => {
    for (const [more, options] of [
      [{}, { local: true }],
      [{ revocation_endpoint: null }, {}],
    ] as const) {
      const provider = fakeProvider();
      provider.metadata = { ...METADATA, ...more };
      const padlock = padlockAt(provider);
      await padlock.authenticate();
      await expect(padlock.logout(undefined, options)).resolves.toEqual({ revoked: false });
      expect(paths(provider)).not.toContain('/revoke');
    }
  });

  test('forgets even when the provider cannot be told', async () => {
    const provider = fakeProvider();
    provider.others = { '/revoke': { status: 503 } };
    const padlock = padlockAt(provider);
    await padlock.authenticate();
    await expect(failure(padlock.logout())).resolves.toMatchObject({ code: 'idp_unavailable' });
    await expect(padlock.sessions()).resolves.toEqual([]);
  });
});

describe('events', () => {
  test('tell what happens to sessions, until nobody listens', async () => {
    const padlock = padlockAt(fakeProvider());
    const heard: string[] = [];
    const off = (['acquired', 'dropped'] as const).map((event) => padlock.on(event, ({ user }) => heard.push(`${event} ${user?.id}`)));
    await padlock.authenticate();
    await padlock.logout();
    for (const one of off) one();
    await padlock.authenticate();
    expect(heard).toEqual(['acquired robin', 'dropped robin']);
  });

  test('do not cost a session when a listener throws; that is uncaught, as elsewhere', async () => {
    const padlock = padlockAt(fakeProvider());
    const thrown: unknown[] = [];
    const queue = jest.spyOn(globalThis, 'queueMicrotask').mockImplementation((run) => {
      try {
        run();
      } catch (error) {
        thrown.push(error);
      }
    });
    try {
      const listener = jest.fn();
      padlock.on('acquired', () => {
        throw new Error('my fault');
      });
      padlock.on('acquired', listener);
      await expect(padlock.authenticate()).resolves.toMatchObject({ flow: 'password' });
      expect([listener.mock.calls.length, thrown]).toEqual([1, [new Error('my fault')]]);
    } finally {
      queue.mockRestore();
    }
  });
});

describe('a signal', () => {
  const human = { available: true, ask: jest.fn(async () => PASSWORD) };

  test.each<[string, (padlock: Padlock, signal: AbortSignal) => Promise<unknown>]>([
    ['authenticate', (padlock, signal) => padlock.authenticate({ signal })],
    ['token', (padlock, signal) => padlock.token({ signal, login: true })],
  ])('that is aborted already ends %s before anybody is asked', async (_, call) => {
    const provider = fakeProvider();
    const padlock = padlockAt(provider, { values: { password: undefined }, ports: { http: provider.http, clock: noon, prompt: human } });
    await expect(failure(call(padlock, AbortSignal.abort()))).resolves.toMatchObject({ code: 'cancelled', exit: 130 });
    const reason = new Error('mine');
    await expect(failure(call(padlock, AbortSignal.abort(reason)))).resolves.toBe(reason);
    expect([human.ask.mock.calls.length, provider.requests]).toEqual([0, []]);
  });

  /** A request that ends when it is told to, and not before. */
  const hanging = ({ signal }: HttpRequest): Promise<never> =>
    new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true }));

  test.each(['/.well-known/openid-configuration', '/token'])('ends what is under way at %s', async (path) => {
    const provider = fakeProvider();
    provider.others = { [path]: hanging };
    const controller = new AbortController();
    const call = failure(padlockAt(provider).authenticate({ signal: controller.signal }));
    await until(() => paths(provider).includes(path));
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(call).resolves.toBe(reason);
  });

  test('of one caller does not end the wait of another', async () => {
    let answer: (fake: { body: object }) => void = () => {};
    const provider = fakeProvider(() => new Promise<{ body: object }>((resolve) => (answer = resolve)));
    const padlock = padlockAt(provider, SERVICE);
    const controller = new AbortController();
    const [impatient, patient] = [failure(padlock.token({ signal: controller.signal })), padlock.token()];
    await until(() => provider.forms().length > 0);
    controller.abort();
    await expect(impatient).resolves.toMatchObject({ code: 'cancelled' });
    answer(machine() as { body: object });
    await expect(patient).resolves.toMatchObject({ value: 'at-canary-of-a-machine' });
    expect(provider.forms()).toHaveLength(1);
  });

  test('leaves no listener behind', async () => {
    const controller = new AbortController();
    const add = jest.spyOn(controller.signal, 'addEventListener');
    const remove = jest.spyOn(controller.signal, 'removeEventListener');
    const padlock = padlockAt(fakeProvider(machine()), SERVICE);
    for (let i = 0; i < 20; i++) await padlock.token({ signal: controller.signal, refresh: true });
    expect(add.mock.calls.length).toBe(remove.mock.calls.length);
  });
});

describe('the end', () => {
  test('comes with await using, and ends what is under way', async () => {
    const provider = fakeProvider(
      ({ signal }) => new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error))),
    );
    let running: Promise<unknown>;
    {
      await using padlock = padlockAt(provider);
      running = failure(padlock.authenticate());
      await until(() => provider.forms().length > 0);
    }
    await expect(running).resolves.toMatchObject({ code: 'cancelled' });
  });

  test('is the end: nothing is asked or sent any more', async () => {
    const provider = fakeProvider(machine());
    const padlock = padlockAt(provider, SERVICE);
    await padlock.token();
    await padlock[Symbol.asyncDispose]();
    await padlock[Symbol.asyncDispose]();
    for (const call of [padlock.token(), padlock.authenticate()]) await expect(failure(call)).resolves.toMatchObject({ code: 'cancelled' });
    expect(provider.forms()).toHaveLength(1);
  });
});

describe('the algorithm of the first sign-in', () => {
  const directories = { config: '/c', cache: '/k', state: '/s' };

  test('is kept in the state directory, under a name that tells nothing', async () => {
    const files = new MemoryFiles();
    const provider = fakeProvider();
    await padlockAt(provider, { ports: { http: provider.http, clock: noon, files, host: { ...noHost, directories } } }).authenticate();
    const [path = ''] = (await files.list('/s/algorithms')) ?? [];
    expect(path).toMatch(/^[\w-]{43}$/);
    expect(new TextDecoder().decode(await files.read(`/s/algorithms/${path}`))).toBe('RS256\n');
  });

  test('does not cost the sign-in where it cannot be kept', async () => {
    const files = new MemoryFiles();
    files.write = async () => Promise.reject(new (await import('../../src/index.ts')).PadlockError('store_permissions'));
    const provider = fakeProvider();
    const padlock = padlockAt(provider, {
      ports: { http: provider.http, clock: noon, files, host: { ...noHost, directories } },
      values: { noCache: true },
    });
    const { warnings } = await padlock.authenticate();
    expect(warnings.map(({ code }) => code)).toContain('algorithm_not_pinned');
  });
});

describe('what an embedder holds', () => {
  const everything = async (): Promise<[string, unknown][]> => {
    const provider = fakeProvider();
    const options = {
      issuer: ISSUER,
      clientId: CLIENT,
      clientSecret: SECRET,
      flow: 'password',
      values: { username: 'robin', password: PASSWORD },
    };
    const container = createPadlockContainer({ ...options, ports: { http: provider.http, clock: noon } });
    const padlock = padlockAt(provider);
    const session: Session = await padlock.authenticate();
    const { PadlockPipeline, Provider, Redactor, Registry, Settings, Verification, resolve } = await import('../../src/container.ts');
    return [
      ['a session', session],
      ['an access token', session.access],
      ['an ID token', session.idToken],
      ['a list of sessions', await padlock.sessions()],
      ['a stored session', await padlock.session()],
      ['a copy of a session', { ...session }],
      ['a Padlock', padlock],
      ['a secret', new Secret(SECRET)],
      ...[PadlockPipeline, Provider, Redactor, Registry, Settings, Verification].map((service): [string, unknown] => [
        `the ${service.name} of a container`,
        resolve<unknown>(container, service as never),
      ]),
    ];
  };

  test('prints no secret, however it is printed', async () => {
    for (const [what, value] of await everything()) {
      const text = `${what}: ${inspect(value, { depth: 12 })} ${JSON.stringify(value)}`;
      for (const secret of [SECRET, PASSWORD, 'at-canary', 'rt-canary', 'eyJ']) expect(text).not.toContain(secret);
    }
  });

  test('recognises an error of another copy', () => {
    const foreign = Object.assign(new Error('x'), { code: 'internal', [Symbol.for('padlock.error')]: true });
    expect(isPadlockError(foreign)).toBe(true);
  });
});
