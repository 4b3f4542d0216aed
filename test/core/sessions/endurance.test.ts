/** A program that runs for months: nothing piles up, and nothing is thrown where nobody catches it. */
import { getEventListeners } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { createPadlock, type Padlock } from '../../../src/index.ts';
import { CLIENT, ISSUER, SECRET } from '../forge.ts';
import { failure, type RotatingProvider, rotatingProvider, world } from './fixture.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const heap = (): number => {
  collect();
  return process.memoryUsage().heapUsed;
};

function lean(): { readonly padlock: Padlock; readonly provider: RotatingProvider } {
  const provider = rotatingProvider();
  provider.idToken = undefined;
  const padlock = createPadlock({
    issuer: ISSUER,
    clientId: CLIENT,
    clientSecret: SECRET,
    flow: 'password',
    scope: ['offline_access'],
    values: { username: 'robin', password: 'pa55word' },
    ports: { http: provider.http, clock: provider.clock },
  });
  return { padlock, provider };
}
const forget = (provider: RotatingProvider): void => {
  provider.requests.length = 0;
  provider.sent.length = 0;
};

test('10,000 refreshes later the memory is what it was, and no signal has a listener more', async () => {
  const { padlock, provider } = lean();
  const { signal } = new AbortController(); // one for the whole life of the program, as servers have it
  await padlock.authenticate();
  const refreshes = async (count: number): Promise<void> => {
    for (let each = 0; each < count; each++) {
      await padlock.token({ refresh: true, signal });
      if (each % 100 === 0) forget(provider);
    }
    forget(provider);
  };
  await refreshes(1000);
  const before = heap();
  await refreshes(9000);
  expect((heap() - before) / 1_048_576).toBeLessThan(4);
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  expect(provider.isReused).toBe(false);
}, 120_000);

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
