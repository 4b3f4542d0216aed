import { inspect } from 'node:util';
import { describe, expect, jest, test } from '@jest/globals';
import { isPadlockError, PadlockError } from '../../src/core/errors.ts';
import { fenced, fencedObject, guarded, whyNot } from '../../src/core/guard.ts';

const BUILT_IN = { plugin: undefined, what: 'The flow "password"' };
const PLUGIN = { plugin: 'acme-sms', what: 'The flow "sms-pin"' };
const whole = (): boolean => true;
const failureOf = (origin: typeof BUILT_IN | typeof PLUGIN, thrown: unknown, signal?: AbortSignal): Promise<unknown> =>
  guarded<unknown>(origin, () => Promise.reject(thrown), whole, signal).catch((error: unknown) => error);

describe("a strategy's result", () => {
  test('is passed on when it is whole, awaited or not', async () => {
    await expect(
      guarded(
        PLUGIN,
        () => 7,
        (result) => result === 7,
      ),
    ).resolves.toBe(7);
    await expect(
      guarded(
        PLUGIN,
        async () => 7,
        (result) => result === 7,
      ),
    ).resolves.toBe(7);
  });

  test('is refused when it is not, whoever made it', async () => {
    for (const origin of [BUILT_IN, PLUGIN])
      await expect(
        guarded(
          origin,
          () => undefined,
          () => false,
        ),
      ).rejects.toMatchObject({ code: 'plugin_contract', message: `${origin.what} did not return what it has to.` });
  });
});

const hostile = new Proxy(
  {},
  {
    get: () => {
      throw new Error('do not look');
    },
    getPrototypeOf: () => {
      throw new Error('do not look');
    },
  },
);
const { proxy: revoked, revoke } = Proxy.revocable({}, {});
revoke();

describe('what a plugin throws', () => {
  test.each<[string, unknown, string]>([
    ['an error', new TypeError('canary'), 'crashed ("TypeError").'],
    ['a text', 'canary', 'crashed (it threw a string).'],
    ['a number', 7, 'crashed (it threw a number).'],
    ['null', null, 'crashed (it threw a null).'],
    ['undefined', undefined, 'crashed (it threw a undefined).'],
    ['a symbol', Symbol('canary'), 'crashed (it threw a symbol).'],
    ['an object', { secret: 'canary' }, 'crashed (it threw a object).'],
    ['a Proxy that throws', hostile, 'crashed (it threw a object).'],
    ['a revoked Proxy', revoked, 'crashed (it threw a object).'],
    ['an error with a name that is hostile', Object.assign(new Error('canary'), { name: '\u001b[2J' }), 'crashed ("\\u{1b}[2J").'],
    ['an error whose cause tells', new Error('x', { cause: 'canary' }), 'crashed ("Error").'],
  ])('%s is a crash, told without its text', async (_, thrown, message) => {
    for (const failure of [
      await failureOf(PLUGIN, thrown),
      await guarded<unknown>(
        PLUGIN,
        () => {
          throw thrown;
        },
        whole,
      ).catch((error: unknown) => error),
    ]) {
      expect(failure).toMatchObject({ code: 'plugin_crashed', exit: 11, message: `The flow "sms-pin" ${message}` });
      expect(inspect(failure, { depth: 9 })).not.toContain('canary');
    }
  });

  test('says where it was, for whoever mends it', async () => {
    const failure = (await failureOf(PLUGIN, new TypeError('canary'))) as PadlockError;
    expect((failure.cause as Error).stack).toMatch(/^Error\n\s+at .*guard\.test/);
  });

  test.each(['auth_invalid_grant', 'usage_bad_value', 'acme_sms_pin_expired'])('with the code %s is its own to throw', async (code) => {
    const error = new PadlockError(code);
    await expect(failureOf(PLUGIN, error)).resolves.toBe(error);
  });

  test.each(['acme_pin', 'acmesms_x', 'pin_expired', 'acme-sms_x', ''])('with the code %j is not: it could be anybody’s', async (code) => {
    const failure = await failureOf(PLUGIN, new PadlockError(code, { message: 'canary' }));
    expect(failure).toMatchObject({ code: 'plugin_contract' });
    expect(inspect(failure)).not.toContain('canary');
  });

  test('of another copy of Padlock is known as such', async () => {
    const foreign = Object.assign(new Error('x'), { code: 'auth_expired', [Symbol.for('padlock.error')]: true });
    const failure = await failureOf(PLUGIN, foreign);
    expect([failure, isPadlockError(failure)]).toEqual([foreign, true]);
  });
});

test('what a built-in strategy throws is thrown on as it is', async () => {
  const error = new TypeError('a bug');
  await expect(failureOf(BUILT_IN, error)).resolves.toBe(error);
});

describe('after a cancellation', () => {
  test('the reason counts, not what the strategy made of it', async () => {
    const reason = new Error('changed my mind');
    await expect(failureOf(PLUGIN, new Error('x'), AbortSignal.abort(reason))).resolves.toBe(reason);
    await expect(failureOf(PLUGIN, 'x', AbortSignal.abort())).resolves.toMatchObject({ code: 'cancelled', exit: 130 });
  });
});

const fence = (run: Parameters<typeof fenced>[0]) => fenced(run, PLUGIN, 30);

describe('a fenced function', () => {
  test('gives what it gives', async () => {
    expect(fence((a, b) => [a, b])(1, 2)).toEqual([1, 2]);
    await expect(fence(async (a) => a)(1)).resolves.toBe(1);
    expect(fence(() => hostile)()).toBe(hostile);
  });

  test('crashes as a plugin does, now or later', async () => {
    const crash = expect.objectContaining({ code: 'plugin_crashed' });
    expect(() =>
      fence(() => {
        throw new Error('x');
      })(),
    ).toThrow(crash);
    await expect(fence(() => Promise.reject(new Error('x')))()).rejects.toEqual(crash);
  });
});

describe('a fenced object', () => {
  const lease = { renew: () => new Promise(() => {}), release: async () => 'released' };
  class Store {
    readonly key = new Uint8Array(32);
    readonly #entries = ['a'];
    read = async () => ({ tag: 't', data: new Uint8Array(1) });
    async names() {
      return this.#entries;
    }
    async lease() {
      return lease;
    }
    probe = () => Promise.reject(new Error('canary'));
  }
  const made = fencedObject(Object.freeze(new Store()), PLUGIN, 30) as Store;

  test('is what it was', async () => {
    expect(made.key).toHaveLength(32);
    await expect(made.names()).resolves.toEqual(['a']);
    await expect(made.read()).resolves.toMatchObject({ tag: 't' });
    await expect((await made.lease()).release()).resolves.toBe('released');
    expect(fencedObject(undefined, PLUGIN, 30)).toBeUndefined();
  });

  test('crashes as a plugin does', async () => {
    await expect(made.probe()).rejects.toMatchObject({ code: 'plugin_crashed', message: 'The flow "sms-pin" crashed ("Error").' });
  });

  test('does not do nothing for ever, nor does what it returns', async () => {
    jest.useFakeTimers();
    try {
      const renewed = (await made.lease()).renew();
      const seen = expect(renewed).rejects.toMatchObject({ code: 'plugin_timeout' });
      await jest.advanceTimersByTimeAsync(30_000);
      await seen;
    } finally {
      jest.useRealTimers();
    }
  });
});

test.each<[unknown, string | undefined]>([
  [true, undefined],
  [{ no: 'no key' }, 'no key'],
  [false, 'it gives no reason'],
  [undefined, 'it gives no reason'],
  [null, 'it gives no reason'],
  [{}, 'it gives no reason'],
  [{ no: 7 }, 'it gives no reason'],
  ['yes', 'it gives no reason'],
  [1, 'it gives no reason'],
  [hostile, 'it gives no reason'],
])('of an applicability the reason is read with care (%#)', (answer, reason) => {
  expect(whyNot(answer)).toBe(reason);
});
