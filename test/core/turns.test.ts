/** Turns at a session, by a clock that is set: who waits how long, when a lease is renewed, and for how long nobody is asked. */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { type ErrorCode, PadlockError } from '../../src/core/errors.ts';
import type { Clock, Log } from '../../src/core/ports.ts';
import type { Sessions } from '../../src/core/sessions.ts';
import type { Settings } from '../../src/core/settings.ts';
import type { Lease } from '../../src/core/store.ts';
import { type TurnRequest, Turns } from '../../src/core/turns.ts';

const START = 1_000_000;
const failed = (code: ErrorCode): PadlockError => new PadlockError(code, { message: 'No.' });

class World {
  now = START;
  /** Milliseconds that were slept. */
  readonly waits: number[] = [];
  #sleepers: { at: number; wake: () => void }[] = [];
  /** Whether sleeping passes the time by itself. */
  hasty = false;
  timeout: unknown = undefined;
  /** What leases were asked for, in milliseconds. */
  readonly asked: number[] = [];
  readonly renewed: number[] = [];
  released = 0;
  ends = 0;
  isFree = true;
  renew = async (): Promise<boolean> => {
    this.ends = this.now + 31_000;
    return true;
  };
  release = async (): Promise<void> => undefined;
  failedAt: number | undefined;
  readonly marked: number[] = [];
  mark = async (): Promise<void> => undefined;
  readonly logged: unknown[] = [];

  readonly lease: Lease = {
    remaining: () => this.ends - this.now,
    renew: () => {
      this.renewed.push(this.now - START);
      return this.renew();
    },
    release: () => {
      this.released++;
      return this.release();
    },
  };

  readonly turns = new Turns(
    {
      lease: async (_name: string, milliseconds: number) => {
        this.asked.push(milliseconds);
        this.ends = this.now + milliseconds;
        return this.isFree ? this.lease : undefined;
      },
      failedAt: async () => this.failedAt,
      markFailed: (_name: string, when: number) => {
        this.marked.push(when - START);
        return this.mark();
      },
    } as unknown as Sessions,
    { get: () => this.timeout } as unknown as Settings,
    {
      now: () => this.now,
      sleep: (milliseconds, signal) => {
        this.waits.push(milliseconds);
        if (this.hasty) {
          this.now += milliseconds;
          return Promise.resolve();
        }
        return new Promise((wake, reject) => {
          this.#sleepers.push({ at: this.now + milliseconds, wake });
          signal?.addEventListener('abort', () => reject(new Error('aborted')));
        });
      },
    } satisfies Clock,
    { debug: () => undefined, info: (event, fields) => this.logged.push([event, fields]) } as Log,
  );

  async pass(milliseconds: number): Promise<void> {
    this.now += milliseconds;
    const due = this.#sleepers.filter(({ at }) => at <= this.now);
    this.#sleepers = this.#sleepers.filter(({ at }) => at > this.now);
    for (const { wake } of due) wake();
    await new Promise((resolve) => setImmediate(resolve));
  }

  take<T>(turn: Partial<TurnRequest<T>>): Promise<T | undefined> {
    const nothing = async (): Promise<undefined> => undefined;
    return this.turns.take({ name: 'one', human: false, look: nothing, work: nothing, signal: new AbortController().signal, ...turn });
  }
}

let world: World;
beforeEach(() => {
  world = new World();
  jest.spyOn(performance, 'now').mockImplementation(() => world.now);
});
afterEach(() => {
  jest.restoreAllMocks();
});

describe('whose turn it is', () => {
  test('works under a lease that is a second longer than a request, and gives it back', async () => {
    expect(await world.take({ work: async () => 'got' })).toBe('got');
    world.timeout = 7;
    expect(await world.take({ work: async () => 'again' })).toBe('again');
    expect([world.asked, world.released]).toEqual([[31_000, 8000], 2]);
  });

  test('looks first whether somebody was quicker', async () => {
    const looks: boolean[] = [];
    const look = async (isOurs: boolean): Promise<string> => {
      looks.push(isOurs);
      return 'theirs';
    };
    const work = jest.fn<() => Promise<string>>();
    expect(await world.take({ look, work })).toBe('theirs');
    expect([looks, work.mock.calls.length, world.released]).toEqual([[true], 0, 1]);
  });

  test('gives the lease back also when the work fails, and keeps what it got when giving back does', async () => {
    await expect(world.take({ work: () => Promise.reject(failed('store_io')) })).rejects.toMatchObject({ code: 'store_io' });
    expect([world.released, world.marked]).toEqual([1, []]);
    world.release = () => Promise.reject(failed('store_locked'));
    expect(await world.take({ work: async () => 'got' })).toBe('got');
    world.release = () => Promise.reject(new TypeError('x'));
    expect(await world.take({ work: async () => 'got' })).toBe('got');
    expect(world.logged).toEqual([
      ['lease_not_released', { code: 'store_locked' }],
      ['lease_not_released', { code: 'internal' }],
    ]);
  });
});

describe('who waits', () => {
  beforeEach(() => {
    world.isFree = false;
    world.hasty = true;
  });

  test('gets what the other got', async () => {
    const looks: boolean[] = [];
    const look = async (isOurs: boolean): Promise<string | undefined> => {
      looks.push(isOurs);
      return looks.length === 4 ? 'theirs' : undefined;
    };
    expect(await world.take({ look })).toBe('theirs');
    expect([looks, world.waits.length, world.released]).toEqual([[false, false, false, false], 3, 0]);
  });

  test.each([
    ['five seconds longer than a request may take', undefined, false, 35_000],
    ['five seconds longer than a request may take, as was set', 2, false, 7000],
    ['as long as a human may take', undefined, true, 300_000],
  ])('does so %s, and looks less and less often', async (_, timeout, human, limit) => {
    world.timeout = timeout;
    await expect(world.take({ human })).rejects.toMatchObject({ code: 'store_locked', hint: expect.stringContaining('hangs') });
    const waited = world.now - START;
    expect(waited).toBeGreaterThan(limit);
    expect(waited - (world.waits.at(-1) ?? 0)).toBeLessThanOrEqual(limit);
    let pause = 20;
    for (const wait of world.waits) {
      expect(wait).toBeGreaterThanOrEqual(pause * 0.5);
      expect(wait).toBeLessThanOrEqual(pause * 1.5);
      pause = Math.min(250, pause * 1.5);
    }
  });

  test('does not when it is cancelled', async () => {
    const reason = new Error('Interrupted.');
    await expect(world.take({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(world.asked).toEqual([]);
  });
});

describe('a lease', () => {
  /** Work that ends when it is told to. */
  const working = () => {
    let finish: (got: string) => void = () => undefined;
    const ended = world.take({
      work: () =>
        new Promise<string>((resolve) => {
          finish = resolve;
        }),
    });
    return {
      end: async () => {
        finish('got');
        expect(await ended).toBe('got');
      },
    };
  };
  const started = async () => {
    const work = working();
    await world.pass(0);
    return work;
  };

  test('is renewed when a third of it is left, and no more when the work is done', async () => {
    const work = await started();
    await world.pass(20_666);
    expect(world.renewed).toEqual([]);
    await world.pass(1);
    expect(world.renewed).toEqual([20_667]);
    await world.pass(20_667);
    expect(world.renewed).toEqual([20_667, 41_334]);
    await work.end();
    await world.pass(100_000);
    expect([world.renewed.length, world.released]).toEqual([2, 1]);
  });

  test('that was renewed for a request meanwhile is left alone until a third is left again', async () => {
    const work = await started();
    await world.pass(10_000);
    world.ends = world.now + 31_000;
    await world.pass(10_667);
    expect(world.renewed).toEqual([]);
    await world.pass(10_000);
    expect(world.renewed).toEqual([30_667]);
    await work.end();
  });

  test('that is lost is not renewed again', async () => {
    world.renew = async () => false;
    const work = await started();
    await world.pass(20_667);
    await world.pass(10_000);
    expect(world.renewed).toEqual([20_667]);
    await work.end();
  });

  test('that could not be renewed is tried again, a twelfth of it later', async () => {
    world.renew = () => Promise.reject(failed('store_io'));
    const work = await started();
    await world.pass(20_667);
    await world.pass(2583);
    expect(world.renewed).toEqual([20_667]);
    await world.pass(1);
    expect(world.renewed).toEqual([20_667, 23_251]);
    expect(world.logged).toEqual(Array(2).fill(['lease_not_renewed', { code: 'store_io' }]));
    await work.end();
  });
});

describe('a human', () => {
  const asking = (ask: () => Promise<string>): Promise<string | undefined> => world.take({ work: (_, once) => once(ask) });

  test.each([
    [undefined, true],
    [START - 30_000, true],
    [START - 29_999, false],
    [START, false],
    [START + 1, true], // by a clock that was set back since
  ])('is asked again half a minute after it failed: %p', async (since, isAsked) => {
    world.failedAt = since;
    const answer = asking(async () => 'yes');
    if (isAsked) expect(await answer).toBe('yes');
    else await expect(answer).rejects.toMatchObject({ code: 'auth_login_required', hint: expect.stringContaining('padlock auth') });
    expect(world.marked).toEqual([]);
  });

  test.each<[Error, boolean]>([
    [failed('auth_invalid_grant'), true],
    [failed('net_timeout'), true],
    [failed('token_signature'), true],
    [failed('usage_missing_option'), false],
    [failed('config_insecure_url'), false],
    [new TypeError('x'), false],
  ])('is not asked by others after %p, where anybody was', async (failure, isMarked) => {
    world.now += 5;
    await expect(asking(() => Promise.reject(failure))).rejects.toBe(failure);
    expect(world.marked).toEqual(isMarked ? [5] : []);
  });

  test('hears of what failed, also where that cannot be marked', async () => {
    world.mark = () => Promise.reject(failed('store_no_space'));
    await expect(asking(() => Promise.reject(failed('auth_invalid_grant')))).rejects.toMatchObject({ code: 'auth_invalid_grant' });
    expect(world.logged).toEqual([['failure_not_marked', { code: 'store_no_space' }]]);
  });
});
