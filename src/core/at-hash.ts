/** The `at_hash` claim (OpenID Connect Core 1.0 §3.1.3.6): ties an ID token to the access token beside it. */
import { createHash } from 'node:crypto';
import { ALGORITHMS } from './algorithms.ts';

/** The left half of the access token's hash, in base64url; undefined for an unknown algorithm. */
export function atHash(accessToken: string, alg: string): string | undefined {
  const bits = ALGORITHMS.get(alg)?.hash;
  if (bits === undefined) return undefined;
  const digest = createHash(`sha${bits}`).update(accessToken).digest();
  return digest.subarray(0, digest.length / 2).toString('base64url');
}
