/** When a stored access token is still good, and when it is time for another. */
import type { AccessRecord } from './session-record.ts';

const MINUTE = 60_000;
/** Milliseconds for which a token counts as good whose provider does not say how long it lives: not for ever. */
export const ASSUMED_LIFETIME = 5 * MINUTE;

/** Seconds that a token lives at least when a caller gets it, unless it says otherwise: it has to survive the request it is for. */
export const MIN_TTL = 10;

/** Milliseconds of life that are enough for a caller; the rest of the window is for refreshing early. */
export interface Need {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Seconds the token must still live. */
  readonly minTtl: number;
}

/** When it is over, in milliseconds since the epoch, as far as anybody knows. */
export const endOf = ({ expiresAt, issuedAt }: AccessRecord): number => expiresAt ?? issuedAt + ASSUMED_LIFETIME;

/** It can be handed out: it lives for as long as the caller needs it. One from the future says that the clock was moved back. */
export function isUsable(access: AccessRecord, { now, minTtl }: Need): boolean {
  const remaining = endOf(access) - now;
  return remaining > 0 && remaining >= minTtl * 1000 && access.issuedAt <= now + MINUTE;
}

/** Milliseconds before its end when it is time for another: min(60 s, a fifth of its life), a little more or less by `jitter`, 0 to 1. */
const early = (access: AccessRecord, jitter: number): number =>
  Math.min(MINUTE, (endOf(access) - access.issuedAt) / 5) * (0.8 + 0.4 * jitter);

/** It is not yet time for another. The jitter is there so that many processes do not come at once. */
export function isFresh(access: AccessRecord, need: Need, jitter: number): boolean {
  return isUsable(access, need) && endOf(access) - need.now > early(access, jitter);
}

/** From when until when, in milliseconds since the epoch, it is fresh for a caller without a wish: what the hot path compares. */
export const freshSpan = (access: AccessRecord, jitter: number): { readonly freshFrom: number; readonly freshUntil: number } => ({
  freshFrom: access.issuedAt - MINUTE,
  freshUntil: endOf(access) - Math.max(early(access, jitter), MIN_TTL * 1000),
});

/** Access tokens that a session keeps beside the newest; a store's entries are small. */
const MOST = 31;

/** Those that are not over yet, the latest of them if there are many. */
export function living(access: Readonly<Record<string, AccessRecord>>, now: number): Readonly<Record<string, AccessRecord>> {
  const left = Object.entries(access).filter(([, each]) => endOf(each) > now);
  return Object.fromEntries(left.sort(([, a], [, b]) => a.issuedAt - b.issuedAt).slice(-MOST));
}
