import type { ClientAuth, Recorded } from '../../core/contracts.ts';
import { listsTls, nameClient, shownIdentity, tlsClientOptions } from '../../core/tls-client.ts';

/** Mutual TLS with a certificate that the provider knows itself (RFC 8705 §2.2). */
export const selfSignedTlsClientAuth = {
  kind: 'client-auth',
  name: 'self-signed-tls-client-auth',
  summary: 'a certificate of its own making that the provider was told of',
  method: 'self_signed_tls_client_auth',
  options: tlsClientOptions,
  applies: (values, provider) => listsTls('self_signed_tls_client_auth', values, provider),
  authenticate: (_values, request) => nameClient(request),
  tls: shownIdentity,
} satisfies Recorded<ClientAuth>;
