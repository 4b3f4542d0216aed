/** How long a plugin may do nothing. */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Patience } from '../../src/core/patience.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const later = <T>(seconds: number, value: T): Promise<T> => new Promise((resolve) => setTimeout(() => resolve(value), seconds * 1000));
const host = {
  sleep: (seconds: number) => later(seconds, undefined),
  ask: (seconds: number) => later(seconds, 'pin'),
  now: () => 7,
  name: 'x',
};
const TIMEOUT = { code: 'plugin_timeout', exit: 11, message: 'The flow "slow" did nothing for 10 s.' };

/** What became of a strategy after so many seconds. */
async function endAfter(seconds: number, run: (given: typeof host) => Promise<unknown>): Promise<unknown> {
  const patience = new Patience('The flow "slow"', 10);
  const [given] = patience.watch([host]) as [typeof host];
  let end: unknown = 'still running';
  patience.over(run(given)).then(
    (value) => {
      end = value;
    },
    (error: unknown) => {
      end = error;
    },
  );
  await jest.advanceTimersByTimeAsync(seconds * 1000);
  return end;
}

describe('a strategy', () => {
  test('that never returns is given up after that long, and not before', async () => {
    await expect(endAfter(9.9, () => new Promise(() => {}))).resolves.toBe('still running');
    await expect(endAfter(10, () => new Promise(() => {}))).resolves.toMatchObject(TIMEOUT);
  });

  test('may take as long as it likes while it waits for its host, and again after that', async () => {
    const patient = async (given: typeof host): Promise<string> => {
      await given.sleep(3600);
      await later(9.9, undefined);
      return given.ask(3600);
    };
    await expect(endAfter(7211, patient)).resolves.toBe('pin');
  });

  test('is given up when it waits for nothing any more', async () => {
    const stuck = async (given: typeof host): Promise<void> => {
      await given.sleep(60);
      await new Promise(() => {});
    };
    await expect(endAfter(69, stuck)).resolves.toBe('still running');
    await expect(endAfter(70, stuck)).resolves.toMatchObject(TIMEOUT);
  });

  test('waits as long as one of several waits does', async () => {
    const both = (given: typeof host): Promise<unknown> =>
      Promise.race([new Promise(() => {}), Promise.all([given.sleep(1), given.sleep(60)])]);
    await expect(endAfter(59, both)).resolves.toBe('still running');
    await expect(endAfter(61, both)).resolves.toHaveLength(2);
  });

  test('gets what its host gives, failures included', async () => {
    const [given] = new Patience('x', 10).watch([{ ...host, fail: () => Promise.reject(new Error('no')) }]) as [
      typeof host & { fail(): Promise<never> },
    ];
    expect([given.now(), given.name]).toEqual([7, 'x']);
    await expect(given.fail()).rejects.toThrow('no');
  });

  test('can do nothing more once it was given up', async () => {
    const asked = jest.fn(async () => 'sent');
    const patience = new Patience('The flow "slow"', 10);
    const [given] = patience.watch([{ exchange: asked }]) as [{ exchange: typeof asked }];
    const end = expect(patience.over(new Promise(() => {}))).rejects.toMatchObject(TIMEOUT);
    await jest.advanceTimersByTimeAsync(10_000);
    await end;
    expect(() => given.exchange()).toThrow(expect.objectContaining(TIMEOUT));
    expect(asked).not.toHaveBeenCalled();
  });
});

test('nothing is left behind by what is done, nor by what its host does later', async () => {
  await endAfter(0, async (given) => void given.sleep(5));
  expect(jest.getTimerCount()).toBe(1);
  await jest.advanceTimersByTimeAsync(5000);
  expect(jest.getTimerCount()).toBe(0);
});
