/** When a stored access token is still good, and when it is time for another. */
import type { AccessRecord } from './session-record.ts';

const MINUTE = 60_000;

/** Milliseconds of life that are enough for a caller; the rest of the window is for refreshing early. */
export interface Need {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Seconds the token must still live. */
  readonly minTtl: number;
}

const left = ({ expiresAt }: AccessRecord, now: number): number => (expiresAt === null ? 0 : expiresAt - now);

/** Issued in the future: the clock was moved back, and how long it really lives cannot be said. */
const isFromTheFuture = ({ expiresAt, lifetime }: AccessRecord, now: number): boolean =>
  expiresAt !== null && lifetime !== null && expiresAt - lifetime > now + MINUTE;

/** It can be handed out: it lives for as long as the caller needs it. One without an expiry may be over at any time. */
export const isUsable = (access: AccessRecord, { now, minTtl }: Need): boolean => {
  const remaining = left(access, now);
  return remaining > 0 && remaining >= minTtl * 1000 && !isFromTheFuture(access, now);
};

/**
 * It is not yet time for another: more than min(60 s, a fifth of its life) is left, a little more or less by `jitter` (0 to 1), so that many
 * processes do not come at once.
 */
export const isFresh = (access: AccessRecord, need: Need, jitter: number): boolean =>
  isUsable(access, need) && left(access, need.now) > Math.min(MINUTE, (access.lifetime ?? 0) / 5) * (0.8 + 0.4 * jitter);
