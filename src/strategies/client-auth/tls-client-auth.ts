import type { ClientAuth, Recorded } from '../../core/contracts.ts';
import { listsTls, nameClient, shownIdentity, tlsClientOptions } from '../../core/tls-client.ts';

/** Mutual TLS with a certificate that an authority signed (RFC 8705 §2.1). */
export const tlsClientAuth = {
  kind: 'client-auth',
  name: 'tls-client-auth',
  summary: 'a certificate that an authority of the provider vouches for',
  method: 'tls_client_auth',
  options: tlsClientOptions,
  applies: (values, provider) => listsTls('tls_client_auth', values, provider),
  authenticate: (_values, request) => nameClient(request),
  tls: shownIdentity,
} satisfies Recorded<ClientAuth>;
