/** The clients and the user of the sandbox: one table, read by both of its processes. */

import type { TlsIdentity } from '../core/ports.ts';

/** The one account there is. */
export const USER = {
  username: 'robin@percy.test',
  password: 'pa55word',
  claims: {
    sub: 'percy|59f2c1a7b0d34e6f',
    name: 'Robin Percy',
    given_name: 'Robin',
    family_name: 'Percy',
    nickname: 'robin',
    email: 'robin@percy.test',
    email_verified: true,
  },
} as const;

/** Providers that the sandbox can play, in what they answer to passwords and second factors. */
export const PLAYS = ['auth0', 'okta', 'keycloak', 'entra'] as const;
export type Play = (typeof PLAYS)[number];

/** What opens the user's second factors, where they are asked for. A push is confirmed as soon as it is asked for. */
export const FACTORS = { otp: '123456', sms: '654321', recoveryCode: 'ABCDEFGH12345678IJKLMNOP' } as const;
export type Factor = 'otp' | 'push' | 'sms' | 'recovery-code';

/** The API whose access tokens are JWTs: ask for it as `audience` or `resource`. */
export const API = 'https://api.percy.test';
/** Another one, for whoever needs tokens for two. */
export const SECOND_API = 'https://billing.percy.test';
export const API_SCOPES: readonly string[] = ['read:reports', 'write:reports'];
export const OPENID_SCOPES: readonly string[] = ['openid', 'profile', 'email', 'offline_access'];

/** Whose assertions the sandbox takes. */
export const WORKLOADS = 'https://workloads.percy.test';

export interface Client {
  readonly id: string;
  /** How it authenticates. A post client may use Basic too; the Basic client nothing else, as with servers that are strict. */
  readonly auth:
    | 'client_secret_post'
    | 'client_secret_basic'
    | 'client_secret_jwt'
    | 'private_key_jwt'
    | 'tls_client_auth'
    | 'self_signed_tls_client_auth'
    | 'none';
  /** What signs its ID tokens. */
  readonly alg: 'HS256' | 'RS256' | 'PS256' | 'ES256' | 'EdDSA';
  readonly service?: boolean;
}

/** Variant, as `sandbox.client(flow, variant)` takes it → client. */
export const CLIENTS = {
  hs256: { id: 'padlock-hs256', auth: 'client_secret_post', alg: 'HS256' },
  rs256: { id: 'padlock-rs256', auth: 'client_secret_post', alg: 'RS256' },
  ps256: { id: 'padlock-ps256', auth: 'client_secret_post', alg: 'PS256' },
  es256: { id: 'padlock-es256', auth: 'client_secret_post', alg: 'ES256' },
  eddsa: { id: 'padlock-eddsa', auth: 'client_secret_post', alg: 'EdDSA' },
  basic: { id: 'padlock-basic', auth: 'client_secret_basic', alg: 'RS256' },
  secretJwt: { id: 'padlock-secret-jwt', auth: 'client_secret_jwt', alg: 'RS256' },
  privateKeyJwt: { id: 'padlock-private-key-jwt', auth: 'private_key_jwt', alg: 'RS256' },
  tls: { id: 'padlock-tls', auth: 'tls_client_auth', alg: 'RS256' },
  selfSignedTls: { id: 'padlock-self-signed-tls', auth: 'self_signed_tls_client_auth', alg: 'RS256' },
  public: { id: 'padlock-public', auth: 'none', alg: 'RS256' },
  service: { id: 'padlock-service', auth: 'client_secret_post', alg: 'RS256', service: true },
} as const satisfies Record<string, Client>;

export type ClientVariant = keyof typeof CLIENTS;

/** What a Padlock needs to sign in as one of the clients; spread it into `createPadlock()`. */
export interface ClientOptions {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret?: string;
  /** PEM: of the client that signs with it, or beside its certificate. */
  readonly privateKey?: string;
  readonly clientCertificate?: string;
  /** Only for a client that a secret alone does not say it of. */
  readonly clientAuth?: string;
  readonly flow: string;
  /** How this client's ID tokens are checked. */
  readonly verifier?: string;
  readonly scope: readonly string[];
  /** The certificate to trust, where the sandbox speaks https. */
  readonly ca?: string;
}

const SERVICE_FLOW = 'client-credentials';
/** They begin with a token that says itself what it is good for. */
const GIVEN_FLOWS: readonly string[] = ['jwt-bearer', 'token-exchange', 'refresh-token'];

/** What proves each client, and how that is said where it does not say so itself. */
function proofOf(
  { auth }: Client,
  secret: string | undefined,
  identity: TlsIdentity | undefined,
): Pick<ClientOptions, 'clientAuth' | 'clientCertificate' | 'clientSecret' | 'privateKey'> {
  if (auth === 'none') return {};
  const clientAuth = auth.replaceAll('_', '-');
  if (auth === 'tls_client_auth' || auth === 'self_signed_tls_client_auth') {
    if (identity === undefined) throw new TypeError('This client has a certificate: start the sandbox with tls.client.');
    return { clientAuth, clientCertificate: identity.cert, privateKey: identity.key };
  }
  if (secret === undefined) return {};
  if (auth === 'private_key_jwt') return { privateKey: secret };
  return { clientSecret: secret, ...(auth !== 'client_secret_post' && { clientAuth }) };
}

/** The options of the client for a flow; throws for an unknown variant. `identity`: the certificate of the clients that have one. */
export function clientOptions(
  issuer: string,
  secrets: Readonly<Record<string, string>>,
  flow: string,
  variant?: string,
  identity?: TlsIdentity,
): ClientOptions {
  const service = flow === SERVICE_FLOW;
  const wanted = variant ?? (service ? 'service' : 'hs256');
  if (!Object.hasOwn(CLIENTS, wanted))
    throw new TypeError(`There is no client variant "${wanted}"; known: ${Object.keys(CLIENTS).join(', ')}.`);
  const client: Client = CLIENTS[wanted as ClientVariant];
  return {
    issuer,
    clientId: client.id,
    ...proofOf(client, secrets[client.id], identity),
    flow,
    ...(!service && { verifier: client.alg === 'HS256' ? 'shared-secret' : 'jwks' }),
    scope: service ? ['read:reports'] : GIVEN_FLOWS.includes(flow) ? [] : OPENID_SCOPES,
  };
}
