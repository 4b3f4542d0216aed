/**
 * E1–E5: samples of the suites that the verifier is held to in test/core and test/strategies, each through a sign-in with the packed CLI:
 * S1 signatures, S2 keys, S3 key against algorithm, S6 forged tokens; and the behaviours B once more by `padlock verify`.
 */
import { generateKeyPairSync } from 'node:crypto';
import { type ErrorCode, EXIT_CODES } from '../../../src/core/errors.ts';
import type { JsonObject } from '../../../src/core/json-value.ts';
import { keyFor, publicJwk, rocaModulus, SECRET, type SigningKey, strangerFor, token } from '../../core/forge.ts';
import { forgedTokens } from '../forged-families.ts';
import { CLIENT_ID } from '../network/good.ts';
import type { Row } from '../row.ts';
import { SIGNATURES } from './e-signatures.ts';

const RS = keyFor('RS256');
const ES = keyFor('ES256');
const HS = keyFor('HS256');

/** What exits stand for a code. */
export const exitOf = (code: ErrorCode): number => EXIT_CODES.find(({ codes }) => codes.includes(code))?.exit ?? 0;

export interface Demanded {
  readonly alg?: string;
  readonly keys?: readonly unknown[];
  /** HS* is keyed with it. */
  readonly secret?: string;
}

/** A sign-in whose ID token this is; without a code it is as good as any. */
export const presented = (
  id: string,
  what: string,
  text: string,
  code: ErrorCode | undefined,
  { alg = 'RS256', keys = [keyFor(alg).jwk], secret = SECRET }: Demanded = {},
): Row => ({
  id,
  what,
  answers: { token: { idToken: { raw: text } }, ...(alg.startsWith('HS') ? {} : { jwks: { members: { keys } } }) },
  run: {
    args: ['auth'],
    env: {
      PADLOCK_ID_TOKEN_SIGNED_RESPONSE_ALG: alg,
      ...(alg.startsWith('HS') && { PADLOCK_VERIFIER: 'shared-secret', PADLOCK_VERIFICATION_SECRET: secret }),
    },
  },
  exit: code === undefined ? 0 : exitOf(code),
  ...(code && { code }),
  afterwards: { none: 'nothing is stored, and E6 to E22 look at what is left' },
});
/** One of a suite: a human sees the like of it with E4, E6 to E22. */
const sampled = (...row: Parameters<typeof presented>): Row => ({ ...presented(...row), once: 'only its token or key is another one' });

/** a, b, …, z, aa, ab, … */
const letters = (at: number): string => (at < 26 ? '' : letters(Math.floor(at / 26) - 1)) + String.fromCharCode(97 + (at % 26));
const numbered = <T>(list: readonly T[], row: (id: string, one: T) => Row, number: number): readonly Row[] =>
  list.map((one, at) => row(`E${number}${letters(at)}`, one));

const S1 = numbered(SIGNATURES, (id, [what, alg, text, code]) => sampled(id, `a token with ${what}`, text, code, { alg }), 1);

const bytes = (value: bigint): string => {
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex').toString('base64url');
};
const without = (jwk: JsonObject, name: string): JsonObject => Object.fromEntries(Object.entries(jwk).filter(([key]) => key !== name));
const modulus = BigInt(`0x${Buffer.from(String(RS.jwk.n), 'base64url').toString('hex')}`);
const small = publicJwk(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey);
const NOT_FOUND = 'token_key_not_found';
const UNSAFE = 'token_key_unsafe';
const INVALID = 'proto_jwks_invalid';
const AMBIGUOUS = 'token_key_ambiguous';

type Keys = readonly [what: string, signer: SigningKey, keys: readonly unknown[], code: ErrorCode];
/** The signature is right, and the key must not be relied on. */
const KEYS: readonly Keys[] = [
  ['of 1024 bits', RS, [{ ...RS.jwk, ...small }], UNSAFE],
  ['of 2047 bits', RS, [{ ...RS.jwk, n: bytes((1n << 2046n) | 1n) }], UNSAFE],
  ['of 20000 bits', RS, [{ ...RS.jwk, n: bytes((1n << 19_999n) | 1n) }], UNSAFE],
  ['with the exponent 1', RS, [{ ...RS.jwk, e: 'AQ' }], UNSAFE],
  ['with an even exponent', RS, [{ ...RS.jwk, e: 'AQAA' }], UNSAFE],
  ['with an even modulus', RS, [{ ...RS.jwk, n: bytes(modulus - 1n) }], UNSAFE],
  ['of the generator of ROCA', RS, [{ ...RS.jwk, n: bytes(rocaModulus()) }], UNSAFE],
  ['that is no point of its curve', ES, [{ ...ES.jwk, x: ES.jwk.y }], UNSAFE],
  ['for encryption', RS, [{ ...RS.jwk, use: 'enc' }], NOT_FOUND],
  ['that may only encrypt', RS, [{ ...RS.jwk, key_ops: ['encrypt'] }], NOT_FOUND],
  ['whose use is a list', RS, [{ ...RS.jwk, use: ['sig'] }], NOT_FOUND],
  ['without a modulus', RS, [without(RS.jwk, 'n')], NOT_FOUND],
  ['without an exponent', RS, [without(RS.jwk, 'e')], NOT_FOUND],
  ['without a coordinate', ES, [without(ES.jwk, 'y')], NOT_FOUND],
  ['with a coordinate that is too short', ES, [{ ...ES.jwk, x: 'AAAA' }], NOT_FOUND],
  ['with a space in its modulus', RS, [{ ...RS.jwk, n: ` ${String(RS.jwk.n)}` }], NOT_FOUND],
  ['twice under one name', RS, [RS.jwk, { ...RS.jwk, n: strangerFor('RS256').jwk.n }], AMBIGUOUS],
  ['beside one of another type with its name', RS, [{ ...ES.jwk, kid: RS.jwk.kid }, RS.jwk], AMBIGUOUS],
  ['beside a secret', RS, [RS.jwk, HS.jwk], INVALID],
  ['with its private half', RS, [{ ...RS.jwk, p: 'AQAB' }], INVALID],
  ['that is a secret, alone', RS, [{ ...HS.jwk, kid: RS.jwk.kid }], INVALID],
];
const S2: readonly Row[] = [
  ...numbered(KEYS, (id, [what, signer, keys, code]) => sampled(id, `a key ${what}`, token(signer), code, { alg: signer.alg, keys }), 2),
  presented('E2short', 'a secret of 31 bytes for HS256', token(HS), 'config_weak_secret', { alg: 'HS256', secret: SECRET.slice(0, 31) }),
  presented('E2half', 'a secret of 63 bytes for HS512', token(keyFor('HS512')), 'config_weak_secret', {
    alg: 'HS512',
    secret: SECRET.slice(0, 63),
  }),
];

type Pairing = readonly [signs: string, demanded: string, published: JsonObject, code: ErrorCode];
const renamed = (jwk: JsonObject, alg: string, more: JsonObject = {}): JsonObject => ({ ...jwk, kid: `k-${alg}`, alg, ...more });
const NOT_ALLOWED = 'token_alg_not_allowed';
/** What a token is signed with, what is demanded, and what its key says of itself. */
const PAIRINGS: readonly Pairing[] = [
  ['RS384', 'RS256', keyFor('RS384').jwk, NOT_ALLOWED],
  ['PS256', 'RS256', renamed(RS.jwk, 'PS256'), NOT_ALLOWED],
  ['RS256', 'PS256', RS.jwk, NOT_ALLOWED],
  ['ES384', 'ES256', keyFor('ES384').jwk, NOT_ALLOWED],
  ['EdDSA', 'ES256', keyFor('EdDSA').jwk, NOT_ALLOWED],
  ['HS256', 'RS256', RS.jwk, NOT_ALLOWED],
  ['HS256', 'EdDSA', keyFor('EdDSA').jwk, NOT_ALLOWED],
  ['HS384', 'HS256', {}, NOT_ALLOWED],
  ['RS256', 'HS256', {}, NOT_ALLOWED],
  ['RS256', 'RS256', renamed(RS.jwk, 'RS256', { alg: 'PS256' }), NOT_FOUND],
  ['RS256', 'RS256', renamed(RS.jwk, 'RS256', { alg: 'RSA-OAEP' }), NOT_FOUND],
  ['RS256', 'RS256', renamed(ES.jwk, 'RS256'), NOT_FOUND],
  ['ES256', 'ES256', renamed(keyFor('ES384').jwk, 'ES256'), NOT_FOUND],
  ['ES256', 'ES256', renamed(ES.jwk, 'ES256', { crv: 'P-384' }), NOT_FOUND],
  ['ES512', 'ES512', renamed(ES.jwk, 'ES512'), NOT_FOUND],
  ['EdDSA', 'EdDSA', renamed(ES.jwk, 'EdDSA'), NOT_FOUND],
  ['EdDSA', 'EdDSA', renamed(keyFor('EdDSA').jwk, 'EdDSA', { crv: 'X25519' }), NOT_FOUND],
];
const S3 = numbered(
  PAIRINGS,
  (id, [signs, demanded, published, code]) =>
    sampled(
      id,
      `${signs} where ${demanded} is demanded, with a key for ${String(published.alg ?? 'nothing')}`,
      token(keyFor(signs)),
      code,
      {
        alg: demanded,
        keys: [published],
      },
    ),
  3,
);

/** These come after the issuer was judged, and a token that was made before its provider cannot name that; E5 and B have them. */
const LATE = ['audience', 'azp', 'expired', 'not_yet_valid', 'iat', 'nonce', 'at_hash'].map((name) => `token_${name}`);
const ALGORITHMS = ['RS256', 'ES256', 'PS256', 'EdDSA', 'HS256'];
const LONGEST = 500_000;
/** Two of each family, over one algorithm after the other. */
function sample(): readonly (readonly [what: string, alg: string, text: string, code: ErrorCode])[] {
  const corpora = ALGORITHMS.map((alg) => [alg, forgedTokens(keyFor(alg), 20_261_126)] as const);
  const families = [...new Set(corpora.flatMap(([, corpus]) => corpus.map(({ family }) => family)))];
  return families.flatMap((family, at) => {
    const usable = corpora.map(
      ([alg, corpus]) =>
        [
          alg,
          corpus.filter(
            (one) => one.family === family && one.token !== '' && one.token.length < LONGEST && !LATE.includes(one.codes[0] ?? ''),
          ),
        ] as const,
    );
    const full = usable.filter(([, list]) => list.length > 0);
    const [alg, list] = full[at % full.length] ?? ['', []];
    const two = [...new Set([list[0], list[Math.floor(list.length / 2)]])].flatMap((one) => one ?? []);
    return two.map(({ what, token: text, codes }) => [`${family}: ${what} (${alg})`, alg, text, codes[0] as ErrorCode] as const);
  });
}
const S6 = numbered(sample(), (id, [what, alg, text, code]) => presented(id, what, text, code, { alg }), 4);

const now = Math.floor(Date.now() / 1000);
const DAY = 86_400;
type Told = readonly [
  behaviour: string,
  code: ErrorCode | undefined,
  claims: Readonly<Record<string, unknown>>,
  made?: { readonly signer?: SigningKey; readonly header?: JsonObject },
];
const TOLD: readonly Told[] = [
  ['B5: no kid, one key', undefined, {}, { header: { kid: undefined as never } }],
  ['B7: a bad signature', 'token_signature', {}, { signer: strangerFor('RS256') }],
  ['B9: an HMAC', NOT_ALLOWED, {}, { signer: HS }],
  ['B10: as it should be', undefined, {}],
  ['B11: unsigned', NOT_ALLOWED, {}, { header: { alg: 'none' } }],
  ['B12: another algorithm', NOT_ALLOWED, {}, { signer: keyFor('PS256') }],
  ['B13: another issuer', 'token_issuer', { iss: 'https://id.example.test/1' }],
  ['B14: no issuer', 'token_claim_missing', { iss: undefined }],
  ['B15: another audience', 'token_audience', { aud: `${CLIENT_ID}1` }],
  ['B16: no audience', 'token_claim_missing', { aud: undefined }],
  ['B17: a list of one audience', undefined, { aud: [CLIENT_ID] }],
  ['B18: a stranger in the audience', 'token_audience', { aud: [CLIENT_ID, 'stranger'] }],
  ['B19: expired', 'token_expired', { exp: now - 360 }],
  ['B20: no end', 'token_claim_missing', { exp: undefined }],
  ['B21: no beginning', 'token_claim_missing', { iat: undefined }],
  ['B22: a week old, which only a sign-in minds', undefined, { iat: now - 7 * DAY }],
  ['B23: nobody', 'token_claim_missing', { sub: undefined }],
  ['B27: no at_hash', undefined, { at_hash: undefined }],
];
/** The token on standard input, at a provider that is good. */
const B = numbered(
  TOLD,
  (id, [what, code, changed, { header = {}, signer = RS } = {}]): Row => ({
    id,
    what: `padlock verify, ${what}`,
    answers: {},
    run: ({ idp }) => ({
      args: ['verify'],
      env: { PADLOCK_ID_TOKEN_SIGNED_RESPONSE_ALG: 'RS256' },
      input: token(signer, { header, payload: { iss: idp.issuer, sub: 'robin', aud: CLIENT_ID, exp: now + DAY, iat: now, ...changed } }),
    }),
    exit: code === undefined ? 0 : exitOf(code),
    ...(code && { code }),
    afterwards: { none: 'it stores nothing' },
    check: ({ json }) => {
      if (json().verified !== (code === undefined)) throw new Error(`${id}: the verdict is ${String(json().verified)}`);
    },
  }),
  5,
);

export const SUITES: readonly Row[] = [...S1, ...S2, ...S3, ...S6, ...B];
