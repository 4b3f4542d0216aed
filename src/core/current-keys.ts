/** A signature checked with an issuer's key set as it is now: what is kept of it may be older than the token. */
import type { Compact } from './compact.ts';
import { isPadlockError } from './errors.ts';
import { verifyWithKeys } from './jose.ts';
import type { JsonObject } from './json-value.ts';
import { isPlausibleKid, publicKeys } from './key-policy.ts';

/** `fresh` asks for a set that did not come from a cache. */
export type KeySource = (fresh?: boolean) => Promise<{ readonly keys: readonly JsonObject[]; readonly cached: boolean }>;

/** Failures that an older copy of the key set explains. */
const STALE: ReadonlySet<string> = new Set(['token_signature', 'token_key_ambiguous', 'token_key_unsafe', 'proto_jwks_invalid']);

/** Asks for the keys again once: when the token's key is unknown, or a cached one fails. Throws `token_*`, `proto_jwks_invalid`. */
export async function verifyWithCurrentKeys(
  token: Compact,
  algorithms: readonly string[],
  keys: KeySource,
): Promise<{ readonly alg: string; readonly kid: string | null }> {
  const known = await keys();
  try {
    return await verifyWithKeys(token, publicKeys(known.keys), algorithms);
  } catch (error) {
    if (!isPadlockError(error)) throw error;
    // A key may be rotated in after the set was fetched, even beside the token request; anything else only in a set from a cache.
    const mayBeNew = error.code === 'token_key_not_found' && isPlausibleKid(token.header.kid);
    if (!mayBeNew && !(known.cached && STALE.has(error.code))) throw error;
  }
  return verifyWithKeys(token, publicKeys((await keys(true)).keys), algorithms);
}
