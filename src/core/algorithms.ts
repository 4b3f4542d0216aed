/** The signature algorithms Padlock can check (RFC 7518 §3.1, RFC 8037), and the policy that fixes the expected ones before a request. */
import { fail } from './errors.ts';
import { quoted } from './options.ts';

export interface Algorithm {
  /** The type of key it needs. */
  readonly kty: 'oct' | 'RSA' | 'EC' | 'OKP';
  readonly crv?: string;
  /** Bits of its hash; the least length of an HMAC key (RFC 7518 §3.2), and the hash of `at_hash`. */
  readonly hash: 256 | 384 | 512;
}

export const ALGORITHMS: ReadonlyMap<string, Algorithm> = new Map<string, Algorithm>([
  ['RS256', { kty: 'RSA', hash: 256 }],
  ['RS384', { kty: 'RSA', hash: 384 }],
  ['RS512', { kty: 'RSA', hash: 512 }],
  ['PS256', { kty: 'RSA', hash: 256 }],
  ['PS384', { kty: 'RSA', hash: 384 }],
  ['PS512', { kty: 'RSA', hash: 512 }],
  ['ES256', { kty: 'EC', crv: 'P-256', hash: 256 }],
  ['ES384', { kty: 'EC', crv: 'P-384', hash: 384 }],
  ['ES512', { kty: 'EC', crv: 'P-521', hash: 512 }],
  ['EdDSA', { kty: 'OKP', crv: 'Ed25519', hash: 512 }],
  ['Ed25519', { kty: 'OKP', crv: 'Ed25519', hash: 512 }],
  ['HS256', { kty: 'oct', hash: 256 }],
  ['HS384', { kty: 'oct', hash: 384 }],
  ['HS512', { kty: 'oct', hash: 512 }],
]);

const known = [...ALGORITHMS.keys()];
/** Signed with a secret that both sides hold. */
export const SYMMETRIC: readonly string[] = known.filter((alg) => ALGORITHMS.get(alg)?.kty === 'oct');
/** Signed with a private key and checked with a public one. */
export const ASYMMETRIC: readonly string[] = known.filter((alg) => !SYMMETRIC.includes(alg));

export interface AlgorithmFacts {
  /** `id_token_signed_response_alg`, as the client is registered. */
  readonly configured?: string | undefined;
  /** What signed this profile's first verified token. */
  readonly pinned?: string | undefined;
  /** `id_token_signing_alg_values_supported` of the provider. */
  readonly supported?: readonly string[] | undefined;
  /** Bytes of the secret that would check an HMAC; undefined when there is none. */
  readonly secretLength?: number | undefined;
  /** A secret shorter than the hash was permitted explicitly. */
  readonly allowWeakSecret?: boolean | undefined;
  /** The chosen verifier, or every registered one when the choice is Padlock's. */
  readonly verifiers: readonly { readonly algorithms: readonly string[] }[];
}

/**
 * The algorithms that may sign the ID token, fixed before the request and never read from the token: configured, else pinned, else discovery's
 * asymmetric ones. HMAC is for a verifier chosen by name, or for a provider that lists nothing else: where both are possible a public key must
 * not become a secret. Empty when nothing the provider lists can be checked. Throws `config_conflict`, `config_weak_secret`, `usage_missing_option`.
 */
export function expectedAlgorithms(facts: AlgorithmFacts): readonly string[] {
  const checkable = [...new Set(facts.verifiers.flatMap(({ algorithms }) => algorithms))].filter((alg) => alg !== 'none');
  const { configured, pinned, supported = [] } = facts;
  if (configured !== undefined) {
    if (!checkable.includes(configured))
      fail('config_conflict', `Nothing here can check an ID token signed with ${quoted(configured)}.`, {
        hint: `It can be one of ${checkable.join(', ')}.`,
      });
    return SYMMETRIC.includes(configured) ? keyed([configured], facts) : [configured];
  }
  if (pinned !== undefined && checkable.includes(pinned)) return [pinned]; // check: pinned algorithm
  const asymmetric = checkable.filter((alg) => !SYMMETRIC.includes(alg));
  const listed = asymmetric.filter((alg) => supported.includes(alg));
  if (listed.length > 0) return listed; // check: listed algorithms
  const symmetric = checkable.filter((alg) => SYMMETRIC.includes(alg));
  const listedSymmetric = symmetric.filter((alg) => supported.includes(alg));
  if (asymmetric.length === 0) return keyed(listedSymmetric.length > 0 ? listedSymmetric : symmetric, facts);
  if (supported.length === 0) return asymmetric.filter((alg) => alg === 'RS256'); // check: default algorithm
  return supported.every((alg) => SYMMETRIC.includes(alg) || alg === 'none') ? keyed(listedSymmetric, facts) : [];
}

/** Those of `algorithms` that the secret is long enough for. */
function keyed(algorithms: readonly string[], { secretLength, allowWeakSecret }: AlgorithmFacts): readonly string[] {
  if (algorithms.length === 0) return [];
  if (secretLength === undefined)
    fail('usage_missing_option', `The ID token is signed with a secret (${algorithms.join(', ')}), and there is none to check it with.`, {
      hint: 'Give --client-secret-file, or --verification-secret-file where the two differ.',
    });
  const fitting = algorithms.filter((alg) => secretLength * 8 >= (ALGORITHMS.get(alg)?.hash ?? Number.POSITIVE_INFINITY));
  if (fitting.length > 0) return fitting; // check: secret fits
  if (allowWeakSecret === true) return algorithms.slice(0, 1);
  fail('config_weak_secret', tooShort(secretLength, algorithms[0] ?? 'HS256'), { hint: WEAK_SECRET_HINT });
}

/** What is wrong with a secret of `length` bytes. */
export const tooShort = (length: number, alg: string): string =>
  `The secret has ${length} bytes; ${alg} needs at least ${(ALGORITHMS.get(alg)?.hash ?? 0) / 8}.`;
export const WEAK_SECRET_HINT =
  'Anyone with one token can guess such a secret offline. Ask for a longer one, or accept the risk with --allow-weak-secret.';
