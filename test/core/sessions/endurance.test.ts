/** A program that goes on when things fail; test/long/endurance.test.ts has one that runs for months. */
import { expect, test } from '@jest/globals';
import { failure, rotatingProvider, world } from './fixture.ts';

test('whatever fails, nothing is thrown where nobody catches it', async () => {
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => {
    unhandled.push(error);
  };
  process.on('unhandledRejection', note);
  try {
    const { process: another, provider, shared, clock } = world();
    const padlock = another();
    shared.failing.push(new Error('a store with a fault'));
    await failure(padlock.token());
    await padlock.authenticate();
    clock.pass(4000);
    const leaving = new AbortController();
    provider.next = [
      async () => {
        leaving.abort();
        return { status: 500, body: '{}' };
      },
    ];
    await failure(padlock.token({ signal: leaving.signal }));
    provider.next = [new Error('an Http port with a fault')];
    await failure(padlock.token());
    const calls = [padlock.token(), padlock.token({ refresh: true }), padlock.authenticate()].map(failure);
    await padlock[Symbol.asyncDispose]();
    await Promise.all(calls);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(unhandled).toEqual([]);
  } finally {
    process.off('unhandledRejection', note);
  }
});

test('a clock that leaps over every wait, as tests have it, neither hangs nor runs away', async () => {
  const provider = rotatingProvider();
  let now = provider.clock.now();
  const leaping = {
    now: () => now,
    sleep: async (milliseconds: number): Promise<void> => {
      now += milliseconds;
    },
  };
  const { process: another } = world();
  const padlock = another({
    store: 'memory',
    values: { store: undefined, password: 'pa55word' },
    ports: { http: provider.http, clock: leaping },
  });
  await padlock.authenticate();
  await padlock.token({ refresh: true });
  expect(now - provider.clock.now()).toBeLessThan(60_000);
});
