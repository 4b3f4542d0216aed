import type { Verifier } from '../../core/contracts.ts';

/** Checks a signature with the issuer's published keys. Asks for them again once: when the token's key is unknown, or a cached one fails. */
export const jwks = {
  kind: 'verifier',
  name: 'jwks',
  summary: "the provider's published keys (RS, PS, ES 256 to 512, EdDSA)",
  algorithms: ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
  keySet: true,
  applies: (_values, { metadata }) => metadata.jwks_uri !== undefined || { no: 'the provider publishes no key set' },
  verify: async (token, _values, host) => (await import('./jwks/verify.ts')).verifyWithKeySet(token, host),
} satisfies Verifier;
