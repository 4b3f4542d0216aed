/** JWTs as no honest provider makes them. */
import {
  constants,
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';
import type { Json, TokenChange } from '../behaviour.ts';
import type { Setup } from '../protocol.ts';

type Members = Readonly<Record<string, Json>>;

const KEY_TYPES: Readonly<Record<string, string>> = { RS: 'RSA', PS: 'RSA', ES: 'EC', Ed: 'OKP' };

const encode = (value: Members): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const decode = (part: string | undefined): Members => JSON.parse(Buffer.from(part ?? '', 'base64url').toString()) as Members;
const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
const merge = (old: Members, changes: Members = {}): Members =>
  Object.fromEntries(Object.entries({ ...old, ...changes }).filter(([name]) => changes[name] !== null));

/** What a test asked for and cannot be had; the answer says so. */
const impossible = (message: string): Error => Object.assign(new Error(message), { expose: true });

/** `token` with its claims, its header and its signature changed as told. */
export function forge(token: string, change: TokenChange, setup: Setup): string {
  if (change.raw !== undefined) return change.raw;
  const [first, second] = token.split('.');
  const oldHeader = decode(first);
  const oldClaims = decode(second);
  const algorithm = change.key === 'none' ? 'none' : change.key === 'public-key-as-secret' ? 'HS256' : text(oldHeader.alg);
  const header = merge({ ...oldHeader, alg: algorithm }, change.header);
  const signed = `${encode(header)}.${encode(merge(oldClaims, change.claims))}`;
  if (change.key === 'none') return `${signed}.`;
  const key = pickKey(text(header.alg), text(oldHeader.alg), oldClaims, change.key, setup);
  return `${signed}.${signature(text(header.alg), key, signed).toString('base64url')}`;
}

function pickKey(alg: string, oldAlg: string, claims: Members, kind: TokenChange['key'], setup: Setup): KeyObject | string {
  if (kind === 'public-key-as-secret') {
    // A token that had no public key borrows the RSA one.
    const jwk = published(oldAlg.startsWith('HS') ? 'RS256' : oldAlg, setup);
    return createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' }).toString();
  }
  if (alg.startsWith('HS')) return kind === 'wrong' ? randomBytes(32).toString('hex') : secretOf(claims, setup);
  const jwk = published(alg, setup);
  if (kind !== 'wrong') return createPrivateKey({ key: jwk, format: 'jwk' });
  if (jwk.kty === 'RSA') return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  return jwk.kty === 'EC' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey : generateKeyPairSync('ed25519').privateKey;
}

function published(alg: string, { keys }: Setup): JsonWebKey {
  const jwk = keys.find(({ kty }) => kty === KEY_TYPES[alg.slice(0, 2)]);
  if (jwk === undefined) throw impossible(`The sandbox has no key for ${alg}.`);
  return jwk;
}

function secretOf({ aud, client_id }: Members, { secrets }: Setup): string {
  const secret = secrets[text(client_id ?? aud)];
  if (secret === undefined) throw impossible('The token is for a client without a secret.');
  return secret;
}

function signature(alg: string, key: KeyObject | string, data: string): Buffer {
  const hash = `sha${alg.slice(2)}`;
  if (alg.startsWith('HS')) return createHmac(hash, key).update(data).digest();
  const bytes = Buffer.from(data);
  const privateKey = key as KeyObject;
  if (alg.startsWith('PS'))
    return sign(hash, bytes, { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: Number(alg.slice(2)) / 8 });
  if (alg.startsWith('ES')) return sign(hash, bytes, { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return sign(alg.startsWith('RS') ? hash : null, bytes, privateKey);
}
