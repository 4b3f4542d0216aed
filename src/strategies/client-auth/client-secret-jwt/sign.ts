import { ALGORITHMS, SYMMETRIC, tooShort } from '../../../core/algorithms.ts';
import { proveByAssertion } from '../../../core/client-assertion.ts';
import type { ClientAuthRequest } from '../../../core/contracts.ts';
import { fail } from '../../../core/errors.ts';

interface SecretJwtValues {
  readonly clientSecret: string;
  readonly clientAssertionAlg: string | undefined;
  readonly clientAssertionAudience: string;
}

/** Signs an assertion with the client secret. Throws `config_weak_secret`, `usage_bad_value`. */
export async function sign(
  { clientAssertionAlg, clientAssertionAudience, clientSecret }: SecretJwtValues,
  request: ClientAuthRequest,
): Promise<void> {
  const key = new TextEncoder().encode(clientSecret);
  const alg = algorithm(clientAssertionAlg, request.provider.metadata.token_endpoint_auth_signing_alg_values_supported);
  if (key.length * 8 < (ALGORITHMS.get(alg)?.hash ?? 0))
    fail('config_weak_secret', tooShort(key.length, alg), {
      hint: 'Have the provider make a longer secret, or choose another way with --client-auth.',
    }); // check: length of a signing secret
  await proveByAssertion(request, { alg, audience: clientAssertionAudience, key });
}

/** As configured, else the shortest that the provider lists. */
function algorithm(configured: string | undefined, listed: unknown): string {
  if (configured !== undefined && !SYMMETRIC.includes(configured))
    fail('usage_bad_value', `A client secret cannot sign with ${configured}.`, { hint: `It can with ${SYMMETRIC.join(', ')}.` }); // check: secret fits alg
  return configured ?? SYMMETRIC.find((alg) => Array.isArray(listed) && listed.includes(alg)) ?? 'HS256';
}
