/** A refresh, step by step: how long its lease has to last, whose secrets it takes along, and what is stored of the answer. */
import { describe, expect, test } from '@jest/globals';
import { createPadlockContainer } from '../../../src/container.ts';
import { resolve } from '../../../src/core/inject.ts';
import { Online } from '../../../src/core/online.ts';
import { PadlockError, type PadlockOptions } from '../../../src/index.ts';
import { CLIENT, ISSUER, SECRET } from '../forge.ts';
import { expired, failure, gate, type World, world } from './fixture.ts';

const BUSY = { status: 503, body: '' };
const OTHER_SECRET = 'of-another-client-0123456789-0123456789';

/** The leases of a store that say how much is left, and what came of asking for more. */
function leasing({ shared }: World, remaining: () => number, renew: () => boolean = () => true): string[] {
  const store = shared.opened();
  const lease = store.lease.bind(store);
  const asked: string[] = [];
  store.lease = async (name, milliseconds) => {
    const taken = await lease(name, milliseconds);
    return (
      taken && {
        ...taken,
        remaining,
        renew: async () => {
          asked.push('renew');
          return renew();
        },
      }
    );
  };
  return asked;
}

/** How long the provider is waited for: the clock's waits, in seconds. */
function waiting({ clock }: World): number[] {
  const waits: number[] = [];
  const sleep = clock.sleep.bind(clock);
  clock.sleep = (milliseconds, signal) => {
    waits.push(milliseconds / 1000);
    return sleep(milliseconds, signal);
  };
  return waits;
}

describe('the lease of a refresh', () => {
  test.each([
    [30, 29_999, 1],
    [30, 30_000, 0],
    [3, 3000, 0],
    [3, 2999, 1],
  ])('that lasts a request of %d s is renewed first with %d ms left: %d times', async (timeout, left, times) => {
    const all = await expired({ timeout });
    const asked = leasing(all, () => left);
    await expect(all.padlock.token()).resolves.toMatchObject({ value: 'at-2-canary-0123456789' });
    expect(asked).toHaveLength(times);
  });

  test('that was lost meanwhile, while the provider was busy, sends nothing a second time', async () => {
    const all = await expired();
    let left = 60_000;
    const asked = leasing(
      all,
      () => left,
      () => false,
    );
    all.provider.next = [
      () => {
        left = 0;
        return BUSY;
      },
    ];
    await expect(failure(all.padlock.token())).resolves.toMatchObject({ code: 'idp_unavailable', exit: 10 });
    expect([asked.length > 0, all.provider.refreshes()]).toEqual([true, 0]);
  });

  test('that lasts is not renewed between the two requests to a provider that was busy', async () => {
    const all = await expired();
    const asked = leasing(
      all,
      () => 30_000,
      () => false,
    );
    all.provider.next = [BUSY];
    await expect(all.padlock.token()).resolves.toMatchObject({ value: 'at-2-canary-0123456789' });
    expect(asked).toEqual([]);
  });

  test('is given up when nobody waits any more: nothing is sent', async () => {
    const { padlock, provider, shared } = await expired();
    const leaving = new AbortController();
    const store = shared.opened();
    store.probe = async () => leaving.abort();
    await expect(failure(padlock.token({ signal: leaving.signal }))).resolves.toMatchObject({ code: 'cancelled' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(provider.refreshes()).toBe(0);
  });
});

describe('a provider that is busy', () => {
  test.each([
    ['5', 5],
    [undefined, 1],
  ])('and says to come again in %p seconds is waited for: %d s', async (after, seconds) => {
    const all = await expired();
    const waits = waiting(all);
    all.provider.next = [{ ...BUSY, ...(after !== undefined && { headers: { 'retry-after': after } }) }];
    await expect(all.padlock.token()).resolves.toMatchObject({ value: 'at-2-canary-0123456789' });
    expect(waits).toContain(seconds);
  });

  test('for longer than five seconds is not waited for', async () => {
    const all = await expired();
    const waits = waiting(all);
    all.provider.next = [{ ...BUSY, headers: { 'retry-after': '6' } }];
    await expect(failure(all.padlock.token())).resolves.toMatchObject({ code: 'idp_unavailable', retryAfter: 6 });
    expect(waits).not.toContain(6);
  });
});

describe('the secrets of the settings', () => {
  const elsewhere: readonly (readonly [string, PadlockOptions])[] = [
    ['another client', { clientId: 'another', clientSecret: OTHER_SECRET }],
    ['another provider', { issuer: 'https://elsewhere.example.test/', clientSecret: OTHER_SECRET }],
  ];

  test.each(elsewhere)('of %s stay home when a session is given back', async (_, options) => {
    const { process, provider } = await expired();
    const other = process(options);
    const [listed] = await other.sessions();
    const error = await failure(other.logout(listed?.session));
    expect(error).toMatchObject({
      code: 'config_missing_credential',
      exit: 3,
      message: expect.stringMatching(/cannot be revoked without the client secret/),
      hint: expect.stringContaining('forgotten here all the same'),
    });
    expect(JSON.stringify(provider.requests)).not.toContain(Buffer.from(OTHER_SECRET).toString('base64').slice(8, 40));
    expect(JSON.stringify(provider.requests)).not.toContain(OTHER_SECRET);
    expect(provider.revoked).toEqual([]);
    await expect(other.sessions()).resolves.toEqual([]);
  });

  test.each<[string, PadlockOptions]>([
    ['that names nobody', { clientId: undefined as never, issuer: undefined as never }],
    ['that names the same', {}],
  ])('of a configuration %s go along', async (_, options) => {
    const { process, provider } = await expired();
    const same = process(options);
    const [listed] = await same.sessions();
    await expect(same.logout(listed?.session)).resolves.toEqual({ revoked: true });
    expect(provider.revoked).toEqual(['rt-1-canary-0123456789']);
  });

  test('that are missing are named, and the session stays', async () => {
    const { process } = await expired();
    const error = await failure(process({ clientSecret: undefined as never }).token());
    expect(error).toMatchObject({
      message: expect.stringMatching(/cannot be refreshed without the client secret/),
      hint: expect.stringContaining('the session was kept'),
    });
    await expect(process().sessions()).resolves.toHaveLength(1);
  });

  test('are not needed to show a token that no certificate is bound to', async () => {
    const { clock, process, provider, shared } = world();
    provider.metadata = { ...provider.metadata, userinfo_endpoint: `${ISSUER}userinfo` };
    provider.others['/userinfo'] = { body: { sub: 'robin', locale: 'tr' } };
    await process().authenticate();
    const container = createPadlockContainer({
      issuer: ISSUER,
      clientId: CLIENT,
      flow: 'password',
      plugins: [shared.plugin],
      ports: { http: provider.http, clock },
      values: { store: 'shared', username: 'robin' },
    });
    const confirmed = await resolve(container, Online).confirm(new AbortController().signal);
    expect(confirmed?.userinfo).toMatchObject({ locale: 'tr' });
  });
});

describe('what is stored of a refresh', () => {
  test('is the new ID token, with its own end', async () => {
    const { clock, padlock, process } = await expired();
    const before = (await padlock.session())?.idToken;
    await padlock.token();
    const after = (await process().session())?.idToken;
    expect(after?.value).not.toBe(before?.value);
    expect(after).toMatchObject({ expiresAt: new Date(clock.now() + 3_600_000), verified: { by: 'jwks', alg: 'RS256' } });
  });

  test('is not shown before it was verified, though the old token still lives', async () => {
    const { process, provider } = world();
    await process().authenticate();
    provider.idToken = { sub: 'mallory' };
    await expect(failure(process().token({ refresh: true }))).resolves.toMatchObject({ code: 'token_sub_mismatch' });
    provider.idToken = {};
    await expect(process().token()).resolves.toMatchObject({ value: 'at-3-canary-0123456789' });
    expect(provider.sent).toEqual(['rt-1-canary-0123456789', 'rt-2-canary-0123456789']);
  });

  test('is the newest access token for that request, and none that is over', async () => {
    const { padlock, process } = await expired();
    await padlock.token();
    expect((await process().session())?.access.value).toBe('at-2-canary-0123456789');
  });

  test('says what was granted less than the sign-in asked for, and asks for no other refresh token', async () => {
    const { padlock, provider, warnings } = await expired({ scope: ['openid', 'offline_access', 'read'] });
    provider.rotates = false;
    provider.more = { scope: 'openid offline_access' };
    warnings.length = 0;
    await padlock.token();
    expect(warnings.map(({ code }) => code)).toEqual(['scope_narrowed']);
  });
});

describe('what goes wrong beside it', () => {
  const heard = () => {
    const events: unknown[] = [];
    const log = { debug: () => {}, info: (event: string, fields?: object) => void events.push([event, fields]) };
    return { events, options: { ports: { log } } as never as PadlockOptions };
  };

  test('a token that is refused is told to who debugs', async () => {
    const { events, options } = heard();
    const { process, provider } = await expired();
    provider.idToken = { sub: 'mallory' };
    await failure(process(options).token());
    expect(events).toContainEqual(['refreshed_token_refused', { code: 'token_sub_mismatch' }]);
  });

  /** Somebody signs in while a refresh is on its way, and the provider answers so when what came of it is given back. */
  async function overtaken(revoke: () => never) {
    const { events, options } = heard();
    const all = await expired();
    const { opened, open } = gate();
    all.provider.answering = opened;
    const asked = all.provider.asked();
    const refreshed = all.process(options).token();
    refreshed.catch(() => {});
    await asked;
    all.provider.answering = undefined;
    await all.process().authenticate();
    all.provider.others['/revoke'] = revoke;
    open();
    return { events, refreshed };
  }

  test('what cannot be given back is told to who debugs', async () => {
    const { events, refreshed } = await overtaken(() => {
      throw new PadlockError('net_reset', { message: 'The provider hung up.' });
    });
    await expect(refreshed).resolves.toMatchObject({ value: 'at-3-canary-0123456789' });
    expect(events).toContainEqual(['revocation_failed', { code: 'net_reset' }]);
  });

  test('a mistake of a program is not taken for a provider that does not answer', async () => {
    const { refreshed } = await overtaken(() => {
      throw new TypeError('a mistake');
    });
    await expect(refreshed).rejects.toThrow('a mistake');
  });

  test('nor is one at the token endpoint', async () => {
    const { padlock, provider } = await expired();
    provider.next = [new TypeError('a mistake')];
    await expect(padlock.token()).rejects.toThrow('a mistake');
    expect(provider.refreshes()).toBe(0);
  });
});

test('a client without a secret is refreshed as it signed in', async () => {
  const all = world();
  all.provider.metadata = { ...all.provider.metadata, token_endpoint_auth_methods_supported: ['none'] };
  const options = { clientSecret: undefined as never, clientAuth: 'none' };
  await all.process(options).authenticate();
  all.clock.pass(4000);
  await expect(all.process(options).token()).resolves.toMatchObject({ value: 'at-2-canary-0123456789' });
  expect(JSON.stringify(all.provider.requests)).not.toContain(SECRET);
});
