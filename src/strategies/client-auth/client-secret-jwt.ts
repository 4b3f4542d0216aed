import { ALGORITHMS, SYMMETRIC, tooShort } from '../../core/algorithms.ts';
import { clientOptions } from '../../core/client-options.ts';
import type { ClientAuth, Recorded } from '../../core/contracts.ts';
import { fail } from '../../core/errors.ts';
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
  async authenticate(values: ValuesOf<typeof options>, request) {
    const key = new TextEncoder().encode(values.clientSecret);
    const alg = algorithm(values.clientAssertionAlg, request.provider.metadata.token_endpoint_auth_signing_alg_values_supported);
    if (key.length * 8 < (ALGORITHMS.get(alg)?.hash ?? 0))
      fail('config_weak_secret', tooShort(key.length, alg), {
        hint: 'Have the provider make a longer secret, or choose another way with --client-auth.',
      }); // check: length of a signing secret
    const { proveByAssertion } = await import('../../core/client-assertion.ts');
    await proveByAssertion(request, { alg, audience: values.clientAssertionAudience, key });
  },
} satisfies Recorded<ClientAuth>;

/** As configured, else the shortest that the provider lists. */
function algorithm(configured: string | undefined, listed: unknown): string {
  if (configured !== undefined && !SYMMETRIC.includes(configured))
    fail('usage_bad_value', `A client secret cannot sign with ${configured}.`, { hint: `It can with ${SYMMETRIC.join(', ')}.` }); // check: secret fits alg
  return configured ?? SYMMETRIC.find((alg) => Array.isArray(listed) && listed.includes(alg)) ?? 'HS256';
}
