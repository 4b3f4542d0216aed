/** This machine's clock beside the provider's: tokens say until when they are good, and the two have to agree on when that is. */
import { PadlockError } from '../../core/errors.ts';
import { doubtful, type Finding, failing, fine } from '../../core/finding.ts';
import { httpDate } from '../../core/http-answers.ts';
import type { SeenAnswer } from './watch.ts';

const SET = "Set this machine's clock, and keep it set: timedatectl set-ntp true.";

/** `tolerance` in seconds. A cache on the way tells how old its answer is. */
export function clockFinding({ received, response, sent }: SeenAnswer, tolerance: number): Finding {
  const { age = '0', date } = response.headers;
  const theirs = httpDate(date);
  if (theirs === undefined) return fine('clock', 'The provider does not say what time it is there.');
  const now = theirs + (/^\d{1,9}$/.test(age) ? Number(age) : 0) * 1000 + 500; // it counts whole seconds
  const off = Math.round(((sent + received) / 2 - now) / 1000);
  const unsure = Math.ceil((received - sent) / 2000) + 1;
  if (Math.abs(off) <= unsure) return fine('clock', "It agrees with the provider's.");
  const detail = `It is ${Math.abs(off)} s ${off > 0 ? 'ahead of' : 'behind'} the provider's; ${tolerance} s are tolerated.`;
  if (Math.abs(off) <= tolerance) return Math.abs(off) * 2 <= tolerance ? fine('clock', detail) : doubtful('clock', detail, SET);
  // ahead, and what is good seems over; behind, and what was just issued seems to come from the future
  return failing('clock', new PadlockError(off > 0 ? 'token_expired' : 'token_iat', { message: detail, hint: SET }));
}
