/** The door to jose. It sees one token in its one spelling, one key and one algorithm; everything around that is decided here. */
import type { KeyObject } from 'node:crypto';
import { ALGORITHMS } from './algorithms.ts';
import type { Compact } from './compact.ts';
import { fail } from './errors.ts';
import type { JsonObject } from './json-value.ts';
import { checkStrength, member, misfit, selectKey } from './key-policy.ts';
import { quoted } from './options.ts';

/** What of a key set jose gets to see. Private members, certificates and URLs are none of its business. */
const PUBLIC: Readonly<Record<string, readonly string[]>> = { RSA: ['n', 'e'], EC: ['crv', 'x', 'y'], OKP: ['crv', 'x'] };

/** The algorithm in the token's header, if it is one of `expected`. Throws `token_alg_not_allowed`. */
export function allowedAlgorithm(token: Compact, expected: readonly string[]): string {
  const { alg } = token.header;
  if (typeof alg !== 'string' || !expected.includes(alg) || !ALGORITHMS.has(alg))
    fail(
      'token_alg_not_allowed',
      `The token is signed with ${quoted(typeof alg === 'string' ? alg : (JSON.stringify(alg) ?? 'nothing'))}, not with ${expected.join(' or ') || 'anything that could be checked'}.`,
    ); // check: algorithm
  return alg;
}

/** Checks a signature with one key, a JWK or the bytes of a secret, and one algorithm. Throws `token_alg_not_allowed`, `token_key_unsafe`, `token_signature`. */
export async function verifySignature(token: Compact, key: JsonObject | Uint8Array, alg: string): Promise<void> {
  allowedAlgorithm(token, [alg]);
  const material = isBytes(key) ? key : keyMaterial(key, alg);
  const { compactVerify } = await import('jose/jws/compact/verify');
  try {
    await compactVerify(token.token, material, { algorithms: [alg] });
  } catch (error) {
    // jose's errors are not passed on: they may hold what they were given.
    if ((error as { code?: unknown }).code === 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED')
      fail('token_signature', `The token's ${alg} signature is not the one this key makes.`);
    fail('token_key_unsafe', `The key cannot be used with ${alg}: it is not a valid one.`);
  }
}

/** Checks a signature with the key of a set that the token names, or the only one that fits. */
export async function verifyWithKeys(
  token: Compact,
  keys: readonly JsonObject[],
  algorithms: readonly string[],
): Promise<{ readonly alg: string; readonly kid: string | null }> {
  const alg = allowedAlgorithm(token, algorithms);
  const key = selectKey(keys, alg, token.header.kid);
  await verifySignature(token, key, alg);
  return { alg, kid: typeof key.kid === 'string' ? key.kid : null };
}

const isBytes = (key: JsonObject | Uint8Array): key is Uint8Array => ArrayBuffer.isView(key);

function keyMaterial(jwk: JsonObject, alg: string): Uint8Array | { kty: string; alg: string } {
  const reason = misfit(jwk, alg);
  if (reason !== undefined) fail('token_key_unsafe', `The key ${reason}.`); // check: key fits
  checkStrength(jwk, alg);
  const kty = String(jwk.kty);
  if (kty === 'oct') return member(jwk, 'k') ?? new Uint8Array();
  return { kty, alg, ...Object.fromEntries((PUBLIC[kty] ?? []).map((name) => [name, jwk[name]])) };
}

/** A JWT signed with a private key or the bytes of a secret, which have to fit `alg`. */
export async function signJwt(
  claims: Readonly<Record<string, string | number>>,
  header: { readonly alg: string } & Readonly<Record<string, string>>,
  key: KeyObject | Uint8Array,
): Promise<string> {
  const { CompactSign } = await import('jose/jws/compact/sign');
  return new CompactSign(new TextEncoder().encode(JSON.stringify(claims))).setProtectedHeader(header).sign(key);
}
