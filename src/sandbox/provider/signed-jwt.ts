/** A JWT that one of the sandbox's own keys has signed. */
import { createPublicKey, verify } from 'node:crypto';
import type { Setup } from '../protocol.ts';

type Claims = Readonly<Record<string, unknown>>;

const decode = (part = ''): Claims => JSON.parse(Buffer.from(part, 'base64url').toString()) as Claims;

/** Its claims; undefined for any other text, for one that is over, and for one that is not yet. */
export function signedJwt(token: string, { keys }: Setup): Claims | undefined {
  try {
    const [header, payload, signature = '', more] = token.split('.');
    const { alg, kid } = decode(header);
    const jwk = keys.find((key) => key.kid === kid);
    if (jwk === undefined || more !== undefined || alg !== (jwk.kty === 'EC' ? 'ES256' : 'RS256')) return undefined;
    const key = { key: createPublicKey({ key: jwk, format: 'jwk' }), ...(jwk.kty === 'EC' && { dsaEncoding: 'ieee-p1363' as const }) };
    if (!verify('sha256', Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url'))) return undefined;
    const claims = decode(payload);
    const now = Date.now() / 1000;
    return Number(claims.exp) > now && !(Number(claims.nbf ?? claims.iat) > now + 1) ? claims : undefined;
  } catch {
    return undefined; // no JWT
  }
}
