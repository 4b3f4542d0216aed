import type { Verifier } from '../../core/contracts.ts';

/** Asks the provider whether an access token is good, and what it says of it (RFC 7662). */
export const introspection = {
  kind: 'verifier',
  name: 'introspection',
  summary: 'access tokens: asks the introspection endpoint (RFC 7662)',
  checks: 'access',
  algorithms: [],
  applies: (_values, { metadata }) =>
    metadata.introspection_endpoint !== undefined || { no: 'the provider names no introspection endpoint' },
  async verify(token, _values, host) {
    const payload = await host.post('introspection_endpoint', { token, token_type_hint: 'access_token' });
    if (typeof payload.active !== 'boolean')
      host.fail('proto_bad_shape', { message: 'The introspection endpoint does not say whether the token is active.' }); // check: introspection answer
    if (!payload.active) host.fail('token_inactive', { message: 'The provider says that the access token is not active.' }); // check: inactive token
    return { payload, alg: null, kid: null };
  },
} satisfies Verifier;
