/** Asking again until a human has done something elsewhere (RFC 8628 §3.5, OpenID CIBA Core 1.0 §7.3): how often, how long, and what ends it. */
import type { GrantHost } from './contracts.ts';
import { fail, isPadlockError } from './errors.ts';
import { jsonNumber } from './json-number.ts';
import type { JsonValue } from './json-value.ts';
import { timestamp } from './timestamp.ts';

/** Seconds. */
const USUAL = 5;
const SHORTEST = 1;
const LONGEST = 60;
const SLOWER = 5;
const DAY = 86_400;

/** What the provider said about it, as it stands in its answer. */
export interface Polling {
  /** Seconds between an answer and the next question; absent: 5. */
  readonly interval: JsonValue | undefined;
  /** Seconds from now until nobody can approve any more. */
  readonly expiresIn: JsonValue | undefined;
}

/** The same in seconds, within bounds. */
export interface Pace {
  readonly interval: number;
  readonly expiresIn: number;
}

/** Throws `proto_bad_shape` where the provider did not say how long or how often. */
export function readPace({ interval, expiresIn }: Polling): Pace {
  return { interval: intervalOf(interval), expiresIn: lifetimeOf(expiresIn) };
}

/** When the time is over that a human has, as documents write it. `now`: milliseconds since the epoch. */
export const endOf = ({ expiresIn }: Pace, now: number): string => timestamp(new Date(now + expiresIn * 1000));

/** How often to ask. */
class Rhythm {
  #interval: number;
  /** Questions in a row that nobody answered in time. */
  #silent = 0;

  constructor(interval: number) {
    this.#interval = interval;
  }

  /** Seconds to wait after this failure, or undefined where it is the end. */
  after(error: unknown): number | undefined {
    if (!isPadlockError(error)) return undefined;
    const { code, oauthError, retryAfter = 0 } = error;
    const isPending = oauthError === 'authorization_pending';
    const isTooFast = oauthError === 'slow_down' || code === 'idp_rate_limited';
    if (!isPending && !isTooFast && !error.retryable) return undefined;
    if (isTooFast) this.#interval += SLOWER; // for good
    this.#silent = code === 'net_timeout' ? this.#silent + 1 : 0;
    const backedOff = this.#silent === 0 ? 0 : Math.min(this.#interval * 2 ** this.#silent, LONGEST);
    return Math.max(this.#interval, backedOff, retryAfter);
  }
}

/**
 * What `ask` returns once the human is done. Pending, slow_down, 429, a provider in trouble and a network that fails let it go on; any other
 * failure is thrown. Throws `auth_expired` when time is over, `proto_bad_shape` where the provider did not say how long or how often.
 */
export async function poll<T>(ask: () => Promise<T>, polling: Polling, host: Pick<GrantHost, 'now' | 'sleep'>): Promise<T> {
  const { expiresIn, interval } = readPace(polling);
  const end = host.now() + expiresIn * 1000;
  const rhythm = new Rhythm(interval);
  let wait = interval;
  for (;;) {
    const left = Math.max(0, (end - host.now()) / 1000);
    await host.sleep(Math.min(wait, left));
    // a machine may have slept meanwhile
    if (wait >= left || host.now() >= end)
      fail('auth_expired', 'Nobody approved the sign-in in time.', { hint: 'Begin again, and approve it before it expires.' });
    try {
      return await ask();
    } catch (error) {
      const pause = rhythm.after(error);
      if (pause === undefined) throw error;
      wait = pause; // from the answer, not from the question
    }
  }
}

function lifetimeOf(value: JsonValue | undefined): number {
  const seconds = jsonNumber(value);
  if (seconds === undefined || seconds <= 0)
    fail('proto_bad_shape', 'The provider did not say how long the sign-in can be approved (expires_in).'); // check: time to approve
  return Math.min(seconds, DAY);
}

function intervalOf(value: JsonValue | undefined): number {
  if (value === undefined || value === null) return USUAL;
  const seconds = jsonNumber(value);
  if (seconds === undefined) fail('proto_bad_shape', "The provider's interval between questions is not a number of seconds."); // check: interval
  return Math.min(Math.max(seconds, SHORTEST), LONGEST);
}
