/** The resource owner password credentials grant (RFC 6749 §4.3), which oidc-provider leaves to its users. */
import type Provider from 'oidc-provider';
import { errors } from 'oidc-provider';
import { signIn } from './account.ts';
import { type Asked, issue } from './issue.ts';

interface Parameters extends Asked {
  readonly username?: string;
  readonly password?: string;
}

/** Teaches `provider` the grant. */
export function registerPasswordGrant(provider: Provider): void {
  const parameters = ['username', 'password', 'scope', 'resource'] as const;
  provider.registerGrantType<Parameters>(
    'password',
    async (ctx) => {
      const { username, password } = ctx.oidc.params;
      if (username === undefined || password === undefined) throw new errors.InvalidRequest('username and password are required');
      const accountId = signIn(username, password);
      if (accountId === undefined) throw new errors.CustomOIDCProviderError('invalid_grant', 'Wrong email or password.');
      ctx.body = await issue(provider, ctx, { accountId, gty: 'password', signedIn: true });
    },
    parameters,
    'resource',
  );
}
