/** JWTs as authorization grants (RFC 7523 §2.1), of the one issuer that the sandbox trusts: see ../assertion.ts. */
import type Provider from 'oidc-provider';
import { errors } from 'oidc-provider';
import { USER, WORKLOADS } from '../clients.ts';
import type { Setup } from '../protocol.ts';
import { type Asked, issue } from './issue.ts';
import { signedJwt } from './signed-jwt.ts';

export const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

interface Parameters extends Asked {
  readonly assertion?: string;
}

/** Teaches `provider` the grant. Each assertion is good once. */
export function registerJwtBearerGrant(provider: Provider, setup: Setup): void {
  const used = new Set<unknown>();
  provider.registerGrantType<Parameters>(
    JWT_BEARER,
    async (ctx) => {
      const { assertion } = ctx.oidc.params;
      if (assertion === undefined) throw new errors.InvalidRequest('assertion is required');
      const refuse = (why: string): never => {
        throw new errors.CustomOIDCProviderError('invalid_grant', why);
      };
      const claims = signedJwt(assertion, setup) ?? refuse('The assertion is not of a trusted issuer, or it is over.');
      if (claims.iss !== WORKLOADS) refuse('The assertion is of another issuer.');
      if (![claims.aud].flat().includes(provider.issuer)) refuse('The assertion is for somebody else.');
      if (claims.sub !== USER.claims.sub) refuse('The assertion is about nobody here.');
      if (claims.jti !== undefined && used.has(claims.jti)) refuse('The assertion was used before.');
      used.add(claims.jti);
      ctx.body = await issue(provider, ctx, { accountId: USER.claims.sub, gty: 'jwt_bearer', signedIn: false });
    },
    ['assertion', 'scope', 'resource'],
    'resource',
  );
}
