/** The `at_hash` claim (OpenID Connect Core 1.0 §3.1.3.6): ties an ID token to the access token beside it. */
import { createHash } from 'node:crypto';
import { ALGORITHMS } from './algorithms.ts';

/** The left half of the access token's hash, in base64url; undefined for an unknown algorithm. */
export function atHash(accessToken: string, alg: string): string | undefined {
  const bits = ALGORITHMS.get(alg)?.hash;
  return bits === undefined ? undefined : leftHalf(accessToken, bits);
}

/**
 * Whether a claim is the access token's hash. EdDSA names no hash: most providers take the SHA-512 that Ed25519 itself uses,
 * some (glewlwyd) SHA-256. Either ties the two tokens together.
 */
export function isAtHash(claim: unknown, accessToken: string, alg: string): boolean {
  if (typeof claim !== 'string') return false;
  return claim === atHash(accessToken, alg) || (ALGORITHMS.get(alg)?.kty === 'OKP' && claim === leftHalf(accessToken, 256));
}

function leftHalf(accessToken: string, bits: number): string {
  const digest = createHash(`sha${bits}`).update(accessToken).digest();
  return digest.subarray(0, digest.length / 2).toString('base64url');
}
