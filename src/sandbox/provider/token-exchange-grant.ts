/** Token exchange (RFC 8693): an access token, an ID token or a workload's JWT for an access token, or for an ID token of the client that asks. */
import type Provider from 'oidc-provider';
import { errors, type TokenEndpointGrantContext } from 'oidc-provider';
import { USER } from '../clients.ts';
import type { Setup } from '../protocol.ts';
import { claimsOf } from './account.ts';
import { type Asked, issue } from './issue.ts';
import { signedJwt } from './signed-jwt.ts';

export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const TYPE = 'urn:ietf:params:oauth:token-type:';
const PARAMETERS = [
  'subject_token',
  'subject_token_type',
  'actor_token',
  'actor_token_type',
  'requested_token_type',
  'scope',
  'resource',
] as const;

interface Parameters extends Asked {
  readonly subject_token?: string;
  readonly subject_token_type?: string;
  readonly actor_token?: string;
  readonly actor_token_type?: string;
  readonly requested_token_type?: string;
}

/** Teaches `provider` the grant. */
export function registerTokenExchangeGrant(provider: Provider, setup: Setup): void {
  provider.registerGrantType<Parameters>(TOKEN_EXCHANGE, (ctx) => answer(provider, setup, ctx), PARAMETERS, 'resource');
}

async function answer(provider: Provider, setup: Setup, ctx: TokenEndpointGrantContext<Parameters>): Promise<void> {
  const { actor_token: actor, actor_token_type: actorType, requested_token_type: wanted = `${TYPE}access_token` } = ctx.oidc.params;
  const { subject_token: subject, subject_token_type: subjectType } = ctx.oidc.params;
  if (subject === undefined || subjectType === undefined) throw new errors.InvalidRequest('subject_token and its type are required');
  if ((actor === undefined) !== (actorType === undefined)) throw new errors.InvalidRequest('actor_token and its type go together');
  const accountId = await subjectOf(provider, setup, ctx, subject, subjectType);
  if (actor !== undefined) await subjectOf(provider, setup, ctx, actor, actorType ?? '');
  if (wanted === `${TYPE}access_token`) {
    const response = await issue(provider, ctx, { accountId, gty: 'token_exchange', signedIn: false });
    ctx.body = { ...response, issued_token_type: wanted };
  } else if (wanted === `${TYPE}id_token`) {
    const token = new provider.IdToken(await claimsOf(accountId), { ctx });
    Object.assign(token, { scope: 'openid profile email' });
    ctx.body = { access_token: await token.issue({ use: 'idtoken' }), issued_token_type: wanted, token_type: 'N_A', expires_in: 3600 };
  } else throw new errors.InvalidRequest('requested_token_type is not supported');
}

/** Whose token it is. */
async function subjectOf(
  provider: Provider,
  setup: Setup,
  ctx: TokenEndpointGrantContext<Parameters>,
  token: string,
  type: string,
): Promise<string> {
  const readers: Readonly<Record<string, () => Promise<unknown>>> = {
    access_token: async () => (await provider.AccessToken.find(token))?.accountId ?? signedJwt(token, setup)?.sub,
    id_token: async () => (await provider.IdToken.validate(token, ctx.oidc.client)).payload.sub,
    jwt: async () => signedJwt(token, setup)?.sub,
  };
  const read = readers[type.replace(TYPE, '')];
  if (read === undefined) throw new errors.InvalidRequest(`${type} is not supported`);
  const subject = await read().catch(() => undefined);
  // RFC 8693 §2.2.2: a token that is not good is an invalid request.
  if (subject !== USER.claims.sub) throw new errors.InvalidRequest('a token is not valid, or about nobody here');
  return USER.claims.sub;
}
