/** Which key of a set may check a signature: one algorithm per key, meant for signatures, strong enough, and no doubt which one. */
import { ALGORITHMS } from './algorithms.ts';
import { fail } from './errors.ts';
import type { JsonObject, JsonValue } from './json-value.ts';
import { quoted } from './options.ts';
import { isRocaModulus } from './roca.ts';

/** Bytes of an integer or coordinate on each curve (RFC 7518 §6.2.1, RFC 8037 §2). */
const COORDINATE: Readonly<Record<string, number>> = { 'P-256': 32, 'P-384': 48, 'P-521': 66, Ed25519: 32 };
const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'];
const LONGEST_KID = 1024;

/** The bytes of a member in base64url; undefined when it is absent or not canonical. */
export function member(jwk: JsonObject, name: string): Uint8Array | undefined {
  const text = jwk[name];
  if (typeof text !== 'string' || text === '') return undefined;
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}

const integer = (bytes: Uint8Array): bigint => BigInt(`0x0${Buffer.from(bytes).toString('hex')}`);

function isComplete(jwk: JsonObject): boolean {
  if (jwk.kty === 'oct') return member(jwk, 'k') !== undefined;
  if (jwk.kty === 'RSA') return member(jwk, 'n') !== undefined && member(jwk, 'e') !== undefined;
  const size = COORDINATE[String(jwk.crv)];
  return (jwk.kty === 'EC' ? ['x', 'y'] : ['x']).every((name) => member(jwk, name)?.length === size);
}

/** Why a key cannot have made a signature with `alg`, or undefined when it can. */
export function misfit(jwk: JsonObject, alg: string): string | undefined {
  const needed = ALGORITHMS.get(alg);
  if (needed === undefined || jwk.kty !== needed.kty) return `is not of the type that ${alg} needs`; // check: key type
  if (needed.crv !== undefined && jwk.crv !== needed.crv) return `is not on the curve that ${alg} needs`; // check: curve
  if (jwk.alg !== undefined && jwk.alg !== alg) return `is for another algorithm than ${alg}`; // check: key alg
  if (jwk.use !== undefined && jwk.use !== 'sig') return 'is not for signatures (use)'; // check: use
  if (jwk.key_ops !== undefined && !(Array.isArray(jwk.key_ops) && jwk.key_ops.includes('verify'))) return 'is not for verifying (key_ops)'; // check: key_ops
  return isComplete(jwk) ? undefined : 'is incomplete'; // check: complete key
}

/** Why a fitting key must not be relied on, or undefined. */
export function weakness(jwk: JsonObject, alg: string): string | undefined {
  if (jwk.kty === 'oct') {
    const bits = (member(jwk, 'k')?.length ?? 0) * 8;
    return bits < (ALGORITHMS.get(alg)?.hash ?? 0) ? `has ${bits} bits, fewer than ${alg} needs` : undefined; // check: hmac length
  }
  if (jwk.kty !== 'RSA') return undefined;
  const modulus = integer(member(jwk, 'n') ?? new Uint8Array());
  const exponent = integer(member(jwk, 'e') ?? new Uint8Array());
  if (modulus < 1n << 2047n) return 'is an RSA key of less than 2048 bits'; // check: rsa length
  if (modulus >> 16384n !== 0n) return 'is an RSA key of more than 16384 bits'; // check: rsa size
  if (exponent < 3n || exponent % 2n === 0n) return 'has an RSA exponent that protects nothing'; // check: rsa exponent
  if (exponent >> 64n !== 0n) return 'has an RSA exponent of more than 64 bits'; // check: rsa exponent size
  if (modulus % 2n === 0n) return 'has an even RSA modulus'; // check: rsa modulus
  return isRocaModulus(modulus) ? 'was made by a generator whose keys can be factored (ROCA, CVE-2017-15361)' : undefined; // check: roca
}

/** The keys of a provider's set. One that shows a secret or a private key is not to be trusted at all. Throws `proto_jwks_invalid`. */
export function publicKeys(keys: readonly JsonValue[]): readonly JsonObject[] {
  const objects = keys.filter((key): key is JsonObject => typeof key === 'object' && key !== null && !Array.isArray(key));
  if (objects.some((key) => PRIVATE.some((name) => Object.hasOwn(key, name))))
    fail('proto_jwks_invalid', "The provider's key set publishes secret or private keys."); // check: private keys
  return objects;
}

/**
 * The one key of a set that may have made a signature with `alg`, named by the token's `kid` or the only one that fits.
 * Throws `token_key_not_found`, `token_key_ambiguous`, `proto_jwks_invalid`.
 */
export function selectKey(keys: readonly JsonObject[], alg: string, kid: JsonValue | undefined): JsonObject {
  if (keys.some((key) => key.kty === 'oct' && isComplete(key)) && keys.some((key) => key.kty !== 'oct'))
    fail('proto_jwks_invalid', 'The key set mixes secrets with public keys.'); // check: mixed set
  if (!isPlausibleKid(kid)) fail('token_key_not_found', 'The token names its key (kid) in a way that no key can have.'); // check: kid form
  const twice = repeatedKid(keys, kid);
  if (twice !== undefined) fail('token_key_ambiguous', `The key set has several keys named ${quoted(twice)}.`); // check: duplicate kid
  const named = keys.filter((key) => kid === undefined || key.kid === kid);
  const fitting = named.filter((key) => misfit(key, alg) === undefined);
  const [key] = fitting;
  if (key === undefined) fail('token_key_not_found', notFound(named, alg, kid));
  if (fitting.length > 1) fail('token_key_ambiguous', `The token does not name its key, and ${fitting.length} keys of the set fit ${alg}.`); // check: ambiguous
  return key;
}

/** A name that several keys bear: `kid`, or any where the token gives none. */
function repeatedKid(keys: readonly JsonObject[], kid: JsonValue | undefined): string | undefined {
  const seen = new Set<JsonValue>();
  for (const { kid: name } of keys) {
    if (typeof name !== 'string' || (kid !== undefined && name !== kid)) continue;
    if (seen.has(name)) return name;
    seen.add(name);
  }
  return undefined;
}

/** Throws `token_key_unsafe`. */
export function checkStrength(key: JsonObject, alg: string): void {
  const weak = weakness(key, alg);
  if (weak !== undefined) fail('token_key_unsafe', `The key ${typeof key.kid === 'string' ? `${quoted(key.kid)} ` : ''}${weak}.`); // check: strength
}

/** A `kid` that some key could have: asking the provider again for another is in vain. */
export const isPlausibleKid = (kid: JsonValue | undefined): boolean =>
  kid === undefined || (typeof kid === 'string' && kid.length <= LONGEST_KID);

function notFound(named: readonly JsonObject[], alg: string, kid: JsonValue | undefined): string {
  if (kid === undefined) return `The key set has no key that fits ${alg}.`;
  const [key] = named;
  return key === undefined ? `The key set has no key ${quoted(String(kid))}.` : `The key ${quoted(String(kid))} ${misfit(key, alg)}.`;
}
