import type { Verifier } from '../../core/contracts.ts';

/** Asks the provider whom an access token is for (OpenID Connect Core 1.0 §5.3); the token is good if it is told. */
export const userinfo = {
  kind: 'verifier',
  name: 'userinfo',
  summary: 'access tokens: asks the userinfo endpoint whom they are for',
  checks: 'user',
  algorithms: [],
  applies: (_values, { metadata }) => metadata.userinfo_endpoint !== undefined || { no: 'the provider names no userinfo endpoint' },
  async verify(_token, _values, host) {
    return { payload: await host.userinfo(), alg: null, kid: null };
  },
} satisfies Verifier;
