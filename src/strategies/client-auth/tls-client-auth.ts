import { tlsClientOptions } from '../../core/client-options.ts';
import type { ClientAuth, Recorded } from '../../core/contracts.ts';
import type { ValuesOf } from '../../core/options.ts';

/** Mutual TLS with a certificate that an authority signed (RFC 8705 §2.1). */
export const tlsClientAuth = {
  kind: 'client-auth',
  name: 'tls-client-auth',
  summary: 'a certificate that an authority of the provider vouches for',
  method: 'tls_client_auth',
  options: tlsClientOptions,
  applies({ clientCertificate }: Partial<ValuesOf<typeof tlsClientOptions>>, { metadata }) {
    if (clientCertificate === undefined) return { no: 'there is no client certificate' };
    return (
      metadata.token_endpoint_auth_methods_supported?.includes('tls_client_auth') || { no: 'the provider does not list tls_client_auth' }
    );
  },
  authenticate: async (_values, request) => (await import('../../core/tls-client.ts')).nameClient(request),
  tls: async (values: ValuesOf<typeof tlsClientOptions>) => (await import('../../core/tls-client.ts')).shownIdentity(values),
} satisfies Recorded<ClientAuth>;
