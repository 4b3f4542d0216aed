import { clientOptions } from '../../core/client-options.ts';
import type { ClientAuth, Recorded } from '../../core/contracts.ts';
import { defineOptions, type ValuesOf } from '../../core/options.ts';

const { clientAssertionAlg, clientAssertionAudience, clientSecret } = clientOptions;
const options = defineOptions({ clientSecret: { ...clientSecret, required: true }, clientAssertionAlg, clientAssertionAudience });

/** An assertion that the client secret signs, so that the secret itself is not sent (OpenID Connect Core 1.0 §9). */
export const clientSecretJwt = {
  kind: 'client-auth',
  name: 'client-secret-jwt',
  summary: 'an assertion signed with the client secret, which stays here',
  method: 'client_secret_jwt',
  options,
  applies({ clientSecret: secret }: Partial<ValuesOf<typeof options>>, { metadata }) {
    const listed = metadata.token_endpoint_auth_methods_supported ?? [];
    if (secret === undefined) return { no: 'there is no client secret' };
    return (
      (listed.includes('client_secret_jwt') && !listed.includes('client_secret_basic')) || { no: 'the provider takes the secret itself' }
    );
  },
  authenticate: async (values: ValuesOf<typeof options>, request) => (await import('./client-secret-jwt/sign.ts')).sign(values, request),
} satisfies Recorded<ClientAuth>;
