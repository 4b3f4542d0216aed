/** A program that runs for months: nothing piles up. */
import { getEventListeners } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { createPadlock, type Padlock } from '../../src/index.ts';
import { CLIENT, ISSUER, SECRET } from '../core/forge.ts';
import { type RotatingProvider, rotatingProvider } from '../core/sessions/fixture.ts';

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
