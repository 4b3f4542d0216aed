/** The key that a DPoP token is bound to, and the proofs that it is held: one for each request (RFC 9449). */
import { createHash, createPrivateKey, generateKeyPair, type KeyPairKeyObjectResult } from 'node:crypto';
import { promisify } from 'node:util';
import { fail } from './errors.ts';
import type { JsonObject } from './json-value.ts';
import { signJwt } from './sign-jwt.ts';

/** As it is stored: sealed with the session it belongs to, and nowhere else. */
export interface DpopKey {
  /** What it signs with. */
  readonly alg: string;
  /** The private key. */
  readonly jwk: JsonObject;
}

/** What one proof is for. */
export interface ProofOf {
  readonly method: string;
  /** Its query and fragment are no part of the proof. */
  readonly url: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** What the server gave for this (§8, §9). */
  readonly nonce?: string | undefined;
  /** The token that goes with it to a resource (`ath`). */
  readonly accessToken?: string | undefined;
}

/** What a token that is bound to a key hides beside its value: the key, and what makes its proofs. */
export const boundTo = (key: DpopKey | undefined, accessToken: string, clock: { now(): number }) =>
  key && {
    dpop: key,
    proof: (method: string, url: string, nonce?: string): string => dpopProof(key, { method, url, nonce, accessToken, now: clock.now() }),
  };

/** Asked for when a key is made: what is read of a module here would load it at every start. */
const generate = () => promisify(generateKeyPair);
/** The algorithms that keys are made for, the preferred one first. */
const PAIRS: Readonly<Record<string, () => Promise<KeyPairKeyObjectResult>>> = {
  ES256: () => generate()('ec', { namedCurve: 'P-256' }),
  ES384: () => generate()('ec', { namedCurve: 'P-384' }),
  EdDSA: () => generate()('ed25519', {}),
  Ed25519: () => generate()('ed25519', {}),
  PS256: () => generate()('rsa', { modulusLength: 2048 }),
  RS256: () => generate()('rsa', { modulusLength: 2048 }),
};
/** What of a key may be shown, in the order that its thumbprint needs (RFC 7638 §3.2). */
const PUBLIC: Readonly<Record<string, readonly string[]>> = {
  EC: ['crv', 'kty', 'x', 'y'],
  OKP: ['crv', 'kty', 'x'],
  RSA: ['e', 'kty', 'n'],
};

/** A new key that the provider can check: ES256 unless it lists only others. Throws `client_dpop`. */
export async function newDpopKey(supported: unknown): Promise<DpopKey> {
  const alg = Array.isArray(supported) ? Object.keys(PAIRS).find((name) => supported.includes(name)) : 'ES256';
  if (alg === undefined)
    fail('client_dpop', 'The provider checks DPoP proofs with no algorithm that could sign them here.', {
      hint: 'Sign in without --dpop.',
    });
  const { privateKey } = await (PAIRS[alg] as () => Promise<KeyPairKeyObjectResult>)();
  return { alg, jwk: privateKey.export({ format: 'jwk' }) as JsonObject };
}

const publicOf = ({ jwk }: DpopKey): JsonObject =>
  Object.fromEntries((PUBLIC[String(jwk.kty)] ?? []).map((name) => [name, jwk[name] ?? null]));

const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** What tokens and requests call the key (`jkt`, `dpop_jkt`): its thumbprint (RFC 7638). */
export const thumbprintOf = (key: DpopKey): string => sha256(JSON.stringify(publicOf(key)));

/** The proof for one request (§4.2). Never the same twice. */
export function dpopProof(key: DpopKey, { accessToken, method, nonce, now, url }: ProofOf): string {
  const target = new URL(url);
  target.search = '';
  target.hash = '';
  const payload = {
    jti: crypto.randomUUID(),
    htm: method,
    htu: target.href,
    iat: Math.floor(now / 1000),
    ...(nonce !== undefined && { nonce }),
    ...(accessToken !== undefined && { ath: sha256(accessToken) }),
  };
  const privateKey = createPrivateKey({ key: key.jwk, format: 'jwk' });
  return signJwt({ typ: 'dpop+jwt', alg: key.alg, jwk: publicOf(key) }, payload, privateKey);
}
