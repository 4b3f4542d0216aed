/** How long an answer may be kept (RFC 9111 §4.2, §5.2), as far as a private cache of public documents needs it. */
import { httpDate } from './http-answers.ts';
import type { HttpResponse } from './ports.ts';

export interface Lifetime {
  /** Seconds from now; 0 for an answer that is stale as it arrives. */
  readonly seconds: number;
  /** False when it must not be written to a disk. */
  readonly storable: boolean;
}

const LONGEST = 31_536_000;

/** `now` in milliseconds; `silent` is for answers that say nothing: seconds. */
export function lifetimeOf(headers: HttpResponse['headers'], now: number, silent: number): Lifetime {
  const directives = (headers['cache-control'] ?? '')
    .toLowerCase()
    .split(',')
    .map((directive) => directive.trim());
  const storable = !directives.includes('no-store');
  if (directives.includes('no-cache')) return { seconds: 0, storable };
  const age = secondsOf(headers.age) ?? 0;
  const maxAge = secondsOf(directives.find((directive) => directive.startsWith('max-age='))?.slice('max-age='.length));
  if (maxAge !== undefined) return { seconds: Math.max(0, maxAge - age), storable };
  if (headers.expires === undefined) return { seconds: silent, storable };
  const until = httpDate(headers.expires);
  // "0" and other dates that are none mean "already expired" (RFC 9111 §5.3)
  return { seconds: until === undefined ? 0 : Math.max(0, (until - (httpDate(headers.date) ?? now)) / 1000 - age), storable };
}

const secondsOf = (text: string | undefined): number | undefined => {
  const digits = /^"?(\d+)"?$/.exec(text ?? '')?.[1];
  return digits === undefined ? undefined : Math.min(LONGEST, Number(digits));
};
