/** When a question may be asked a second time. Only GET is: a repeated POST can lock an account or spend a code twice. */
import { isPadlockError, type PadlockError } from './errors.ts';
import { retryAfter } from './http-answers.ts';
import type { HttpResponse } from './ports.ts';

const LONGEST_S = 5;
const USUAL_MS = 300;

/** Milliseconds to wait before the second try, with jitter, or undefined when there is to be none. */
export function pauseBefore(answer: HttpResponse | PadlockError, now: number): number | undefined {
  const jitter = Math.random() * USUAL_MS;
  if (isPadlockError(answer)) return answer.code === 'net_reset' || answer.code === 'net_connect' ? USUAL_MS + jitter : undefined;
  if (answer.status !== 429 && answer.status !== 503) return undefined;
  const seconds = retryAfter(answer.headers, now);
  if (seconds === undefined) return USUAL_MS + jitter;
  return seconds <= LONGEST_S ? seconds * 1000 + jitter : undefined;
}
