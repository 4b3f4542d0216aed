/** Makes tokens, right ones and wrong ones, with node:crypto alone: what is tested is not what makes the test data. */
import { constants, createHmac, generateKeyPairSync, type KeyObject, sign as nodeSign } from 'node:crypto';
import type { JsonObject } from '../../src/core/json-value.ts';
import { rsaPair } from '../support/shared.ts';

export const ISSUER = 'https://id.example.test/';
export const CLIENT = 'acme-cli';
/** A Monday at noon. */
export const NOW = Date.UTC(2026, 10, 23, 12);
export const SECONDS = NOW / 1000;
/** 64 bytes that nobody would try first. */
export const SECRET = 'k7Rw2-pVx9Qe_Lm4Zt8Yb1Nc6Hd3Jf5Gs0Aa-uWoEiTrXyCqMvBnKjPlDhSgFzU4';

export interface SigningKey {
  readonly alg: string;
  readonly key: KeyObject | string;
  /** The public half, or the secret itself. */
  readonly jwk: JsonObject;
}

const rsa = rsaPair();
const PAIRS = {
  RS: rsa,
  PS: rsa,
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ES384: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  ES512: generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  Ed: generateKeyPairSync('ed25519'),
};

export const publicJwk = (key: KeyObject): JsonObject => key.export({ format: 'jwk' }) as unknown as JsonObject;

/** A key for an algorithm; the same one each time. */
export function keyFor(alg: string): SigningKey {
  if (alg.startsWith('HS'))
    return { alg, key: SECRET, jwk: { kty: 'oct', k: Buffer.from(SECRET).toString('base64url'), kid: `k-${alg}`, alg } };
  const pair = PAIRS[(alg.startsWith('ES') ? alg : alg.slice(0, 2)) as keyof typeof PAIRS];
  return { alg, key: pair.privateKey, jwk: { ...publicJwk(pair.publicKey), kid: `k-${alg}`, alg, use: 'sig' } };
}

const STRANGERS = 3;
let strangers = 0;
/** A pair that nobody published; of RSA there are three, one after the other. */
export function strangerFor(alg: string): SigningKey {
  const { privateKey, publicKey } = alg.startsWith('ES')
    ? generateKeyPairSync('ec', { namedCurve: { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' }[alg] as string })
    : alg.startsWith('Ed')
      ? generateKeyPairSync('ed25519')
      : rsaPair(1 + (strangers++ % STRANGERS));
  return { alg, key: privateKey, jwk: { ...publicJwk(publicKey), kid: `k-${alg}`, alg, use: 'sig' } };
}

export function signature(alg: string, key: KeyObject | string, input: string): Buffer {
  const hash = `sha${alg.slice(2)}`;
  const data = Buffer.from(input);
  if (alg.startsWith('HS')) return createHmac(hash, key).update(data).digest();
  if (typeof key === 'string') throw new TypeError('a secret signs only HMAC');
  if (alg.startsWith('PS'))
    return nodeSign(hash, data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: Number(alg.slice(2)) / 8 });
  if (alg.startsWith('ES')) return nodeSign(hash, data, { key, dsaEncoding: 'ieee-p1363' });
  return nodeSign(alg.startsWith('RS') ? hash : null, data, key);
}

/** Base64url of bytes, of text as it is, or of anything else as JSON. */
export const segment = (value: unknown): string =>
  Buffer.from(typeof value === 'string' || ArrayBuffer.isView(value) ? (value as string) : JSON.stringify(value)).toString('base64url');

export const claims = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
  iss: ISSUER,
  sub: 'robin',
  aud: CLIENT,
  exp: SECONDS + 3600,
  iat: SECONDS,
  ...more,
});

export interface Parts {
  readonly header?: Record<string, unknown> | string;
  readonly payload?: unknown;
}

/** A signed token. Header members are added to `alg` and `kid`; a header given as text is taken as it is. */
export function token(signer: SigningKey, { header = {}, payload = claims() }: Parts = {}): string {
  const head = typeof header === 'string' ? header : { alg: signer.alg, kid: signer.jwk.kid, ...header };
  const input = `${segment(head)}.${segment(payload)}`;
  return `${input}.${signature(signer.alg, signer.key, input).toString('base64url')}`;
}

/** Header without a `kid`. */
export const nameless = (signer: SigningKey, payload: unknown = claims()): string =>
  token(signer, { header: JSON.stringify({ alg: signer.alg }), payload });

/** 2048 bits that are a power of 65537 modulo each small prime, as the Infineon generator's are. */
export function rocaModulus(): bigint {
  let product = 1n;
  for (let n = 3n; n <= 167n; n += 2n)
    if (Array.from({ length: 12 }, (_, at) => BigInt(at + 2)).every((d) => d >= n || n % d !== 0n)) product *= n;
  let power = 1n;
  for (let step = 0; step < 97; step++) power = (power * 65537n) % product;
  const times = (1n << 2047n) / product + 1n;
  const found = power + times * product;
  return found % 2n === 1n ? found : found + product;
}

/** The code of the error that `run` ends with, or undefined. Another error than Padlock's own is thrown on. */
export async function codeOf(run: () => unknown): Promise<string | undefined> {
  try {
    await run();
    return undefined;
  } catch (error) {
    if ((error as { name?: string }).name !== 'PadlockError') throw error;
    return (error as { code: string }).code;
  }
}
