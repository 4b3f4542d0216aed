import { ASYMMETRIC } from '../../core/algorithms.ts';
import { type Compact, parseCompact, parsePayload } from '../../core/compact.ts';
import type { Proof, Verifier, VerifierHost } from '../../core/contracts.ts';
import { isPadlockError } from '../../core/errors.ts';
import { allowedAlgorithm, verifyWithKeys } from '../../core/jose.ts';
import { isPlausibleKid, publicKeys } from '../../core/key-policy.ts';

/** Failures that an older copy of the key set explains. */
const STALE: ReadonlySet<string> = new Set(['token_signature', 'token_key_ambiguous', 'token_key_unsafe', 'proto_jwks_invalid']);

type Found = Pick<Proof, 'alg' | 'kid'>;

async function verifyFresh(compact: Compact, algorithms: readonly string[], host: VerifierHost): Promise<Found> {
  const { keys, cached } = await host.keys();
  try {
    return await verifyWithKeys(compact, publicKeys(keys), algorithms);
  } catch (error) {
    if (!isPadlockError(error)) throw error;
    // A key may be rotated in after the set was fetched, even beside the token request; anything else only in a set from a cache.
    const mayBeNew = error.code === 'token_key_not_found' && isPlausibleKid(compact.header.kid);
    if (!mayBeNew && !(cached && STALE.has(error.code))) throw error;
  }
  return verifyWithKeys(compact, publicKeys((await host.keys(true)).keys), algorithms);
}

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
    const found = await verifyFresh(compact, algorithms, host);
    return { payload: parsePayload(compact.payload), ...found };
  },
} satisfies Verifier;
