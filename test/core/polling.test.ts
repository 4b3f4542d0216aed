import { describe, expect, test } from '@jest/globals';
import { type About, PadlockError } from '../../src/core/errors.ts';
import { type Polling, poll } from '../../src/core/polling.ts';

/** Answers in order, each after `took` seconds; the last one again and again. */
function polled(polling: Partial<Polling>, answers: readonly (Error | string)[], took = 0, sleeping?: (nth: number) => void) {
  let now = 1_700_000_000_000;
  const began = now;
  const asked: number[] = [];
  const queue = [...answers];
  let slept = 0;
  const host = {
    now: () => now,
    sleep: async (seconds: number) => {
      sleeping?.(++slept);
      now += seconds * 1000;
    },
  };
  const ask = async (): Promise<string> => {
    asked.push((now - began) / 1000);
    now += took * 1000;
    const answer = queue.length > 1 ? queue.shift() : queue[0];
    if (typeof answer === 'string') return answer;
    throw answer;
  };
  const end = poll(ask, { interval: undefined, expiresIn: 600, ...polling }, host);
  const suspend = (seconds: number): void => {
    now += seconds * 1000;
  };
  return { end, asked, elapsed: () => (now - began) / 1000, suspend };
}

const error = (code: string, about: About = {}) => new PadlockError(code, about);
// What the token endpoint's door makes of an error it does not know (src/core/oauth-error.ts).
const pending = error('auth_access_denied', { oauthError: 'authorization_pending', httpStatus: 400 });
const slowDown = error('auth_access_denied', { oauthError: 'slow_down', httpStatus: 400 });
const limited = (retryAfter?: number) => error('idp_rate_limited', { httpStatus: 429, retryAfter });
const timeout = error('net_timeout');

describe('the time between an answer and the next question', () => {
  test.each<[string, Partial<Polling>, readonly Error[], readonly number[]]>([
    ['is 5 s where the provider did not say (BCP 33)', {}, [pending, pending], [5, 10, 15]],
    ['is 5 s where it says null', { interval: null }, [pending], [5, 10]],
    ['is what it says', { interval: 31 }, [pending, pending], [31, 62, 93]],
    ['is what it says in a text', { interval: '7' }, [pending], [7, 14]],
    ['is at least a second: 0', { interval: 0 }, [pending], [1, 2]],
    ['is at least a second: -1', { interval: -1 }, [pending], [1, 2]],
    ['is at most a minute', { interval: 1e9 }, [pending], [60, 120]],
    ['is at most a minute, for ever as well', { interval: Number.POSITIVE_INFINITY }, [pending], [60, 120]],
    ['grows by 5 s with each slow_down, for good (BCP 34)', {}, [slowDown, slowDown, slowDown, pending], [5, 15, 30, 50, 70]],
    ['grows by 5 s with a 429', {}, [limited(), pending], [5, 15, 25]],
    ['grows by 5 s with a 429, and is Retry-After once where that is longer', {}, [limited(30), pending], [5, 35, 45]],
    ['is not shortened by a Retry-After', {}, [limited(1)], [5, 15]],
    ['grows by 5 s with a 429 that says slow_down', {}, [error('idp_rate_limited', { oauthError: 'slow_down' })], [5, 15]],
    [
      'stays where the network fails',
      {},
      [error('net_reset'), error('net_dns'), error('net_connect'), error('net_proxy')],
      [5, 10, 15, 20, 25],
    ],
    ['stays where the provider is in trouble', {}, [error('idp_unavailable', { httpStatus: 503 })], [5, 10]],
    ['is the Retry-After of a provider in trouble', {}, [error('idp_unavailable', { retryAfter: 20 }), pending], [5, 25, 30]],
    ['doubles with each time-out, up to a minute (BCP 35)', {}, [timeout, timeout, timeout, timeout, timeout], [5, 15, 35, 75, 135, 195]],
    ['is the usual one again after an answer', {}, [timeout, timeout, pending], [5, 15, 35, 40]],
    ['is not shortened by the minute', { interval: 58 }, [slowDown, timeout], [58, 121, 184]],
  ])('%s', async (_, polling, failures, times) => {
    const { asked, end } = polled(polling, [...failures, 'done']);
    await expect(end).resolves.toBe('done');
    expect(asked).toEqual(times);
  });

  test('is measured from the answer, however long that took (BCP 34)', async () => {
    const { asked, end } = polled({ interval: 5 }, [pending, slowDown, 'done'], 7);
    await end;
    expect(asked).toEqual([5, 17, 34]);
  });

  test.each([[{}], [[5]], ['soon'], [true]])('is refused as %j', async (interval) => {
    const { asked, end } = polled({ interval }, ['done']);
    await expect(end).rejects.toMatchObject({ code: 'proto_bad_shape' });
    expect(asked).toEqual([]);
  });
});

describe('the end', () => {
  test.each<[string, PadlockError]>([
    ['access_denied', error('auth_access_denied', { oauthError: 'access_denied' })],
    ['expired_token', error('auth_expired', { oauthError: 'expired_token' })],
    ['invalid_request', error('client_invalid_request', { oauthError: 'invalid_request' })],
    ['invalid_grant', error('auth_invalid_grant', { oauthError: 'invalid_grant' })],
    ['an error nobody knows', error('auth_access_denied', { oauthError: 'teapot' })],
    ['a certificate that cannot be trusted', error('net_tls')],
    ['an answer nobody can read', error('proto_not_json')],
    ['a lock-out', error('auth_access_denied', { oauthError: 'too_many_attempts', httpStatus: 429 })],
  ])('comes at once with %s', async (_, refusal) => {
    const { asked, end } = polled({}, [pending, refusal]);
    await expect(end).rejects.toBe(refusal);
    expect(asked).toEqual([5, 10]);
  });

  test('comes at once with a bug', async () => {
    const bug = new TypeError('x');
    await expect(polled({}, [bug]).end).rejects.toBe(bug);
  });

  test('comes when it expires, to the second (BCP 36)', async () => {
    const { asked, elapsed, end } = polled({ expiresIn: 23 }, [pending]);
    await expect(end).rejects.toMatchObject({ code: 'auth_expired', hint: expect.stringContaining('Begin again') });
    expect(asked).toEqual([5, 10, 15, 20]);
    expect(elapsed()).toBe(23);
  });

  test('comes with the last question still open, after its answer', async () => {
    const { asked, elapsed, end } = polled({ expiresIn: 23 }, [pending], 4);
    await expect(end).rejects.toMatchObject({ code: 'auth_expired' });
    expect(asked).toEqual([5, 14]);
    expect(elapsed()).toBe(23);
  });

  test('comes after a long sleep of the machine, without another question', async () => {
    const { asked, elapsed, end, suspend } = polled({}, [pending], 0, (nth) => nth === 3 && suspend(3600));
    await expect(end).rejects.toMatchObject({ code: 'auth_expired' });
    expect([asked, elapsed()]).toEqual([[5, 10], 3615]);
  });

  test('comes after a day at the latest', async () => {
    const { elapsed, end } = polled({ interval: 60, expiresIn: 1e300 }, [pending]);
    await expect(end).rejects.toMatchObject({ code: 'auth_expired' });
    expect(elapsed()).toBe(86_400);
  });

  test.each([[undefined], [null], [0], [-1], ['soon'], [{}], [true]])('has to be known: expires_in %j is refused', async (expiresIn) => {
    const { asked, end } = polled({ expiresIn }, ['done']);
    await expect(end).rejects.toMatchObject({ code: 'proto_bad_shape', message: expect.stringContaining('expires_in') });
    expect(asked).toEqual([]);
  });

  test('is known from a text as well', async () => {
    const { elapsed, end } = polled({ expiresIn: '12' }, [pending]);
    await expect(end).rejects.toMatchObject({ code: 'auth_expired' });
    expect(elapsed()).toBe(12);
  });

  test('comes when the wait is cancelled', async () => {
    const reason = error('cancelled');
    const { asked, end } = polled({}, [pending], 0, (nth) => {
      if (nth === 3) throw reason;
    });
    await expect(end).rejects.toBe(reason);
    expect(asked).toEqual([5, 10]);
  });
});
