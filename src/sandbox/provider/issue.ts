/** Tokens for an account, as oidc-provider's own grants make them: for the grants that it leaves to its users. */
import type Provider from 'oidc-provider';
import type { TokenEndpointGrantContext } from 'oidc-provider';
import * as grants from 'oidc-provider/lib/helpers/grants.js';
import { OPENID_SCOPES } from '../clients.ts';
import { claimsOf } from './account.ts';
import { certificateOf } from './client-keys.ts';

/** What every such grant takes. */
export interface Asked {
  readonly scope?: string;
  readonly resource?: string | string[];
}

export interface Issuing {
  readonly accountId: string;
  /** The grant's name, as oidc-provider keeps it in a token. */
  readonly gty: string;
  /** Someone signed in: then there are a refresh token and an ID token, where the scopes ask for them. */
  readonly signedIn: boolean;
}

/** The whole token response. Throws oidc-provider's errors for scopes, resources and proofs that cannot be. */
export async function issue<T extends Asked>(
  provider: Provider,
  ctx: TokenEndpointGrantContext<T>,
  { accountId, gty, signedIn }: Issuing,
): Promise<ReturnType<typeof grants.buildTokenResponse>> {
  const { client, params } = ctx.oidc;
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
    gty,
    authTime: Math.floor(Date.now() / 1000),
    scope: [...scopes].join(' '),
    scopes,
    resource: params.resource,
    resourceIndicators: new Set([params.resource].flat()),
  };
  const token = new provider.AccessToken({ accountId, client, grantId, gty });
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
  if (signedIn && (await grants.shouldIssueRefreshToken(provider, ctx, source))) {
    const { scopes: _, resourceIndicators: __, ...members } = source;
    const refresh = new provider.RefreshToken({ ...members, rotations: 0 });
    await grants.applyRefreshTokenBindings(provider, ctx, token, refresh);
    refreshToken = await refresh.save();
  }

  let idToken: string | undefined;
  if (signedIn && scopes.has('openid')) {
    const token = new provider.IdToken(await claimsOf(accountId), { ctx });
    // The types do not know it, but every built-in grant sets it so: the scopes whose claims go in.
    Object.assign(token, { scope: grant.getOIDCScopeFiltered(scopes) });
    token.set('at_hash', accessToken);
    token.set('auth_time', source.authTime);
    idToken = await token.issue({ use: 'idtoken' });
  }

  return grants.buildTokenResponse(provider, {
    accessToken,
    expiresIn: token.expiration,
    idToken,
    refreshToken,
    scope: token.scope === '' ? undefined : token.scope,
    tokenType: token.tokenType,
  });
}
