/** What openid-client throws → the failure it stands for. */
import { isPadlockError, PadlockError } from './errors.ts';

/** openid-client wraps what its fetch throws; the cause is ours. Its own complaints carry the answer, so only their code is kept. */
export function translated(error: unknown): unknown {
  let at: unknown = error;
  for (let depth = 0; depth < 5 && typeof at === 'object' && at !== null; depth++) {
    if (isPadlockError(at) || (at as { name?: unknown }).name === 'AbortError') return at; // check: cause of openid-client
    at = (at as { cause?: unknown }).cause;
  }
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code !== 'string' || !code.startsWith('OAUTH_')) return error;
  return new PadlockError('proto_bad_shape', { message: `The token endpoint's answer is not valid (${code}).` });
}
