/** What a cancelled operation rejects with. */
import { PadlockError } from './errors.ts';

/** The reason the caller gave to `abort(reason)`, or `cancelled` when it gave none. */
export function abortReason({ reason }: AbortSignal): unknown {
  const unnamed = typeof reason !== 'object' || reason === null || (reason as { name?: unknown }).name === 'AbortError';
  return unnamed ? new PadlockError('cancelled', { message: 'The operation was cancelled.' }) : reason;
}
