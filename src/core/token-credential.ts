/** A Padlock as the Azure SDKs want their credentials; the shapes are those of @azure/core-auth. */
import { fail } from './errors.ts';
import { ASSUMED_LIFETIME } from './freshness.ts';
import type { Clock } from './ports.ts';
import type { AccessToken } from './session.ts';
import type { TokenRequest } from './token-source.ts';

/** What a caller may add. A tenant is ignored: the issuer decides. */
export interface GetTokenOptions {
  readonly abortSignal?: Pick<AbortSignal, 'aborted'> & object;
  /** A claims challenge: another token, which answers it. */
  readonly claims?: string;
  readonly tenantId?: string;
}

export interface TokenCredential {
  /** Times are in milliseconds since the epoch. */
  getToken(
    scopes: string | readonly string[],
    options?: GetTokenOptions,
  ): Promise<{ token: string; expiresOnTimestamp: number; tokenType: 'Bearer' }>;
}

export const tokenCredential = (getToken: (request: TokenRequest) => Promise<AccessToken>, clock: Clock): TokenCredential => ({
  async getToken(scopes, { abortSignal, claims } = {}) {
    const scope = typeof scopes === 'string' ? scopes.split(' ').filter(Boolean) : scopes;
    const { expiresAt, type, value } = await getToken({
      ...(scope.length > 0 && { scope }),
      ...(claims !== undefined && { params: { claims } }),
      ...(abortSignal && { signal: abortSignal as AbortSignal }),
    });
    if (type !== 'Bearer')
      fail('usage_conflict', 'A TokenCredential hands on Bearer tokens, and this one is bound to a key (DPoP).', {
        hint: 'Use a Padlock without dpop for it, or padlock.fetch.',
      });
    return { token: value, expiresOnTimestamp: expiresAt?.getTime() ?? clock.now() + ASSUMED_LIFETIME, tokenType: 'Bearer' };
  },
});
