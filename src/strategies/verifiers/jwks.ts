import { ASYMMETRIC } from '../../core/algorithms.ts';
import { parseCompact, parsePayload } from '../../core/compact.ts';
import type { Verifier } from '../../core/contracts.ts';
import { verifyWithCurrentKeys } from '../../core/current-keys.ts';
import { allowedAlgorithm } from '../../core/jose.ts';

/** Checks a signature with the issuer's published keys. Asks for them again once: when the token's key is unknown, or a cached one fails. */
export const jwks = {
  kind: 'verifier',
  name: 'jwks',
  summary: "the provider's published keys (RS, PS, ES 256 to 512, EdDSA)",
  algorithms: ASYMMETRIC,
  keySet: true,
  applies: (_values, { metadata }) => metadata.jwks_uri !== undefined || { no: 'the provider publishes no key set' },
  async verify(token, _values, host) {
    const compact = parseCompact(token, 'id');
    const algorithms = host.algorithms.filter((alg) => ASYMMETRIC.includes(alg));
    // Before any key is asked for.
    allowedAlgorithm(compact, algorithms); // check: algorithm before keys
    const found = await verifyWithCurrentKeys(compact, algorithms, (fresh) => host.keys(fresh));
    return { payload: parsePayload(compact.payload), ...found };
  },
} satisfies Verifier;
