/** The resource owner password credentials grant (RFC 6749 §4.3), which oidc-provider leaves to its users. */
import type Provider from 'oidc-provider';
import { errors, type TokenEndpointGrantContext } from 'oidc-provider';
import * as grants from 'oidc-provider/lib/helpers/grants.js';
import { OPENID_SCOPES } from '../clients.ts';
import { claimsOf, signIn } from './account.ts';
import { certificateOf } from './client-keys.ts';

const PARAMETERS = ['username', 'password', 'scope', 'resource'] as const;

interface Parameters {
  readonly username?: string;
  readonly password?: string;
  readonly scope?: string;
  readonly resource?: string | string[];
}

/** Teaches `provider` the grant. */
export function registerPasswordGrant(provider: Provider): void {
  provider.registerGrantType<Parameters>('password', (context) => answer(provider, context), PARAMETERS, 'resource');
}

async function answer(provider: Provider, ctx: TokenEndpointGrantContext<Parameters>): Promise<void> {
  const { client, params } = ctx.oidc;
  if (params.username === undefined || params.password === undefined) throw new errors.InvalidRequest('username and password are required');
  const accountId = signIn(params.username, params.password);
  if (accountId === undefined) throw new errors.CustomOIDCProviderError('invalid_grant', 'Wrong email or password.');

  const scopes = grants.validateClientScope(provider, ctx);
  const servers = await grants.resolveRequestedResources(provider, ctx);
  const dPoP = await grants.validateDpop(provider, ctx);
  const grant = new provider.Grant({ accountId, clientId: client.clientId });
  grant.addOIDCScope([...scopes].filter((scope) => OPENID_SCOPES.includes(scope)).join(' '));
  for (const server of servers)
    grant.addResourceScope(server.identifier(), [...scopes].filter((scope) => server.scopes.has(scope)).join(' '));
  const grantId = await grant.save();

  const source = {
    accountId,
    client,
    grantId,
    gty: 'password',
    authTime: Math.floor(Date.now() / 1000),
    scope: [...scopes].join(' '),
    scopes,
    resource: params.resource,
    resourceIndicators: new Set([params.resource].flat()),
  };
  const token = new provider.AccessToken({ accountId, client, grantId, gty: 'password' });
  await grants.resolveAndApplyResource(provider, ctx, source, token, grant);
  if (dPoP !== undefined) {
    await grants.checkDpopReplay(provider, ctx, dPoP, client.clientId);
    token.setThumbprint('jkt', dPoP.thumbprint);
  }
  grants.checkDpopRequired(provider, ctx, dPoP);
  const certificate = client.tlsClientCertificateBoundAccessTokens === true ? certificateOf(ctx) : undefined;
  if (certificate !== undefined) token.setThumbprint('x5t', certificate);
  ctx.oidc.entity('AccessToken', token);
  const accessToken = await token.save();

  let refreshToken: string | undefined;
  if (await grants.shouldIssueRefreshToken(provider, ctx, source)) {
    const { scopes: _, resourceIndicators: __, ...members } = source;
    const refresh = new provider.RefreshToken({ ...members, rotations: 0 });
    await grants.applyRefreshTokenBindings(provider, ctx, token, refresh);
    refreshToken = await refresh.save();
  }

  let idToken: string | undefined;
  if (scopes.has('openid')) {
    const token = new provider.IdToken(await claimsOf(accountId), { ctx });
    // The types do not know it, but every built-in grant sets it so: the scopes whose claims go in.
    Object.assign(token, { scope: grant.getOIDCScopeFiltered(scopes) });
    token.set('at_hash', accessToken);
    token.set('auth_time', source.authTime);
    idToken = await token.issue({ use: 'idtoken' });
  }

  ctx.body = grants.buildTokenResponse(provider, {
    accessToken,
    expiresIn: token.expiration,
    idToken,
    refreshToken,
    scope: token.scope === '' ? undefined : token.scope,
    tokenType: token.tokenType,
  });
}
