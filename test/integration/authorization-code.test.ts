/** The authorization-code flow at a real provider: B24, B25, B38–B41, V10, V13, V14. */
import { createServer } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import type { Store } from '../../src/core/contracts.ts';
import { PadlockError } from '../../src/core/errors.ts';
import type { SessionStore } from '../../src/core/store.ts';
import { createPadlock, type PadlockOptions } from '../../src/index.ts';
import type { TokenChange } from '../../src/sandbox/behaviour.ts';
import { browse, type Page } from '../../src/sandbox/browse.ts';
import type { Behaviour, ClientVariant } from '../../src/sandbox/index.ts';
import { memory } from '../../src/strategies/stores/memory.ts';
import { sharedSandbox } from '../support/sandbox.ts';

const idp = sharedSandbox();
const shown: unknown[] = [];

/** A program whose user signs in as soon as a browser opens; `more` is what it wants of the flow. */
function program(
  values: Readonly<Record<string, unknown>> = {},
  { variant = 'public' as ClientVariant, ...rest }: PadlockOptions & { variant?: ClientVariant } = {},
) {
  shown.length = 0;
  const notices = {
    warn: () => {},
    show: (line: string, event?: object) => void shown.push(event === undefined ? line : { line, ...event }),
  };
  return createPadlock({ ...idp().client('authorization-code', variant), values, ports: { ...idp().human(), notices }, ...rest });
}
const asked = () => idp().requests.at('authorization')[0]?.query ?? {};
const sent = () =>
  idp()
    .requests.at('token')
    .map(({ form }) => form);

describe('signing in with a browser', () => {
  test.each<ClientVariant>(['public', 'hs256', 'basic', 'es256'])('as a client of the kind %s', async (variant) => {
    const session = await program({}, { variant }).authenticate();
    expect([session.user?.name, session.flow]).toEqual(['Robin Percy', 'authorization-code']);
    expect(session.identity).toMatchObject({ verified: true, claims: { nonce: asked().nonce } });
  });

  test('asks for the scope in the browser, and sends the code with its proof and nothing else (BCP 2, 27, 29)', async () => {
    await program().authenticate({ audience: 'https://api.percy.test', params: { ui_locales: 'de' } });
    const { state, nonce, code_challenge, ...request } = asked();
    expect(request).toEqual({
      client_id: 'padlock-public',
      response_type: 'code',
      redirect_uri: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/callback$/),
      code_challenge_method: 'S256',
      scope: 'openid profile email offline_access',
      audience: 'https://api.percy.test',
      ui_locales: 'de',
    });
    for (const value of [state, nonce, code_challenge]) expect(value).toMatch(/^[\w-]{43}$/);
    expect(sent()).toEqual([
      {
        grant_type: 'authorization_code',
        client_id: 'padlock-public',
        code: expect.any(String),
        redirect_uri: request.redirect_uri,
        code_verifier: expect.stringMatching(/^[\w-]{43,128}$/),
      },
    ]);
  });

  test.each(['token', 'id_token token', 'code token'])(
    'has no implicit form: response_type %j cannot be asked for (BCP 10)',
    async (type) => {
      await expect(program({ param: { response_type: type } }).authenticate()).rejects.toMatchObject({ code: 'usage_conflict' });
      await expect(program().authenticate({ params: { response_type: type } })).rejects.toMatchObject({ code: 'usage_conflict' });
      expect(idp().requests.at('authorization')).toEqual([]);
    },
  );

  test('names the resource in both requests (RFC 8707)', async () => {
    const { access } = await program().authenticate({ resource: ['https://api.percy.test'], scope: ['openid', 'read:reports'] });
    expect([asked().resource, sent()[0]?.resource]).toEqual(['https://api.percy.test', 'https://api.percy.test']);
    expect(access.verified).toMatchObject({ by: 'jwks' });
  });

  test('is another state, nonce and verifier each time (BCP 4)', async () => {
    const padlock = program();
    await padlock.authenticate();
    await padlock.authenticate();
    const requests = idp()
      .requests.at('authorization')
      .filter(({ query }) => query.state !== undefined);
    const values = [...requests.flatMap(({ query: { state, nonce } }) => [state, nonce]), ...sent().map((form) => form.code_verifier)];
    expect([values.length, new Set(values).size]).toEqual([6, 6]);
    for (const value of values) expect(value).toMatch(/^[\w-]{43,128}$/);
  });

  test('says where the browser returns to before it opens, and gives programs one event', async () => {
    await program().authenticate();
    const { redirect_uri } = asked();
    expect(shown).toEqual([
      expect.stringMatching(`^The redirect URI is ${String(redirect_uri)} .*registered for the client padlock-public`),
      expect.stringMatching(/browser/),
      {
        line: expect.stringMatching(`^${idp().issuer}/authorize`),
        action: 'authorization_code',
        authorization_uri: expect.stringMatching(`^${idp().issuer}/authorize`),
        redirect_uri,
        expires_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      },
    ]);
  });

  test('sends what the flow was told, and has it checked in the ID token', async () => {
    const session = await program({ prompt: 'login consent', loginHint: 'robin@percy.test', maxAge: 600 }).authenticate();
    expect(asked()).toMatchObject({ prompt: 'login consent', login_hint: 'robin@percy.test', max_age: '600' });
    expect(session.identity).toMatchObject({ claims: { auth_time: expect.any(Number) } });
    idp().next('token', { idToken: { claims: { auth_time: 1_000_000_000 } } });
    await expect(program({ maxAge: 600 }).authenticate()).rejects.toMatchObject({ code: 'token_expired' });
    idp().next('token', { idToken: { claims: { acr: 'urn:weak' } } });
    await expect(program({ acrValues: 'urn:strong' }).authenticate()).rejects.toMatchObject({ code: 'token_acr' });
    expect(idp().requests.at('authorization').at(0)?.query.acr_values ?? 'urn:strong').toBe('urn:strong');
  });

  test('V13: goes on where no browser opens (BCP 26)', async () => {
    const human = idp().human();
    const lines: string[] = [];
    const notices = {
      warn: () => {},
      show(line: string) {
        lines.push(line);
        if (line.startsWith(idp().issuer)) void human.browser.open(line); // by hand
      },
    };
    const ports = { ...human, browser: { open: async () => false }, notices };
    const client = idp().client('authorization-code', 'public');
    await expect(createPadlock({ ...client, ports }).authenticate()).resolves.toMatchObject({ flow: 'authorization-code' });
    expect(lines.at(-1)).toMatch(/No browser could be opened.*--paste/);
    const crashing = { ...ports, browser: { open: () => Promise.reject(new Error('no')) } };
    await expect(createPadlock({ ...client, ports: crashing }).authenticate()).resolves.toMatchObject({ flow: 'authorization-code' });
    const untouched = { ...ports, browser: { open: () => Promise.reject(new Error('it was opened')) } };
    lines.length = 0;
    await createPadlock({ ...client, values: { noBrowser: true }, ports: untouched }).authenticate();
    expect(lines.join()).not.toMatch(/No browser could/);
  });

  test('comes back to [::1], and to localhost where that is registered (BCP 28)', async () => {
    for (const uri of ['http://[::1]/callback', 'http://localhost/']) {
      await program({ redirectUri: uri }).authenticate();
      expect(String(sent().at(-1)?.redirect_uri).replace(/:\d+\//, '/')).toBe(uri);
    }
  });
});

describe('a pushed request (RFC 9126)', () => {
  test('is all that the browser carries', async () => {
    await program({ par: true }).authenticate({ audience: 'https://api.percy.test' });
    const [pushed] = idp().requests.at('par');
    expect(pushed?.form).toMatchObject({ response_type: 'code', code_challenge_method: 'S256', audience: 'https://api.percy.test' });
    expect(asked()).toEqual({ client_id: 'padlock-public', request_uri: expect.stringMatching(/^urn:/) });
  });

  test('happens by itself where the provider demands it, and is refused without a reference', async () => {
    idp().next('discovery', { response: { require_pushed_authorization_requests: true } });
    idp().next('par', { status: 201, body: { expires_in: 60 } });
    await expect(program().authenticate()).rejects.toMatchObject({
      code: 'proto_bad_shape',
      message: expect.stringContaining('request_uri'),
    });
    expect(asked()).toEqual({});
  });
});

describe('PKCE', () => {
  test('is not left out: a provider that lists other methods only is refused, one that lists none is warned of (BCP 3, 5)', async () => {
    idp().next('discovery', { response: { code_challenge_methods_supported: ['plain'] } });
    await expect(program().authenticate()).rejects.toMatchObject({
      code: 'client_unsupported_grant',
      message: expect.stringContaining('S256'),
    });
    idp().next('discovery', { response: { code_challenge_methods_supported: null } });
    const { warnings } = await program().authenticate();
    expect(warnings.map(({ code }) => code)).toEqual(['pkce_not_listed']);
  });
});

describe('a pasted answer', () => {
  /** A user whose browser is elsewhere: what it ends on is made into what is pasted. */
  function elsewhere(paste: (back: URL) => string, values: Readonly<Record<string, unknown>> = {}) {
    const { clock } = idp().human();
    let back: Promise<URL> | undefined;
    const notices = {
      warn: () => {},
      show(line: string, event: Readonly<Record<string, string | number>> = {}) {
        if (line.startsWith(idp().issuer)) back = landed(line, String(event.redirect_uri));
      },
    };
    const prompt = {
      available: true,
      async ask(question: { readonly secret?: boolean }) {
        expect(question.secret ?? false).toBe(false); // it is long, and whoever pastes it has to see what arrived
        return paste((await back) as URL);
      },
    };
    const ports = { clock, notices, prompt, browser: { open: () => Promise.reject(new Error('it was opened')) } };
    return createPadlock({ ...idp().client('authorization-code', 'public'), values: { paste: true, ...values }, ports }).authenticate();
  }
  /** Where the provider sends the browser, which listens there in place of the program. */
  async function landed(url: string, redirectUri: string): Promise<URL> {
    const { port } = new URL(redirectUri);
    let found = '';
    const server = createServer((request, response) => {
      found = request.url ?? '';
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(Number(port), '127.0.0.1', resolve));
    await idp().human().browser.open(url);
    server.close();
    return new URL(found, redirectUri);
  }
  const redirectUri = 'http://127.0.0.1:24999/callback';

  test('is the whole address', async () => {
    await expect(elsewhere((back) => `${back.href}\n`, { redirectUri })).resolves.toMatchObject({ flow: 'authorization-code' });
  });

  test('of another sign-in is refused, and so is a bare code where the provider names itself', async () => {
    const other = elsewhere((back) => back.href.replace(/state=[^&]*/, 'state=evil'), { redirectUri });
    await expect(other).rejects.toMatchObject({ code: 'proto_bad_shape' });
    const bare = elsewhere((back) => back.searchParams.get('code') ?? '', { redirectUri });
    await expect(bare).rejects.toMatchObject({ code: 'proto_bad_shape', hint: expect.stringContaining('whole address') });
    expect(sent()).toEqual([]);
  });
});

describe('an answer that is refused before a code is redeemed (BCP 7, 8)', () => {
  test.each<[string, NonNullable<Behaviour['redirect']>, string, number]>([
    ['B38: no state', { state: null }, 'proto_bad_shape', 7],
    ['B39: another state', { state: 'evil' }, 'proto_bad_shape', 7],
    ['B40: another issuer', { iss: 'https://evil.example' }, 'proto_bad_shape', 7],
    ['B41: no issuer, though promised', { iss: null }, 'proto_bad_shape', 7],
    ['V10: no code', { code: null }, 'proto_bad_shape', 7],
    ['V10: a refusal', { code: null, error: 'access_denied', error_description: 'Not <you>.' }, 'auth_access_denied', 4],
  ])('%s', async (_, redirect, code, exit) => {
    idp().next('authorization', { redirect });
    await expect(program().authenticate()).rejects.toMatchObject({ code, exit });
    expect(sent()).toEqual([]);
  });

  test('by a user who gives up', async () => {
    const ports = idp().human('robin@percy.test', 'wrong');
    const refused = createPadlock({ ...idp().client('authorization-code'), ports }).authenticate();
    await expect(refused).rejects.toMatchObject({
      code: 'auth_access_denied',
      oauthError: 'access_denied',
      message: expect.stringContaining('The user said no'),
    });
  });
});

describe('an ID token', () => {
  test.each<[string, string | null]>([
    ['B24: with another nonce', 'evil'],
    ['B25: without the nonce', null],
  ])('%s is refused', async (_, nonce) => {
    idp().next('token', { idToken: { claims: { nonce } } });
    await expect(program().authenticate()).rejects.toMatchObject({ code: 'token_nonce', exit: 8 });
  });
});

describe('what the browser shows', () => {
  /** A user who signs in; `page` is what they end on. `opened` happens when their browser does. */
  function watching(more: PadlockOptions = {}) {
    let seen: (page: Promise<Page | undefined>) => void = () => {};
    const page = new Promise<Page | undefined>((resolve) => {
      seen = resolve;
    });
    const human = idp().human();
    const { username, password } = idp().user;
    const answers: Readonly<Record<string, string>> = { username, password };
    const browser = {
      async open(url: string) {
        const end = browse(url, idp().issuer, { fill: (field) => answers[field] });
        seen(end);
        await end;
        return true;
      },
    };
    const notices = { warn: () => {}, show: () => {} };
    return {
      page,
      padlock: createPadlock({ ...idp().client('authorization-code', 'public'), ports: { ...human, browser, notices }, ...more }),
    };
  }
  /** A store whose next write waits for `before`. */
  const storeWith = (before: () => Promise<void>): PadlockOptions => {
    const open: Store['open'] = async (values, host) => {
      const store = await memory.open(values, host);
      const replace: SessionStore['replace'] = async (...write) => {
        await before();
        return store.replace(...write);
      };
      return new Proxy(store, {
        get(target, name) {
          const member: unknown = name === 'replace' ? replace : Reflect.get(target, name, target);
          return typeof member === 'function' ? member.bind(target) : member;
        },
      });
    };
    const kept = { kind: 'store', name: 'kept', summary: 'kept by a test', reach: 'process', open } as const;
    return { store: 'kept', plugins: [{ apiVersion: 1, name: 'kept', strategies: [kept] }] };
  };

  test('is a success once the tokens are checked and the session is kept, and not before', async () => {
    let stored = false;
    let early: unknown;
    const scene: ReturnType<typeof watching> = watching(
      storeWith(async () => {
        early ??= await Promise.race([scene.page, new Promise((resolve) => setTimeout(resolve, 50, 'nothing yet'))]);
        stored = true;
      }),
    );
    await expect(scene.padlock.authenticate()).resolves.toMatchObject({ flow: 'authorization-code' });
    expect([early, stored]).toEqual(['nothing yet', true]);
    expect(await scene.page).toMatchObject({ status: 200, html: expect.stringContaining('You are signed in') });
  });

  test.each<[string, TokenChange, string, string]>([
    ['a forged signature', { key: 'wrong' }, 'token_signature', 'signature'],
    ['another nonce', { claims: { nonce: '<b>evil</b>' } }, 'token_nonce', 'nonce'],
    ['another audience', { claims: { aud: '<b>evil</b>' } }, 'token_audience', '&lt;b&gt;evil&lt;/b&gt;'],
  ])('is a failure where the ID token is wrong: %s', async (_, idToken, code, said) => {
    idp().next('token', { idToken });
    const { padlock, page } = watching();
    await expect(padlock.authenticate()).rejects.toMatchObject({ code });
    const { status, html } = (await page) as Page;
    expect([status, html]).toEqual([400, expect.stringMatching(/You are not signed in/)]);
    expect(html).toContain(said);
    expect(html).not.toContain('<b>');
  });

  test('is a failure where the session cannot be kept', async () => {
    const { padlock, page } = watching(
      storeWith(() => Promise.reject(new PadlockError('store_no_space', { message: 'There is no space left.' }))),
    );
    await padlock.authenticate();
    expect(await page).toMatchObject({ status: 400, html: expect.stringContaining('There is no space left.') });
  });

  test('holds no secret, whatever the provider says', async () => {
    const secret = 'cl13nt-s3cret-canary-0123456789-0123456789';
    idp().next('token', { status: 400, body: { error: 'invalid_grant', error_description: `not ${secret}` } });
    const { padlock, page } = watching({ clientSecret: secret, clientAuth: 'client-secret-post' });
    await expect(padlock.authenticate()).rejects.toMatchObject({ code: 'auth_invalid_grant' });
    const { html } = (await page) as Page;
    expect(html).toContain('[redacted]');
    expect(html).not.toContain(secret);
  });

  test('says that it was cancelled, if that happens while the tokens are fetched; the port is closed', async () => {
    const controller = new AbortController();
    idp().next('token', { delay: 60_000 });
    const { padlock, page } = watching();
    const ended = padlock.authenticate({ signal: controller.signal });
    ended.catch(() => {});
    while (idp().requests.at('token').length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    controller.abort();
    await expect(ended).rejects.toMatchObject({ code: 'cancelled' });
    expect(await page).toMatchObject({ status: 400, html: expect.stringContaining('The sign-in was cancelled.') });
    const { redirect_uri: uri } = asked();
    await expect(fetch(String(uri))).rejects.toThrow();
  });
});

describe('a code', () => {
  test.each([
    ['a server in trouble', { status: 503 }, 'idp_unavailable'],
    ['a connection that breaks', { hangUp: 'body' as const }, 'net_reset'],
    ['a refusal', { status: 400, body: { error: 'invalid_grant' } }, 'auth_invalid_grant'],
  ])('is redeemed once, whatever comes: %s', async (_, behaviour, code) => {
    idp().next('token', behaviour);
    await expect(program().authenticate()).rejects.toMatchObject({ code });
    expect(sent()).toHaveLength(1);
  });
});

describe('nobody comes back', () => {
  /** A browser that opens and then does nothing; `then` happens when it has. */
  const idle = (then: () => void) => ({
    ...idp().human(),
    browser: {
      async open() {
        setTimeout(then, 20);
        return true;
      },
    },
  });
  const listening = async (uri: string): Promise<boolean> =>
    fetch(`${uri}?nothing`).then(
      () => true,
      () => false,
    );

  test('V14: until it is too late; what may be wrong with the redirect URI is said again', async () => {
    const client = idp().client('authorization-code', 'public');
    const late = createPadlock({ ...client, values: { loginTimeout: 60 }, ports: idle(() => idp().advance(61)) }).authenticate();
    const failure = await late.then(
      () => undefined,
      (error: unknown) => error as PadlockError,
    );
    const { code, hint } = failure as PadlockError;
    expect(code).toBe('auth_timeout');
    expect(hint).toMatch(/http:\/\/127\.0\.0\.1:\d+\/callback.*must be registered for the client padlock-public/);
    expect(await listening(/http:\S+callback/.exec(hint)?.[0] ?? '')).toBe(false);
  });

  test('until somebody cancels', async () => {
    const controller = new AbortController();
    const uris: unknown[] = [];
    const ports = idle(() => controller.abort());
    const notices = {
      warn: () => {},
      show: (_: string, event: Readonly<Record<string, unknown>> = {}) => void uris.push(event.redirect_uri ?? ''),
    };
    const cancelled = createPadlock({ ...idp().client('authorization-code', 'public'), ports: { ...ports, notices } }).authenticate({
      signal: controller.signal,
    });
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    const [uri] = uris.filter(Boolean);
    expect(uri).toMatch(/^http:/);
    expect(await listening(String(uri))).toBe(false);
  });
});
