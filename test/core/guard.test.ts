import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { isPadlockError, PadlockError } from '../../src/core/errors.ts';
import { fenced, guarded, whyNot } from '../../src/core/guard.ts';

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

describe('a fenced function', () => {
  test('gives what it gives', async () => {
    expect(fenced((a, b) => [a, b], PLUGIN)(1, 2)).toEqual([1, 2]);
    await expect(fenced(async (a) => a, PLUGIN)(1)).resolves.toBe(1);
    expect(fenced(() => hostile, PLUGIN)()).toBe(hostile);
  });

  test('crashes as a plugin does, now or later', async () => {
    const crash = expect.objectContaining({ code: 'plugin_crashed' });
    expect(() =>
      fenced(() => {
        throw new Error('x');
      }, PLUGIN)(),
    ).toThrow(crash);
    await expect(fenced(() => Promise.reject(new Error('x')), PLUGIN)()).rejects.toEqual(crash);
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
