/** What a workload's own issuer would sign for it: the sandbox trusts it as it would trust a cluster or a CI system. */
import { createPrivateKey, randomUUID, sign } from 'node:crypto';
import type { Json } from './behaviour.ts';
import { USER, WORKLOADS } from './clients.ts';
import type { PrivateJwk } from './state.ts';

const LIFETIME = 300;

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

/** A JWT about the sandbox's user for `audience`, with `claims` on top of the usual ones. `now`: milliseconds. */
export function assertion(keys: readonly PrivateJwk[], audience: string, now: number, claims: Readonly<Record<string, Json>>): string {
  const key = keys.find(({ kty }) => kty === 'EC');
  if (key === undefined) throw new TypeError('The sandbox has no EC key to sign with.');
  const iat = Math.floor(now / 1000);
  const usual = { iss: WORKLOADS, sub: USER.claims.sub, aud: audience, iat, exp: iat + LIFETIME, jti: randomUUID() };
  const signed = `${encode({ alg: 'ES256', kid: key.kid, typ: 'JWT' })}.${encode({ ...usual, ...claims })}`;
  const signature = sign('sha256', Buffer.from(signed), {
    key: createPrivateKey({ key, format: 'jwk' }),
    dsaEncoding: 'ieee-p1363',
  });
  return `${signed}.${signature.toString('base64url')}`;
}
