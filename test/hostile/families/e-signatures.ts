/** Tokens that are wrong in the way of Wycheproof's JSON Web Signature vectors: one byte, one encoding, one primitive. Made here, with keys of our own. */
import { constants, createHash, type KeyObject, privateEncrypt } from 'node:crypto';
import type { ErrorCode } from '../../../src/core/errors.ts';
import { keyFor, publicJwk, SECRET, type SigningKey, segment, signature, token } from '../../core/forge.ts';

export type Wrong = readonly [what: string, alg: string, token: string, code: ErrorCode];

const RS = keyFor('RS256');
const ES = keyFor('ES256');
const HS = keyFor('HS256');
const GOOD = token(RS);
const [HEAD = '', BODY = '', TAIL = ''] = GOOD.split('.');
const MALFORMED = 'token_malformed';
const WRONG = 'token_signature';

/** Bytes and characters that a lenient decoder of base64url skips, or takes for others. */
const SPELLINGS: readonly Wrong[] = [
  ['a space in the header', `${HEAD.slice(0, 9)} ${HEAD.slice(9)}.${BODY}.${TAIL}`],
  ['a space in the payload', `${HEAD}.${BODY.slice(0, 9)} ${BODY.slice(9)}.${TAIL}`],
  ['a space in the signature', `${HEAD}.${BODY}.${TAIL.slice(0, 9)} ${TAIL.slice(9)}`],
  ['a line break in the signature', `${HEAD}.${BODY}.${TAIL.slice(0, 64)}\r\n${TAIL.slice(64)}`],
  ['padding behind the header', `${HEAD}=.${BODY}.${TAIL}`],
  ['padding behind the payload', `${HEAD}.${BODY}==.${TAIL}`],
  ['padding behind the signature', `${HEAD}.${BODY}.${TAIL}==`],
  ['the other alphabet', `${HEAD}.${BODY}.${TAIL.replaceAll('-', '+').replaceAll('_', '/')}+`],
  ['a question mark in the payload', `${HEAD}.${BODY}?.${TAIL}`],
  ['a part that is empty', `${HEAD}..${BODY}.${TAIL}`],
  ['the flattened JSON form', JSON.stringify({ protected: HEAD, payload: BODY, signature: TAIL })],
].map(([what = '', text = '']) => [what, 'RS256', text, MALFORMED] as const);

const SHA256 = '3031300d060960864801650304020105000420';
const SIZE = 256;
/** A signature by the right key, over an encoded message (RFC 8017 §9.2) that is not the right one. */
function encoded(...parts: readonly (string | Buffer)[]): string {
  const rest = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'hex') : part)));
  const message = Buffer.concat([Buffer.from([0]), rest]);
  const bytes = privateEncrypt({ key: RS.key as KeyObject, padding: constants.RSA_NO_PADDING }, message);
  return `${HEAD}.${BODY}.${segment(bytes)}`;
}
const HASH = createHash('sha256').update(`${HEAD}.${BODY}`).digest();
const filling = (length: number): Buffer => Buffer.alloc(length, 255);
const fill = (info: string, hash = HASH): Buffer => filling(SIZE - 3 - info.length / 2 - hash.length);
const RSA: readonly Wrong[] = [
  ['the hash without its algorithm', encoded('01', fill(''), '00', HASH)],
  ['the algorithm without NULL', encoded('01', fill('302f300b06096086480165030402010420'), '00302f300b06096086480165030402010420', HASH)],
  ['the name of SHA-512 with the hash of SHA-256', encoded('01', fill(SHA256), '003031300d060960864801650304020305000420', HASH)],
  ['little padding, and something behind the hash', encoded('01', filling(8), '00', SHA256, HASH, Buffer.alloc(SIZE - 11 - 19 - 32))],
  ['padding for encryption', encoded('02', fill(SHA256), '00', SHA256, HASH)],
  ['padding with one other byte', encoded('01fe', fill(SHA256).subarray(1), '00', SHA256, HASH)],
  ['the hash of something else', encoded('01', fill(SHA256), '00', SHA256, createHash('sha256').update('x').digest())],
  ['the padding of PSS', `${HEAD}.${BODY}.${segment(signature('PS256', RS.key, `${HEAD}.${BODY}`))}`],
  ['a zero before the signature', `${HEAD}.${BODY}.${segment(Buffer.concat([Buffer.alloc(1), Buffer.from(TAIL, 'base64url')]))}`],
  ['a byte behind the signature', `${HEAD}.${BODY}.${TAIL}A`],
  ['a signature of zero', `${HEAD}.${BODY}.${segment(Buffer.alloc(SIZE))}`],
  ['a signature of one', `${HEAD}.${BODY}.${segment(Buffer.concat([Buffer.alloc(SIZE - 1), Buffer.from([1])]))}`],
].map(([what = '', text = '']) => [what, 'RS256', text, WRONG] as const);

const [esHead = '', esBody = '', esTail = ''] = token(ES).split('.');
const pair = Buffer.from(esTail, 'base64url');
const [r, s] = [pair.subarray(0, 32), pair.subarray(32)];
const ORDER = 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551';
const es = (...parts: readonly (string | Buffer)[]): string =>
  `${esHead}.${esBody}.${segment(Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'hex') : part))))}`;
const ZERO = '00'.repeat(32);
const CURVE: readonly Wrong[] = [
  ['r of zero', es(ZERO, s)],
  ['s of zero', es(r, ZERO)],
  ['r and s of the order', es(ORDER, ORDER)],
  ['s before r', es(s, r)],
  ['r and s with leading zeros', es('00', r, '00', s)],
  ['r alone', es(r)],
].map(([what = '', text = '']) => [what, 'ES256', text, WRONG] as const);

const mac = (key: string, input: string, length = 32): string => segment(signature('HS256', key, input).subarray(0, length));
const [hsHead = '', hsBody = ''] = token(HS).split('.');
const MACS: readonly Wrong[] = [
  ['half a MAC', `${hsHead}.${hsBody}.${mac(SECRET, `${hsHead}.${hsBody}`, 16)}`],
  ['no MAC', `${hsHead}.${hsBody}.`],
  ['the MAC of the header', `${hsHead}.${hsBody}.${mac(SECRET, hsHead)}`],
  ['a MAC keyed with the secret in base64url', `${hsHead}.${hsBody}.${mac(segment(SECRET), `${hsHead}.${hsBody}`)}`],
].map(([what = '', text = '']) => [what, 'HS256', text, WRONG] as const);

const as = (alg: string, signer: SigningKey): string => token(signer, { header: { alg } });
const PRIMITIVES: readonly Wrong[] = [
  ['no algorithm', 'RS256', `${segment({ alg: 'none' })}.${BODY}.`, 'token_alg_not_allowed'],
  ['the parts in another order', 'RS256', `${BODY}.${HEAD}.${TAIL}`, 'token_alg_not_allowed'],
  ['another algorithm of the key', 'RS256', token(keyFor('RS512')), 'token_alg_not_allowed'],
  ['a MAC keyed with the public key', 'RS256', token({ ...HS, key: JSON.stringify(RS.jwk) }), 'token_alg_not_allowed'],
  ['a name that no algorithm has', 'ES256', as('ES521', ES), 'token_alg_not_allowed'],
  [
    'a signature of another curve',
    'ES256',
    as('ES256', { ...keyFor('ES384'), jwk: { ...publicJwk(keyFor('ES384').key as KeyObject), kid: 'k-ES256' } }),
    WRONG,
  ],
];

export const SIGNATURES: readonly Wrong[] = [...SPELLINGS, ...RSA, ...CURVE, ...MACS, ...PRIMITIVES];
