import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { EXIT_CODES, fail, isErrorCode, isPadlockError, isRetryable, PadlockError } from '../../src/core/errors.ts';
import { HINTS } from '../../src/core/hints.ts';

const codes = EXIT_CODES.flatMap((one) => one.codes);

describe('the table of codes', () => {
  test('gives every category its own exit code, and no code twice', () => {
    expect(new Set(EXIT_CODES.map(({ exit }) => exit)).size).toBe(EXIT_CODES.length);
    expect(new Set(codes).size).toBe(codes.length);
  });

  test.each(EXIT_CODES)('$category ends with $exit', ({ category, codes: own, exit }) => {
    for (const code of own) expect(new PadlockError(code)).toMatchObject({ code, category, exit, message: code });
  });

  test('knows what may be tried again: the network but no certificate, a locked store, a busy provider', () => {
    expect(codes.filter(isRetryable)).toEqual([
      'net_dns',
      'net_connect',
      'net_timeout',
      'net_reset',
      'net_proxy',
      'store_locked',
      'idp_rate_limited',
      'idp_unavailable',
    ]);
  });

  test.each(['', 'toString', '__proto__', 'acme_pin_expired'])('does not hold %j', (code) => {
    expect([isErrorCode(code), isRetryable(code)]).toEqual([false, false]);
  });
});

describe('an error', () => {
  test('always says what can be done, in words of the case or the usual ones', () => {
    const hints = EXIT_CODES.flatMap(({ codes }) => codes).map((code) => new PadlockError(code).hint);
    for (const hint of [...hints, new PadlockError('acme_pin_expired').hint, new PadlockError('io_output', { hint: '' }).hint])
      expect(hint).toMatch(/^[A-Zp].*\.$/);
    expect(new PadlockError('io_output', { hint: 'Buy a disk.' }).hint).toBe('Buy a disk.');
  });

  test('is printed by a machine format as its document, without what is absent', () => {
    const cause = new Error('the body of an answer');
    const error = new PadlockError('idp_rate_limited', { message: 'Too fast.', hint: 'Wait.', httpStatus: 429, retryAfter: 2, cause });
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      code: 'idp_rate_limited',
      category: 'unavailable',
      exit: 10,
      message: 'Too fast.',
      hint: 'Wait.',
      retryable: true,
      http_status: 429,
      retry_after: 2,
    });
    expect(new PadlockError('internal').toJSON()).toEqual({
      code: 'internal',
      category: 'internal',
      exit: 1,
      message: 'internal',
      hint: HINTS.internal,
      retryable: false,
    });
    expect(new PadlockError('auth_invalid_grant', { oauthError: 'invalid_grant', requestId: 'r1' }).toJSON()).toMatchObject({
      oauth_error: 'invalid_grant',
      request_id: 'r1',
    });
  });

  test('carries the category its plugin gives it, and never the one of a built-in code', () => {
    expect(new PadlockError('acme_pin_expired')).toMatchObject({ category: 'auth', exit: 4 });
    expect(new PadlockError('acme_pin_expired', { category: 'usage' })).toMatchObject({ category: 'usage', exit: 2 });
    expect(new PadlockError('token_issuer', { category: 'usage' })).toMatchObject({ category: 'verification', exit: 8 });
  });

  test.each(['nonsense', '__proto__', 'toString'])('has an exit code whatever category a plugin makes up: %s', (category) => {
    expect(new PadlockError('acme_x', { category: category as 'auth' })).toMatchObject({ category: 'auth', exit: 4 });
  });

  test('has a text for a code, whatever a plugin takes for one', () => {
    expect(new PadlockError(undefined as unknown as string).code).toBe('undefined');
  });

  test('keeps its cause, and none where there is none', () => {
    const cause = new Error('why');
    expect(new PadlockError('internal', { cause }).cause).toBe(cause);
    expect(inspect(new PadlockError('internal'))).not.toContain('cause');
  });

  test('is thrown by fail with its sentence', () => {
    expect(() => fail('usage_conflict', 'Both.', { hint: 'One.' })).toThrow(expect.objectContaining({ message: 'Both.', hint: 'One.' }));
  });
});

describe('isPadlockError', () => {
  test('knows an error of another copy of Padlock', () => {
    const foreign = Object.assign(new Error('x'), { code: 'internal', [Symbol.for('padlock.error')]: true });
    expect(isPadlockError(foreign)).toBe(true);
    expect(isPadlockError(new PadlockError('internal'))).toBe(true);
  });

  const hostile = new Proxy(
    {},
    {
      get() {
        throw new Error('do not look');
      },
    },
  );
  const { proxy: revoked, revoke } = Proxy.revocable({}, {});
  revoke();
  test.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['a text', 'PadlockError'],
    ['an error', new Error('x')],
    ['an object of that name', { name: 'PadlockError', code: 'internal' }],
    ['a branded object without a code', { [Symbol.for('padlock.error')]: true }],
    ['a Proxy that throws', hostile],
    ['a revoked Proxy', revoked],
  ])('takes %s for something else', (_, value) => {
    expect(isPadlockError(value)).toBe(false);
  });
});
