/** A private key as a file holds it, and what it can sign. */
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { fail } from './errors.ts';
import { parseJson } from './json.ts';
import type { JsonObject } from './json-value.ts';

export interface PrivateKey {
  readonly key: KeyObject;
  /** The JOSE algorithms it can sign with, the usual one first. */
  readonly algorithms: readonly string[];
  /** Its name, where it is a JWK that has one. */
  readonly kid: string | undefined;
}

const PRIVATE = /-----BEGIN ((?:[A-Z]+ )*)PRIVATE KEY-----[\s\S]*?-----END \1PRIVATE KEY-----/;
const HOW = 'It has to be PEM (PKCS#8, PKCS#1 or SEC1) or a JWK, of the types RSA, EC or Ed25519.';

/** Reads PEM or a JWK. Throws `config_bad_key`, which says nothing of what the key is. */
export function readPrivateKey(text: string): PrivateKey {
  const jwk = text.trimStart().startsWith('{') ? readJwk(text) : undefined;
  const key = jwk === undefined ? fromPem(text.replaceAll('\\n', '\n')) : fromJwk(jwk); // a variable often holds its lines escaped
  const able = algorithmsOf(key);
  const { alg, kid } = jwk ?? {};
  if (alg !== undefined && !able.includes(String(alg)))
    fail('config_bad_key', 'The private key names an algorithm (alg) that it cannot sign with.'); // check: alg of a private key
  return { key, algorithms: alg === undefined ? able : [String(alg)], kid: typeof kid === 'string' ? kid : undefined };
}

/**
 * The algorithm to sign with: as configured, else the first of the key's own that the provider lists, else its usual one.
 * Throws `config_bad_key` where the key cannot sign with what was configured.
 */
export function signingAlgorithm({ algorithms }: PrivateKey, configured: string | undefined, listed: unknown): string {
  if (configured !== undefined && !algorithms.includes(configured))
    fail('config_bad_key', `The private key cannot sign with ${configured}.`, {
      hint: `It can with ${algorithms.join(', ')}: see --client-assertion-alg.`,
    }); // check: key fits alg
  const fitting = Array.isArray(listed) ? algorithms.find((alg) => listed.includes(alg)) : undefined;
  return configured ?? fitting ?? (algorithms[0] as string);
}

function readJwk(text: string): JsonObject {
  let value: unknown;
  try {
    value = parseJson(new TextEncoder().encode(text));
  } catch {
    fail('config_bad_key', 'The private key is not valid JSON.', { hint: HOW }); // what the parser says may quote it
  }
  const { key_ops: operations, use } = value as JsonObject;
  if ((use !== undefined && use !== 'sig') || (operations !== undefined && !(Array.isArray(operations) && operations.includes('sign'))))
    fail('config_bad_key', 'The private key is not for signing (use, key_ops).'); // check: use of a private key
  return value as JsonObject;
}

function fromJwk(jwk: JsonObject): KeyObject {
  try {
    return createPrivateKey({ key: jwk as Record<string, string>, format: 'jwk' });
  } catch {
    fail('config_bad_key', 'The JWK is not a private key.', { hint: HOW }); // what Node says may quote it
  }
}

function fromPem(text: string): KeyObject {
  const [pem] = PRIVATE.exec(text) ?? [];
  if (pem === undefined) fail('config_bad_key', `There is ${whatElse(text)} where the private key should be.`, { hint: HOW });
  if (/ENCRYPTED/.test(pem))
    fail('config_bad_key', 'The private key is protected by a passphrase.', {
      hint: 'Take it off (openssl pkey -in KEY -out PLAIN, readable by you alone), or let a password manager print the key: { command: […] } in the profile.',
    }); // check: passphrase
  if (pem.includes('BEGIN OPENSSH'))
    fail('config_bad_key', 'The private key is in the format of OpenSSH.', {
      hint: 'Convert a copy of it: ssh-keygen -p -m PKCS8 -f COPY.',
    });
  try {
    return createPrivateKey(pem);
  } catch {
    fail('config_bad_key', 'The private key cannot be read.', { hint: HOW }); // what OpenSSL says adds nothing
  }
}

function whatElse(text: string): string {
  if (text.includes('BEGIN CERTIFICATE')) return 'a certificate';
  return /BEGIN ([A-Z]+ )?PUBLIC KEY/.test(text) ? 'a public key' : 'no PEM';
}

const BY_CURVE: Readonly<Record<string, string>> = { prime256v1: 'ES256', secp384r1: 'ES384', secp521r1: 'ES512' };

function algorithmsOf({ asymmetricKeyDetails: details = {}, asymmetricKeyType: type }: KeyObject): readonly string[] {
  if (type === 'rsa') {
    if ((details.modulusLength ?? 0) < 2048) fail('config_bad_key', 'The private key is an RSA key of less than 2048 bits.'); // check: length of a private key
    return ['RS256', 'PS256', 'PS384', 'PS512', 'RS384', 'RS512'];
  }
  const curve = BY_CURVE[details.namedCurve ?? ''];
  if (type === 'ec' && curve !== undefined) return [curve];
  if (type === 'ed25519') return ['EdDSA', 'Ed25519'];
  fail('config_bad_key', 'The private key is of a type that cannot sign here.', { hint: HOW });
}
