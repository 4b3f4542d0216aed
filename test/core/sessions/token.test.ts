/** `token()`: what is stored, else refreshed, else acquired; who is asked, who waits, and who may leave. */
import { describe, expect, test } from '@jest/globals';
import { type Padlock, PadlockError } from '../../../src/index.ts';
import { examples } from '../../support/examples.ts';
import { expired, failure, gate, typist, type World, world } from './fixture.ts';

const SERVICE = { flow: 'client-credentials', scope: ['read:reports'] } as const;

describe('many callers', () => {
  test('10,000 on a cold store make one request; on a warm one none', async () => {
    const { process, provider } = world();
    const padlock = process(SERVICE);
    const all = await Promise.all(Array.from({ length: 10_000 }, () => padlock.token()));
    expect(new Set(all.map(({ value }) => value)).size).toBe(1);
    await Promise.all(Array.from({ length: 10_000 }, () => padlock.token({})));
    await process(SERVICE).token();
    expect(provider.forms()).toHaveLength(1);
  });

  test('who want something else do not get what the others get', async () => {
    const { process } = world();
    const cold = process();
    const [refused, asked] = await Promise.all([failure(cold.token()), cold.token({ login: true })]);
    expect([refused.code, asked.value]).toEqual(['auth_login_required', 'at-1-canary-0123456789']);
    const warm = process();
    const [stored, other] = await Promise.all([warm.token(), warm.token({ refresh: true })]);
    expect([stored.value, other.value]).toEqual(['at-1-canary-0123456789', 'at-2-canary-0123456789']);
    const later = process();
    const [short, long] = await Promise.all([later.token(), later.token({ minTtl: 3601 })]);
    expect([short.value, long.value]).toEqual(['at-2-canary-0123456789', 'at-3-canary-0123456789']);
  });

  test('who leaves does not take the token from the others', async () => {
    const { padlock, provider } = await expired();
    const { opened, open } = gate();
    provider.answering = opened;
    const asked = provider.asked();
    const leaving = new AbortController();
    const left = failure(padlock.token({ signal: leaving.signal }));
    const stayed = padlock.token();
    await asked;
    leaving.abort();
    await expect(left).resolves.toMatchObject({ code: 'cancelled', exit: 130 });
    open();
    await expect(stayed).resolves.toMatchObject({ value: 'at-2-canary-0123456789' });
  });

  test('when all leave, the refresh that was sent is finished and kept all the same', async () => {
    const { padlock, process, provider } = await expired();
    const { opened, open } = gate();
    provider.answering = opened;
    const asked = provider.asked();
    const leaving = new AbortController();
    const left = failure(padlock.token({ signal: leaving.signal }));
    await asked;
    const reason = new Error('the user went home');
    leaving.abort(reason);
    await expect(left).resolves.toBe(reason);
    open();
    await expect(process().token()).resolves.toMatchObject({ value: 'at-2-canary-0123456789' });
    expect([provider.refreshes(), provider.isReused]).toEqual([1, false]);
  });

  test('who left before it began sends nothing', async () => {
    const { padlock, provider } = await expired();
    await expect(failure(padlock.token({ signal: AbortSignal.abort() }))).resolves.toMatchObject({ code: 'cancelled' });
    expect(provider.refreshes()).toBe(0);
  });
});

describe('the end of a Padlock', () => {
  test('cancels what waits, finishes a refresh that was sent, and takes no further calls', async () => {
    const { padlock, process, provider } = await expired();
    const { opened, open } = gate();
    provider.answering = opened;
    const asked = provider.asked();
    const waiting = failure(padlock.token());
    await asked;
    const ended = padlock[Symbol.asyncDispose]();
    await expect(waiting).resolves.toMatchObject({ code: 'cancelled' });
    open();
    provider.answering = undefined;
    await ended;
    for (const call of [padlock.token(), padlock.authenticate()]) await expect(failure(call)).resolves.toMatchObject({ code: 'cancelled' });
    expect([provider.refreshes(), provider.isReused]).toEqual([1, false]);
    await expect(process().token()).resolves.toMatchObject({ value: 'at-2-canary-0123456789' });
  });
});

describe('a store that cannot be opened', () => {
  test('is tried again by the next call', async () => {
    const { padlock, process, shared } = await expired();
    shared.failing.push(new PadlockError('store_io', { message: 'The server is restarting.' }));
    const another = process();
    await expect(failure(another.token())).resolves.toMatchObject({ code: 'store_io' });
    await expect(another.token()).resolves.toMatchObject({ value: 'at-2-canary-0123456789' });
    await padlock[Symbol.asyncDispose]();
  });
});

describe('the life of a token', () => {
  test('of which the provider says nothing is taken for five minutes, not for ever', async () => {
    const { process, provider, clock } = world();
    provider.expiresIn = undefined;
    const padlock = process();
    await padlock.authenticate();
    await padlock.token();
    expect(provider.refreshes()).toBe(0);
    await expect(padlock.token()).resolves.not.toHaveProperty('expiresAt');
    clock.pass(301);
    await padlock.token();
    expect(provider.refreshes()).toBe(1);
  });

  test('of which the provider says nothing, and which nobody can renew, is for the API to judge', async () => {
    const { process, provider, clock } = world();
    provider.expiresIn = undefined;
    provider.more = { refresh_token: undefined };
    await process().authenticate();
    clock.pass(100_000);
    await expect(process().token()).resolves.toMatchObject({ value: 'at-1-canary-0123456789' });
    await expect(failure(process().token({ refresh: true }))).resolves.toMatchObject({ code: 'auth_login_required' });
  });

  test('is as long as the caller needs it, if the provider gives that much', async () => {
    const { process, provider, clock } = world();
    await process().authenticate();
    clock.pass(3000);
    await expect(process().token({ minTtl: 500 })).resolves.toMatchObject({ value: 'at-1-canary-0123456789' });
    await expect(process().token({ minTtl: 1000 })).resolves.toMatchObject({ value: 'at-2-canary-0123456789' });
    await expect(process().token({ minTtl: 7200 })).resolves.toMatchObject({ value: 'at-3-canary-0123456789' });
    expect(provider.isReused).toBe(false);
  });

  test('is not believed after the clock was moved back by a day; nor after it was moved forward', async () => {
    for (const seconds of [-86_400, 86_400]) {
      const { process, provider, clock } = world();
      const padlock = process();
      await padlock.authenticate();
      await padlock.token();
      clock.pass(seconds);
      await padlock.token();
      expect(provider.refreshes()).toBe(1);
    }
  });

  test('survives a clock that is set by a few seconds', async () => {
    const { process, provider, clock } = world();
    const padlock = process();
    await padlock.authenticate();
    clock.pass(-20);
    await padlock.token();
    expect(provider.refreshes()).toBe(0);
  });
});

describe('a client that acts for itself', () => {
  const values = ({ provider }: World): (string | null)[] => provider.forms().map((form) => form.get('audience'));

  test('has one token per audience, and keeps the others when one is over', async () => {
    const all = world();
    const { process, clock } = all;
    const padlock = process(SERVICE);
    await padlock.token({ audience: 'a' });
    clock.pass(1800);
    await padlock.token({ audience: 'b' });
    await padlock.token();
    clock.pass(1790);
    const another = process(SERVICE);
    await Promise.all([another.token({ audience: 'a' }), another.token({ audience: 'b' }), another.token()]);
    expect(values(all)).toEqual(['a', 'b', null, 'a']);
  });

  test('never gets the token of one audience for another, whatever was asked for first', async () => {
    const all = world();
    const { process } = all;
    await expect(process(SERVICE).token({ audience: 'a' })).resolves.toMatchObject({ value: 'at-1-a' });
    await expect(process(SERVICE).token()).resolves.toMatchObject({ value: 'at-2-null' });
    await expect(process(SERVICE).token({ audience: 'b' })).resolves.toMatchObject({ value: 'at-3-b' });
    await expect(process(SERVICE).token()).resolves.toMatchObject({ value: 'at-2-null' });
    await expect(process(SERVICE).token({ audience: 'a' })).resolves.toMatchObject({ value: 'at-1-a' });
  });

  test('asks again for what it signed in for, once it is over', async () => {
    const all = world();
    const { process, clock } = all;
    const padlock = process(SERVICE);
    await padlock.authenticate({ audience: 'a' });
    clock.pass(4000);
    await expect(padlock.token()).resolves.toMatchObject({ value: 'at-2-a' });
    await expect(process(SERVICE).token()).resolves.toMatchObject({ value: 'at-2-a' });
    expect(values(all)).toEqual(['a', 'a']);
  });

  test('whose token cannot be stored gets it with a warning', async () => {
    const { process, shared, warnings } = world();
    const padlock = process(SERVICE);
    await padlock.session();
    shared.opened().replace = () => Promise.reject(new PadlockError('store_no_space', { message: 'The disk is full.' }));
    await expect(padlock.token()).resolves.toMatchObject({ value: 'at-1-null' });
    expect(warnings).toEqual([{ code: 'store_no_space', message: expect.stringContaining('not kept') }]);
  });
});

describe('where a human is needed', () => {
  const asking = (all: World, prompt: ReturnType<typeof typist>): Padlock =>
    all.process({ ports: { prompt, http: all.provider.http, clock: all.clock } });

  test('25 processes ask once', async () => {
    const all = world();
    const prompt = typist();
    const tokens = await Promise.all(Array.from({ length: 25 }, () => asking(all, prompt).token({ login: true })));
    expect(new Set(tokens.map(({ value }) => value)).size).toBe(1);
    expect([prompt.asked, all.provider.forms()]).toEqual([1, [expect.anything()]]);
  });

  test('after it failed nobody is asked for half a minute, however often somebody tries', async () => {
    const all = world();
    const prompt = typist();
    const refused = { status: 403, body: { error: 'invalid_grant', error_description: 'Wrong email or password.' } };
    all.provider.next = [refused, refused];
    const errors = await Promise.all(Array.from({ length: 25 }, () => failure(asking(all, prompt).token({ login: true }))));
    expect(errors.map(({ code }) => code).sort()).toEqual(['auth_invalid_grant', ...Array<string>(24).fill('auth_login_required')]);
    expect(prompt.asked).toBe(1);
    for (let seconds = 0; seconds < 25; seconds += 5) {
      all.clock.pass(5);
      await expect(failure(asking(all, prompt).token({ login: true }))).resolves.toMatchObject({ code: 'auth_login_required' });
    }
    all.clock.pass(6);
    await expect(failure(asking(all, prompt).token({ login: true }))).resolves.toMatchObject({ code: 'auth_invalid_grant' });
    expect(prompt.asked).toBe(2);
    all.clock.pass(31);
    await expect(asking(all, prompt).token({ login: true })).resolves.toMatchObject({ type: 'Bearer' });
  });

  test('signing in by name is not held up by that', async () => {
    const all = world();
    all.provider.next = [{ status: 403, body: { error: 'invalid_grant' } }];
    await failure(asking(all, typist()).token({ login: true }));
    await expect(asking(all, typist()).authenticate()).resolves.toMatchObject({ user: { id: 'robin' } });
  });

  test('a failure that cannot be noted is told all the same', async () => {
    const all = world();
    const padlock = asking(all, typist());
    await padlock.session();
    all.provider.next = [{ status: 403, body: { error: 'invalid_grant' } }];
    all.shared.opened().replace = () => Promise.reject(new PadlockError('store_no_space', { message: 'The disk is full.' }));
    await expect(failure(padlock.token({ login: true }))).resolves.toMatchObject({ code: 'auth_invalid_grant' });
  });

  test('because the session ended while they waited, one asks and the others take what it gets', async () => {
    const all = await expired();
    const prompt = typist();
    all.provider.next = [{ status: 400, body: { error: 'invalid_grant' } }];
    const tokens = await Promise.all(Array.from({ length: 10 }, () => asking(all, prompt).token({ login: true })));
    expect([new Set(tokens.map(({ value }) => value)).size, prompt.asked]).toEqual([1, 1]);
  });

  test('and the one who is asked gives up, the others are not asked', async () => {
    const all = await expired();
    const prompt = typist();
    prompt.ask = async () => {
      prompt.asked++;
      throw new PadlockError('cancelled', { message: 'The user pressed Ctrl-C.' });
    };
    all.provider.next = [{ status: 400, body: { error: 'invalid_grant' } }];
    const errors = await Promise.all(Array.from({ length: 10 }, () => failure(asking(all, prompt).token({ login: true }))));
    expect(errors.map(({ code }) => code).sort()).toEqual([...Array<string>(9).fill('auth_login_required'), 'cancelled']);
    expect(prompt.asked).toBe(1);
  });

  test('and may not be asked, it says how to sign in', async () => {
    const all = world();
    const prompt = typist();
    const error = await failure(asking(all, prompt).token());
    expect(error).toMatchObject({ code: 'auth_login_required', exit: 4, hint: expect.stringContaining('--login') });
    expect(prompt.asked).toBe(0);
  });

  test('another user who signs in by name takes the session over', async () => {
    const all = world();
    const padlock = all.process({
      values: { username: undefined },
      ports: { prompt: typist(['robin', 'a password']), http: all.provider.http, clock: all.clock },
    });
    await padlock.authenticate();
    await padlock.token();
    all.provider.idToken = { sub: 'ada', name: 'Ada' };
    const another = all.process({ values: { username: 'ada' } });
    const { access } = await another.authenticate();
    await expect(another.token()).resolves.toEqual(access);
    await expect(all.process({ values: { username: 'robin' } }).token()).resolves.toMatchObject({ value: 'at-1-canary-0123456789' });
    await expect(all.process({ values: { username: undefined } }).token()).resolves.toEqual(access); // the profile's current one
  });

  test('a wrong password leaves the stored session as it was', async () => {
    const all = world();
    const padlock = all.process();
    const { access } = await padlock.authenticate();
    all.provider.next = [{ status: 403, body: { error: 'invalid_grant' } }];
    await expect(failure(padlock.authenticate())).resolves.toMatchObject({ code: 'auth_invalid_grant', exit: 4 });
    await expect(all.process().token()).resolves.toEqual(access);
  });
});

describe('a session that changes all the time', () => {
  test('is given up on', async () => {
    const { padlock, process, provider } = await expired();
    provider.next = Array.from({ length: 20 }, () => async () => {
      await process().authenticate();
      provider.clock.pass(4000);
      return { status: 400, body: { error: 'invalid_grant' } };
    });
    provider.next = provider.next.flatMap((each) => [each, undefined as never]);
    await expect(failure(padlock.token())).resolves.toMatchObject({ code: 'store_locked', exit: 9 });
  });
});

describe('callers who make up audiences', () => {
  test('fill neither the memory nor the store', async () => {
    const { process, provider, shared } = world();
    const padlock = process(SERVICE);
    const many = Math.max(examples(1001), 40);
    for (let each = 0; each < many; each++) await padlock.token({ audience: `a${each}` });
    const sizes = await Promise.all(
      (await shared.opened().names()).map(async (name) => (await shared.opened().read(name))?.data.length ?? 0),
    );
    expect(Math.max(...sizes)).toBeLessThan(16_384);
    await process(SERVICE).token({ audience: `a${many - 1}` });
    expect(provider.forms()).toHaveLength(many);
    await (many > 1000 ? padlock : process(SERVICE)).token({ audience: 'a0' });
    expect(provider.forms()).toHaveLength(many + 1);
  }, 60_000);
});
