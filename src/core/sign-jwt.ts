/** A JWT signed with a private key (RFC 7515 §5.1). Node's own signatures: they are loaded already, and jose is not. */
import { constants, type KeyObject, sign } from 'node:crypto';
import { ALGORITHMS } from './algorithms.ts';
import type { JsonObject } from './json-value.ts';

const part = (value: JsonObject): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** `header.alg` is one of the asymmetric algorithms, and the key fits it. */
export function signJwt(header: JsonObject & { readonly alg: string }, payload: JsonObject, key: KeyObject): string {
  const input = `${part(header)}.${part(payload)}`;
  return `${input}.${signature(header.alg, key, Buffer.from(input)).toString('base64url')}`;
}

function signature(alg: string, key: KeyObject, data: Uint8Array): Buffer {
  const { hash = 256, kty } = ALGORITHMS.get(alg) ?? {};
  if (kty === 'OKP') return sign(null, data, key); // the curve has its own hash
  if (kty === 'EC') return sign(`sha${hash}`, data, { key, dsaEncoding: 'ieee-p1363' });
  const salted = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: hash / 8 };
  return sign(`sha${hash}`, data, { key, ...(alg.startsWith('PS') && salted) });
}
