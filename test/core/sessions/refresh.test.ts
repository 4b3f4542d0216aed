/** One refresh whoever asks, and no refresh token lost: rulings 1 to 3 of the refresh order. */
import { describe, expect, test } from '@jest/globals';
import { PadlockError } from '../../../src/index.ts';
import { claims, ISSUER, SECONDS, strangerFor, token } from '../forge.ts';
import { expired, failure, gate, typist, world } from './fixture.ts';

const hungUp = (): PadlockError => new PadlockError('net_reset', { message: 'The provider hung up.' });

describe('a token that is over', () => {
  test('is refreshed once for a thousand callers, who all get the new one', async () => {
    const { padlock, provider } = await expired();
    const all = await Promise.all(Array.from({ length: 1000 }, () => padlock.token()));
    expect(new Set(all.map(({ value }) => value))).toEqual(new Set(['at-2-canary-0123456789']));
    expect(provider.refreshes()).toBe(1);
  });

  test('is refreshed once for many processes', async () => {
    const { process, provider } = await expired();
    const all = await Promise.all(Array.from({ length: 25 }, () => process().token()));
    expect(new Set(all.map(({ value }) => value)).size).toBe(1);
    expect([provider.refreshes(), provider.isReused]).toEqual([1, false]);
    await expect(process().token({ refresh: true })).resolves.toMatchObject({ value: 'at-3-canary-0123456789' });
  });

  test('is refreshed once per audience, one after the other, with the newest refresh token each time (BCP 20)', async () => {
    const { padlock, provider } = await expired();
    await Promise.all(['a', 'b', 'c'].map((audience) => padlock.token({ audience })));
    expect([provider.refreshes(), new Set(provider.sent).size, provider.isReused]).toEqual([3, 3, false]);
    const kept = (await padlock.session())?.refreshToken ?? '';
    expect([provider.sent.includes(kept), provider.good.has(kept)]).toEqual([false, true]);
  });

  test('keeps its refresh token where the provider sends no other', async () => {
    const { padlock, provider, clock } = await expired();
    provider.rotates = false;
    for (let round = 0; round < 3; round++) {
      await padlock.token();
      clock.pass(4000);
    }
    expect(new Set(provider.sent)).toEqual(new Set(['rt-1-canary-0123456789']));
  });

  test('sends its refresh token to the token endpoint and, signing out, to the revocation endpoint; nowhere else (BCP 21)', async () => {
    const { padlock, provider } = await expired();
    provider.metadata = { ...provider.metadata, userinfo_endpoint: `${ISSUER}userinfo` };
    provider.others['/userinfo'] = { body: { sub: 'robin' } };
    await padlock.token();
    await padlock.token({ refresh: true });
    await padlock.logout();
    const holding = provider.requests.filter((request) => JSON.stringify(request).includes('rt-'));
    expect(holding.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `POST ${ISSUER}token`,
      `POST ${ISSUER}token`,
      `POST ${ISSUER}revoke`,
    ]);
  });

  test('may come back without an ID token: who it is was verified at the sign-in', async () => {
    const { padlock, provider } = await expired();
    provider.idToken = undefined;
    await padlock.token();
    await expect(padlock.session()).resolves.toMatchObject({
      user: { id: 'robin', name: 'Robin Percy' },
      identity: { verified: true },
      idToken: { verified: { by: 'jwks' } },
    });
  });

  test('changes what the session says, where there is a new ID token', async () => {
    const { padlock, provider } = await expired();
    provider.idToken = { name: 'Robin P.' };
    await padlock.token();
    await expect(padlock.session()).resolves.toMatchObject({ user: { name: 'Robin P.' } });
  });

  test('is refreshed with the client secret of now, which no session holds', async () => {
    const { process, provider } = await expired();
    const error = await failure(createWithoutSecret(process).token());
    expect(error).toMatchObject({ code: 'config_missing_credential', exit: 3 });
    expect(provider.refreshes()).toBe(0);
    await expect(process().token()).resolves.toMatchObject({ value: 'at-2-canary-0123456789' });
  });

  test('sends no secret to another client or provider that the settings name now', async () => {
    const { process, provider } = await expired();
    const error = await failure(process({ clientId: 'another' }).token());
    expect(error).toMatchObject({ code: 'auth_login_required' });
    expect(provider.refreshes()).toBe(0);
  });
});

const createWithoutSecret = (process: Awaited<ReturnType<typeof expired>>['process']) => process({ clientSecret: undefined as never });

describe('an early refresh', () => {
  test.each([
    [3600, 72, 0],
    [3600, 48, 1],
    [100, 24.1, 0],
    [100, 15.9, 1],
  ])('a token of %d s with %d s left: %d refreshes', async (expiresIn, left, refreshes) => {
    const { process, provider, clock } = world();
    provider.expiresIn = expiresIn;
    await process().authenticate();
    clock.pass(expiresIn - left);
    await process().token();
    expect(provider.refreshes()).toBe(refreshes);
  });

  test('comes at another moment for each process', async () => {
    const { process, provider, clock } = world();
    await process().authenticate();
    clock.pass(3600 - 60);
    provider.next = Array.from({ length: 40 }, () => ({ status: 500, body: '{}' }));
    for (let each = 0; each < 40; each++) await process().token();
    expect(provider.next.length).toBeGreaterThan(2);
    expect(provider.next.length).toBeLessThan(38);
  });

  test.each([
    ['the network', hungUp()],
    ['a provider in trouble', { status: 500, body: '{}' }],
    ['a provider that answers nonsense', { status: 200, body: '<html>' }],
    ['a refresh token that is over', { status: 400, body: { error: 'invalid_grant' } }],
    ['a client that is not known any more', { status: 401, body: { error: 'invalid_client' } }],
  ])('that fails costs nothing while the token still lives: %s', async (_, answer) => {
    const { process, provider, clock } = world();
    await process().authenticate();
    clock.pass(3600 - 40);
    provider.next = [answer];
    await expect(process().token()).resolves.toMatchObject({ value: 'at-1-canary-0123456789' });
    expect(provider.next).toEqual([]);
  });

  test('that fails is told to who asked for a new token, or for one that lives longer', async () => {
    for (const request of [{ refresh: true }, { minTtl: 50 }]) {
      const { process, provider, clock } = world();
      await process().authenticate();
      clock.pass(3600 - 40);
      provider.next = [hungUp()];
      await expect(failure(process().token(request))).resolves.toMatchObject({ code: 'net_reset' });
    }
  });

  test('nobody is bothered for: a session that only a human can renew gives its token to the end', async () => {
    const { process, provider, clock } = world();
    provider.more = { refresh_token: undefined };
    const prompt = typist();
    await process().authenticate();
    clock.pass(3600 - 20);
    for (const login of [false, true])
      await expect(process({ ports: { prompt, http: provider.http, clock } }).token({ login })).resolves.toMatchObject({
        value: 'at-1-canary-0123456789',
      });
    expect(prompt.asked).toBe(0);
    clock.pass(11);
    await expect(failure(process().token())).resolves.toMatchObject({ code: 'auth_login_required' });
  });

  test('does not keep the other callers waiting, in this process or another', async () => {
    const { process, provider, clock } = world();
    const padlock = process();
    await padlock.authenticate();
    await padlock.token();
    clock.pass(3600 - 40);
    const { opened, open } = gate();
    provider.answering = opened;
    const asked = provider.asked();
    const first = padlock.token();
    await asked;
    await expect(padlock.token()).resolves.toMatchObject({ value: 'at-1-canary-0123456789' });
    await expect(process().token()).resolves.toMatchObject({ value: 'at-1-canary-0123456789' });
    open();
    await expect(first).resolves.toMatchObject({ value: 'at-2-canary-0123456789' });
    expect(provider.refreshes()).toBe(1);
  });
});

describe('a new token that was asked for', () => {
  test('is what later calls get, too', async () => {
    const { process } = world();
    const padlock = process();
    await padlock.authenticate();
    await padlock.token();
    await expect(padlock.token({ refresh: true })).resolves.toMatchObject({ value: 'at-2-canary-0123456789' });
    await expect(padlock.token()).resolves.toMatchObject({ value: 'at-2-canary-0123456789' });
  });

  test('is asked for once by all who want it at the same time', async () => {
    const { process, provider } = world();
    const padlock = process();
    await padlock.authenticate();
    await Promise.all(Array.from({ length: 50 }, () => padlock.token({ refresh: true })));
    expect(provider.refreshes()).toBe(1);
  });
});

describe('what comes with a refresh is verified after the new refresh token is kept', () => {
  test('key set that hangs up: net_reset, and the next call succeeds with the new refresh token', async () => {
    const { padlock, provider } = await expired();
    provider.others['/keys'] = () => Promise.reject(hungUp());
    provider.more = { id_token: ofUnknownKey() }; // the keys of the sign-in are known; this makes them be fetched again
    await expect(failure(padlock.token())).resolves.toMatchObject({ code: 'net_reset', exit: 6 });
    provider.more = {};
    delete provider.others['/keys'];
    await expect(padlock.token()).resolves.toMatchObject({ value: 'at-3-canary-0123456789' });
    expect(provider.sent).toEqual(['rt-1-canary-0123456789', 'rt-2-canary-0123456789']);
  });

  test.each([
    ['another user', { sub: 'mallory' }, 'token_sub_mismatch'],
    ['another issuer', { iss: 'https://evil.example.test/' }, 'token_issuer'],
    ['another client', { aud: 'another' }, 'token_audience'],
  ])('an ID token of %s: exit 8, no access token, and the spent refresh token is never sent again (BCP 49)', async (_, idToken, code) => {
    const { padlock, process, provider } = await expired();
    provider.idToken = idToken;
    await expect(failure(padlock.token())).resolves.toMatchObject({ code, exit: 8 });
    await expect(failure(process().token())).resolves.toMatchObject({ code, exit: 8 });
    provider.idToken = {};
    await expect(process().token()).resolves.toMatchObject({ value: 'at-4-canary-0123456789' });
    expect(new Set(provider.sent).size).toBe(3);
    expect(provider.isReused).toBe(false);
    await expect(padlock.session()).resolves.toMatchObject({ user: { id: 'robin' } });
  });

  test('an ID token with another nonce than the sign-in’s is refused; it need have none (BCP 49)', async () => {
    const { clock, process, provider } = world();
    provider.idToken = { nonce: 'of-the-sign-in' };
    await process().authenticate();
    const refreshed = async (idToken: Record<string, unknown>): Promise<unknown> => {
      clock.pass(4000);
      provider.idToken = idToken;
      return process()
        .token()
        .then(
          () => 'good',
          (error: PadlockError) => [error.code, error.exit],
        );
    };
    expect(await refreshed({ nonce: 'of-the-sign-in' })).toBe('good');
    expect(await refreshed({ nonce: 'another' })).toEqual(['token_nonce', 8]);
    expect(await refreshed({})).toBe('good');
    expect(await refreshed({ iat: SECONDS - 7 * 86_400 })).toEqual(['token_iat', 8]);
  });

  test('an early refresh that brings another user is told at once, though the token still lives', async () => {
    const { process, provider, clock } = world();
    await process().authenticate();
    clock.pass(3600 - 40);
    provider.idToken = { sub: 'mallory' };
    await expect(failure(process().token())).resolves.toMatchObject({ code: 'token_sub_mismatch' });
    await expect(failure(process().token())).resolves.toMatchObject({ code: 'token_sub_mismatch' }); // it is not shown while it is pending
  });

  test('without rotation the stored session stays as it was', async () => {
    const { padlock, provider, clock } = await expired();
    provider.rotates = false;
    provider.idToken = { sub: 'mallory' };
    await expect(failure(padlock.token())).resolves.toMatchObject({ code: 'token_sub_mismatch' });
    provider.idToken = {};
    clock.pass(1);
    await expect(padlock.token()).resolves.toMatchObject({ value: 'at-3-canary-0123456789' });
  });
});

const ofUnknownKey = (): string =>
  token(strangerFor('RS256'), { header: { kid: 'nobody-knows' }, payload: claims({ iat: SECONDS + 4000, exp: SECONDS + 8000 }) });

test('an answer that is lost after the provider rotated costs the session, and nobody tries for ever', async () => {
  const { padlock, process, provider } = await expired();
  provider.next = [
    () => {
      provider.good.clear(); // it was redeemed, and nobody heard for what
      throw hungUp();
    },
  ];
  await expect(failure(padlock.token())).resolves.toMatchObject({ code: 'net_reset', exit: 6 });
  await expect(failure(process().token())).resolves.toMatchObject({
    code: 'auth_refresh_rejected',
    exit: 4,
    hint: expect.stringContaining('padlock auth'),
  });
  for (let again = 0; again < 3; again++)
    await expect(failure(process().token())).resolves.toMatchObject({ code: 'auth_login_required', exit: 4 });
  expect(provider.forms()).toHaveLength(3); // the sign-in, and two with the one refresh token
});

describe('a refresh that the provider refuses', () => {
  test('with invalid_grant drops the refresh token: signing in again is all that is left (BCP 22)', async () => {
    const { padlock, process, provider } = await expired();
    const heard: string[] = [];
    padlock.on('dropped', ({ user }) => heard.push(user?.id ?? ''));
    provider.next = [{ status: 400, body: { error: 'invalid_grant', error_description: 'gone' } }];
    await expect(failure(padlock.token())).resolves.toMatchObject({ code: 'auth_refresh_rejected', exit: 4, oauthError: 'invalid_grant' });
    await expect(failure(process().token())).resolves.toMatchObject({ code: 'auth_login_required', exit: 4 });
    expect([provider.refreshes(), heard]).toEqual([0, ['robin']]);
    await expect(padlock.session()).resolves.toMatchObject({ user: { id: 'robin' } });
  });

  test('is no loss when somebody wrote a newer session meanwhile', async () => {
    const { padlock, process, provider } = await expired();
    provider.next = [
      async () => {
        await process().authenticate();
        return { status: 400, body: { error: 'invalid_grant' } };
      },
    ];
    await expect(padlock.token()).resolves.toMatchObject({ value: 'at-2-canary-0123456789' });
    await expect(padlock.token({ refresh: true })).resolves.toMatchObject({ value: 'at-3-canary-0123456789' });
    expect(provider.sent).toEqual(['rt-2-canary-0123456789']);
  });

  test.each([400, 401, 403])('with %d and nothing said keeps the session, which is suspect', async (status) => {
    const { padlock, process, provider } = await expired();
    provider.next = [{ status, body: '', headers: { 'content-type': 'text/plain' } }];
    await expect(failure(padlock.token())).resolves.toMatchObject({ code: 'auth_refresh_rejected', exit: 4, httpStatus: status });
    await expect(failure(process().token())).resolves.toMatchObject({ code: 'auth_login_required' });
    await expect(padlock.session()).resolves.toMatchObject({ refreshToken: 'rt-1-canary-0123456789' });
    await padlock.authenticate();
    await expect(padlock.token({ refresh: true })).resolves.toMatchObject({ value: 'at-3-canary-0123456789' });
  });

  test.each<[string, unknown, string]>([
    ['500', { status: 500, body: '{}' }, 'idp_unavailable'],
    ['invalid_grant of a server in trouble', { status: 500, body: { error: 'invalid_grant' } }, 'idp_unavailable'],
    ['invalid_client', { status: 401, body: { error: 'invalid_client' } }, 'client_invalid'],
    ['invalid_scope', { status: 400, body: { error: 'invalid_scope' } }, 'client_invalid_scope'],
    ['404', { status: 404, body: '' }, 'proto_status'],
    ['HTML', { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' }, 'proto_content_type'],
    ['no access token', { status: 200, body: {} }, 'proto_bad_shape'],
    ['the network', hungUp(), 'net_reset'],
  ])('with anything else keeps the session: %s (BCP 22)', async (_, answer, code) => {
    const { padlock, provider } = await expired();
    provider.next = [answer as never];
    const { code: got } = await failure(padlock.token());
    expect(got.startsWith(code.split('_')[0] ?? '')).toBe(true);
    await expect(padlock.token()).resolves.toMatchObject({ value: 'at-2-canary-0123456789' });
    expect(provider.sent).toEqual(['rt-1-canary-0123456789']);
  });

  test.each([
    ['503', { status: 503, body: '' }, 1],
    ['503 twice', { status: 503, body: '' }, 2],
    ['429, come again in 2 s', { status: 429, headers: { 'retry-after': '2' }, body: '' }, 1],
    ['429, come again tomorrow', { status: 429, headers: { 'retry-after': '86400' }, body: '' }, 1],
  ])('because it is busy is tried once more, unless that is too far away: %s', async (name, answer, times) => {
    const { padlock, provider } = await expired();
    provider.next = Array.from({ length: times }, () => answer);
    const isOver = name.includes('twice') || name.includes('tomorrow');
    if (isOver) await expect(failure(padlock.token())).resolves.toMatchObject({ exit: 10 });
    else await expect(padlock.token()).resolves.toMatchObject({ value: 'at-2-canary-0123456789' });
    expect(provider.sent).toHaveLength(isOver ? 0 : 1);
  });

  test('signs in again by itself where nobody need be asked', async () => {
    const { process, provider, clock } = world();
    const padlock = process({ values: { password: 'pa55word' } });
    await padlock.authenticate();
    clock.pass(4000);
    provider.next = [{ status: 400, body: { error: 'invalid_grant' } }];
    await expect(padlock.token()).resolves.toMatchObject({ value: 'at-2-canary-0123456789' });
    expect(provider.forms().map((form) => form.get('grant_type'))).toEqual(['password', 'refresh_token', 'password']);
  });
});

describe('somebody signs in or out during a refresh', () => {
  test('the newer session wins, and the new refresh token is given back', async () => {
    const { padlock, process, provider } = await expired();
    const { opened, open } = gate();
    provider.answering = opened;
    const asked = provider.asked();
    const refreshed = padlock.token();
    await asked;
    provider.answering = undefined;
    await process().authenticate();
    open();
    await expect(refreshed).resolves.toMatchObject({ value: 'at-3-canary-0123456789' });
    expect(provider.revoked).toEqual(['rt-2-canary-0123456789']);
    await expect(process().token({ refresh: true })).resolves.toMatchObject({ value: 'at-4-canary-0123456789' });
    expect(provider.isReused).toBe(false);
  });

  test('the newer session is refreshed where it has no such token', async () => {
    const { process, provider } = await expired();
    const { opened, open } = gate();
    provider.answering = opened;
    const asked = provider.asked();
    const refreshed = process().token({ audience: 'a' });
    await asked;
    provider.answering = undefined;
    await process().authenticate();
    open();
    await expect(refreshed).resolves.toMatchObject({ value: 'at-4-canary-0123456789' });
    expect(provider.sent).toEqual(['rt-1-canary-0123456789', 'rt-3-canary-0123456789']);
  });

  test.each([
    ['a flow that needs a human', {}],
    ['a flow that does not', { values: { password: 'pa55word' } }],
  ])('signed out stays signed out, also for those who were waiting: %s', async (_, options) => {
    const { padlock, process, provider } = await expired(options);
    const { opened, open } = gate();
    provider.answering = opened;
    const asked = provider.asked();
    const waiting = [padlock, process(options), process(options)].map((each) => failure(each.token()));
    await asked;
    provider.answering = undefined;
    await process(options).logout();
    open();
    for (const error of await Promise.all(waiting)) expect(error).toMatchObject({ code: 'auth_login_required', exit: 4 });
    expect(provider.revoked).toEqual(['rt-1-canary-0123456789', 'rt-2-canary-0123456789']);
    await expect(process(options).session()).resolves.toBeUndefined();
    await expect(padlock.sessions()).resolves.toEqual([]);
  });

  test('signed out in this process, too: what is under way is not remembered', async () => {
    const { padlock, provider } = await expired({ values: { password: 'pa55word' } });
    const { opened, open } = gate();
    provider.answering = opened;
    const asked = provider.asked();
    const waiting = failure(padlock.token());
    await asked;
    provider.answering = undefined;
    await padlock.logout();
    open();
    await waiting;
    await expect(padlock.session()).resolves.toBeUndefined();
    await padlock.token(); // a new sign-in, since it needs nobody
    expect(provider.forms().map((form) => form.get('grant_type'))).toEqual(['password', 'refresh_token', 'password']);
  });

  test('a token that was asked for before a sign-in is not the answer after it', async () => {
    const { padlock, provider } = await expired();
    const { opened, open } = gate();
    provider.answering = opened;
    const asked = provider.asked();
    const old = padlock.token();
    await asked;
    provider.answering = undefined;
    const { access } = await padlock.authenticate();
    await expect(padlock.token()).resolves.toEqual(access);
    open();
    await old;
    expect((await padlock.token()).value).toBe(access.value);
  });

  test('a sign-in that nobody asked for by name does not bring back what somebody signed out of', async () => {
    const options = { values: { password: 'pa55word' } };
    const { process, provider, clock } = world();
    provider.more = { refresh_token: undefined };
    const padlock = process(options);
    await padlock.authenticate();
    clock.pass(4000);
    const { opened, open } = gate();
    provider.answering = opened;
    const asked = provider.asked();
    const waiting = failure(padlock.token());
    await asked;
    provider.answering = undefined;
    await process(options).logout();
    open();
    await expect(waiting).resolves.toMatchObject({ code: 'auth_login_required' });
    await expect(process(options).session()).resolves.toBeUndefined();
    expect(provider.revoked).toEqual([]); // it has no refresh token
  });

  test('a sign-in that nobody asked for by name gives way to one that somebody did, and gives its refresh token back', async () => {
    const options = { values: { password: 'pa55word' } };
    const { process, provider } = world();
    const { opened, open } = gate();
    provider.answering = opened;
    const asked = provider.asked();
    const token = process(options).token();
    await asked;
    provider.answering = undefined;
    await process(options).authenticate();
    open();
    await expect(token).resolves.toMatchObject({ value: 'at-2-canary-0123456789' });
    expect(provider.revoked).toEqual(['rt-1-canary-0123456789']);
  });
});

describe('a lease that is lost', () => {
  test('is noticed before the refresh token is sent', async () => {
    const { padlock, process, provider, clock, shared } = await expired();
    const store = shared.opened();
    const lease = store.lease.bind(store);
    let isStopped = true;
    store.lease = async (name, milliseconds) => {
      const taken = await lease(name, milliseconds);
      if (taken === undefined || !isStopped) return taken;
      isStopped = false;
      return { ...taken, remaining: () => 0, renew: async () => false };
    };
    await expect(padlock.token()).resolves.toMatchObject({ value: 'at-2-canary-0123456789' });
    expect([provider.refreshes(), provider.isReused]).toEqual([1, false]);
    clock.pass(0);
    await expect(process().token()).resolves.toMatchObject({ value: 'at-2-canary-0123456789' });
  });

  test('and a renewal or a release that fails costs nobody the token', async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', note);
    try {
      const { padlock, provider, shared } = await expired({ timeout: 1 });
      const store = shared.opened();
      const lease = store.lease.bind(store);
      let left = 2_000;
      let refused = 0;
      const refuse = async (): Promise<never> => {
        refused++;
        throw new PadlockError('store_io', { message: 'The store is gone.' });
      };
      store.lease = async (name, milliseconds) => {
        const taken = await lease(name, milliseconds);
        return taken && { ...taken, remaining: () => left, renew: refuse, release: refuse };
      };
      const { opened, open } = gate();
      provider.answering = opened;
      const asked = provider.asked();
      const token = padlock.token();
      await asked;
      left = 500; // of 2 s: time to renew
      while (refused < 3) await new Promise((resolve) => setTimeout(resolve, 10));
      open();
      await expect(token).resolves.toMatchObject({ value: 'at-2-canary-0123456789' });
      await new Promise(setImmediate);
      expect(unhandled).toEqual([]);
    } finally {
      process.off('unhandledRejection', note);
    }
  });

  test('is renewed when a third of it is left, and not sooner', async () => {
    const { padlock, provider, shared } = await expired({ timeout: 1 });
    const store = shared.opened();
    const lease = store.lease.bind(store);
    let left = 2_000;
    const renewed: number[] = [];
    store.lease = async (name, milliseconds) => {
      const taken = await lease(name, milliseconds);
      const renew = async (): Promise<boolean> => {
        renewed.push(left);
        left = milliseconds;
        return true;
      };
      return taken && { ...taken, remaining: () => left, renew };
    };
    const { opened, open } = gate();
    provider.answering = opened;
    const asked = provider.asked();
    const token = padlock.token();
    await asked;
    for (left of [1_500, 1_000, 700, 600]) await new Promise((resolve) => setTimeout(resolve, 250));
    open();
    await token;
    expect(renewed).toEqual([600]);
  });

  test('by a holder that died is seen by those who wait, whenever it last renewed it', async () => {
    const { process, provider, clock, shared } = await expired();
    await process().session();
    const store = shared.opened();
    const lease = store.lease.bind(store);
    const lengths: number[] = [];
    store.lease = async (name, milliseconds) => {
      lengths.push(milliseconds);
      return lease(name, milliseconds);
    };
    await process().token({ refresh: true });
    clock.pass(4000);
    const [length = 0] = lengths;
    expect(length).toBeGreaterThan(30_000); // than one request
    for (const name of await store.names()) await lease(name, length);
    const waiting = [process().token(), process().token()];
    await new Promise((resolve) => setTimeout(resolve, 30));
    clock.pass(34); // of the 35 seconds that they wait
    setTimeout(() => clock.pass(2), 1000).unref(); // or they give up
    for (const token of await Promise.all(waiting)) expect(token).toMatchObject({ value: 'at-3-canary-0123456789' });
    expect([provider.refreshes(), provider.isReused]).toEqual([2, false]);
  });

  test('of one profile keeps nobody of another waiting', async () => {
    const { process, provider, clock } = world();
    for (const profile of ['work', 'home']) await process({ values: { profile } }).authenticate();
    clock.pass(4000);
    const { opened, open } = gate();
    provider.answering = opened;
    const asked = provider.asked();
    const slow = process({ values: { profile: 'work' } }).token();
    await asked;
    provider.answering = undefined;
    await expect(process({ values: { profile: 'home' } }).token()).resolves.toMatchObject({ value: 'at-4-canary-0123456789' });
    open();
    await expect(slow).resolves.toMatchObject({ value: 'at-3-canary-0123456789' });
  });

  test('a holder that does not finish is store_locked for those who wait', async () => {
    const { process, provider, clock, shared } = await expired();
    await process().session();
    for (const name of await shared.opened().names()) await shared.opened().lease(name, 10_000_000);
    const waiting = failure(process().token());
    await new Promise((resolve) => setTimeout(resolve, 30));
    clock.pass(36);
    await expect(waiting).resolves.toMatchObject({ code: 'store_locked', exit: 9 });
    expect(provider.refreshes()).toBe(0);
    await expect(process().authenticate()).resolves.toMatchObject({ user: { id: 'robin' } });
    await expect(process().logout()).resolves.toEqual({ revoked: true });
  });
});

test('a store without room is noticed before the refresh token is spent', async () => {
  const { padlock, provider, shared } = await expired();
  const store = shared.opened();
  const { probe } = store;
  store.probe = () => Promise.reject(new PadlockError('store_no_space', { message: 'The disk is full.' }));
  await expect(failure(padlock.token())).resolves.toMatchObject({ code: 'store_no_space', exit: 9 });
  expect(provider.refreshes()).toBe(0);
  store.probe = probe;
  await expect(padlock.token()).resolves.toMatchObject({ value: 'at-2-canary-0123456789' });
});
