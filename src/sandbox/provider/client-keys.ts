/** How the provider knows the clients that hold keys: what is registered of them, and what it asks of a connection. */
import { createPublicKey, X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { ClientMetadata, Configuration, KoaContextWithOIDC } from 'oidc-provider';
import type { Client } from '../clients.ts';
import type { Setup } from '../protocol.ts';

type Registered = Partial<ClientMetadata> | undefined;

/** What proves a client, as it is registered; undefined for one that this sandbox has nothing to know by. */
export function registered({ auth, id }: Client, { secrets, tls }: Setup): Registered {
  if (auth === 'none') return {};
  if (auth === 'private_key_jwt') return { jwks: { keys: [publicJwk(secrets[id] ?? '')] } } as unknown as Registered;
  if (!auth.endsWith('tls_client_auth')) return { client_secret: secrets[id] } as Registered;
  if (tls?.client === undefined) return undefined;
  const certificate = new X509Certificate(tls.client.cert);
  const bound = { tls_client_certificate_bound_access_tokens: true };
  if (auth === 'tls_client_auth') return { ...bound, tls_client_auth_subject_dn: certificate.subject };
  return {
    ...bound,
    jwks: { keys: [{ ...publicJwk(tls.client.cert), x5c: [certificate.raw.toString('base64')] }] },
  } as unknown as Registered;
}

const publicJwk = (pem: string): object => createPublicKey(pem).export({ format: 'jwk' });

const peer = ({ socket }: Pick<KoaContextWithOIDC, 'socket'>): X509Certificate | undefined =>
  (socket as TLSSocket).getPeerX509Certificate();

/** PEM of what the other side of a connection showed. */
export const certificateOf = (ctx: Pick<KoaContextWithOIDC, 'socket'>): string | undefined => peer(ctx)?.toString();

/** Mutual TLS (RFC 8705), where there is TLS. */
export const mutualTls = ({ tls }: Setup): NonNullable<Configuration['features']>['mTLS'] => ({
  enabled: tls?.client !== undefined,
  tlsClientAuth: true,
  selfSignedTlsClientAuth: true,
  certificateBoundAccessTokens: true,
  getCertificate: certificateOf,
  certificateAuthorized: ({ socket }) => (socket as TLSSocket).authorized,
  certificateSubjectMatches: (ctx, _property, expected) => peer(ctx)?.subject === expected,
});
