import type { ClientAuth, Recorded } from '../../core/contracts.ts';
import { defineOptions, shared, type ValuesOf } from '../../core/options.ts';

const options = defineOptions({ clientSecret: { ...shared.clientSecret, required: true } });

/** The client secret in the request body (RFC 6749 §2.3.1). */
export const clientSecretPost = {
  kind: 'client-auth',
  name: 'client-secret-post',
  summary: 'the client secret in the request body',
  method: 'client_secret_post',
  options,
  applies({ clientSecret }: Partial<ValuesOf<typeof options>>, { metadata }) {
    if (clientSecret === undefined) return { no: 'there is no client secret' };
    return (
      metadata.token_endpoint_auth_methods_supported?.includes('client_secret_post') || {
        no: 'the provider does not list client_secret_post',
      }
    );
  },
  authenticate({ clientSecret }: ValuesOf<typeof options>, { form, provider }) {
    form.set('client_id', provider.clientId);
    form.set('client_secret', clientSecret);
  },
} satisfies Recorded<ClientAuth>;
