/** What a verifier may return. */
import type { Verifier } from './contracts.ts';
import type { Proof } from './verifier-host.ts';

/** A truthy value is no proof: an object with claims and an algorithm that was allowed is, or with no algorithm where the provider was asked. */
export function isProof(proof: Proof, algorithms: readonly string[], checks: Verifier['checks'] = 'id'): boolean {
  if (typeof proof !== 'object' || proof === null || typeof proof.payload !== 'object' || proof.payload === null) return false; // check: proof shape
  if (checks === 'id' ? proof.alg === null || !algorithms.includes(proof.alg) : proof.alg !== null) return false; // check: proof algorithm
  return proof.kid === null || typeof proof.kid === 'string';
}
