/** A JWT by which a client proves itself (RFC 7523 §2.2, OpenID Connect Core 1.0 §9). */
import type { KeyObject } from 'node:crypto';
import type { ClientAuthRequest } from './contracts.ts';
import { signJwt } from './jose.ts';

const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
/** Seconds; it is used at once. */
const LIFETIME = 60;
/** Seconds that the provider's clock may be behind. */
const SLOW_CLOCK = 30;

/** Puts an assertion into the form. */
export function attachAssertion({ form, provider }: ClientAuthRequest, assertion: string, type: string = JWT_BEARER): void {
  form.set('client_id', provider.clientId);
  form.set('client_assertion_type', type);
  form.set('client_assertion', assertion);
}

export interface Signing {
  readonly alg: string;
  readonly key: KeyObject | Uint8Array;
  /** Further members of the header; undefined ones are left out. */
  readonly header?: Readonly<Record<string, string | undefined>>;
  readonly audience: string;
}

/** Signs a new one, for this request only, and puts it into the form. */
export async function proveByAssertion(request: ClientAuthRequest, { alg, audience, header = {}, key }: Signing): Promise<void> {
  const { clientId, issuer, metadata } = request.provider;
  const now = Math.floor(request.now / 1000);
  const claims = {
    iss: clientId,
    sub: clientId,
    aud: { 'token-endpoint': metadata.token_endpoint, endpoint: request.url }[audience] ?? issuer,
    jti: crypto.randomUUID(),
    iat: now,
    nbf: now - SLOW_CLOCK,
    exp: now + LIFETIME,
  };
  const given = Object.entries(header).filter((member): member is [string, string] => member[1] !== undefined);
  attachAssertion(request, await signJwt(claims, { alg, ...Object.fromEntries(given) }, key));
}
