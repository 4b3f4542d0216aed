/** What a verifier may return. */
import type { Proof } from './contracts.ts';

/** A truthy value is no proof: an object with claims and an algorithm that was allowed is. */
export function isProof(proof: Proof, algorithms: readonly string[]): boolean {
  if (typeof proof !== 'object' || proof === null || typeof proof.payload !== 'object' || proof.payload === null) return false; // check: proof shape
  if (!algorithms.includes(proof.alg)) return false; // check: proof algorithm
  return proof.kid === null || typeof proof.kid === 'string';
}
