/** A signature against the issuer's current keys. */
import { ASYMMETRIC } from '../../../core/algorithms.ts';
import { parseCompact, parsePayload } from '../../../core/compact.ts';
import { verifyWithCurrentKeys } from '../../../core/current-keys.ts';
import { allowedAlgorithm } from '../../../core/jose.ts';
import type { Proof, VerifierHost } from '../../../core/verifier-host.ts';

export async function verifyWithKeySet(token: string, host: VerifierHost): Promise<Proof> {
  const compact = parseCompact(token, 'id');
  const algorithms = host.algorithms.filter((alg) => ASYMMETRIC.includes(alg));
  // Before any key is asked for.
  allowedAlgorithm(compact, algorithms); // check: algorithm before keys
  const found = await verifyWithCurrentKeys(compact, algorithms, (fresh) => host.keys(fresh));
  return { payload: parsePayload(compact.payload), ...found };
}
