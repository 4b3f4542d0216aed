/** oidc-provider as the sandbox wants it: strict, everything on that Padlock speaks, nothing random but its secrets. */
import { randomBytes } from 'node:crypto';
import { type ClientMetadata, type Configuration, errors, type JWKS } from 'oidc-provider';
import { API, API_SCOPES, CLIENTS, type Client, OPENID_SCOPES, SECOND_API } from '../clients.ts';
import type { Setup } from '../protocol.ts';
import { findAccount } from './account.ts';
import { createStorage } from './adapter.ts';
import { mutualTls, registered } from './client-keys.ts';
import { detailed, TYPES } from './detailed.ts';
import { wantsNonce } from './dpop-nonce.ts';
import { JWT_BEARER } from './jwt-bearer-grant.ts';
import { devicePages, logoutPages, renderError } from './pages.ts';
import type { Phone } from './phone.ts';
import { TOKEN_EXCHANGE } from './token-exchange-grant.ts';

const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';
const CIBA_GRANT = 'urn:openid:params:grant-type:ciba';
const HOUR = 3600;
const TWO_WEEKS = 14 * 24 * HOUR;

/** Where each endpoint is. */
export const ROUTES = {
  authorization: '/authorize',
  token: '/token',
  jwks: '/jwks',
  userinfo: '/userinfo',
  revocation: '/revoke',
  introspection: '/introspect',
  device_authorization: '/device_authorization',
  code_verification: '/device',
  pushed_authorization_request: '/par',
  end_session: '/logout',
  backchannel_authentication: '/backchannel',
} as const;

function metadata({ id, auth, alg, service = false }: Client, proof: Partial<ClientMetadata>): ClientMetadata {
  const common = {
    client_id: id,
    ...proof,
    token_endpoint_auth_method: auth,
    id_token_signed_response_alg: alg,
    authorization_details_types: TYPES,
  };
  if (service)
    return { ...common, grant_types: ['client_credentials'], response_types: [], redirect_uris: [], scope: API_SCOPES.join(' ') };
  return {
    ...common,
    client_name: id,
    // Native, so that a loopback redirect may have any port (RFC 8252 §7.3).
    application_type: 'native',
    grant_types: [
      'password',
      'refresh_token',
      'authorization_code',
      DEVICE_GRANT,
      JWT_BEARER,
      TOKEN_EXCHANGE,
      ...(auth === 'none' ? [] : ['client_credentials', CIBA_GRANT]),
    ],
    ...(auth !== 'none' && { backchannel_token_delivery_mode: 'poll' as const }),
    response_types: ['code'],
    redirect_uris: ['127.0.0.1', '[::1]', 'localhost'].flatMap((host) => [`http://${host}/callback`, `http://${host}/`]),
    post_logout_redirect_uris: ['http://127.0.0.1/', 'http://[::1]/'],
  };
}

const HAVE_CERTIFICATES = ['tls_client_auth', 'self_signed_tls_client_auth'] as const;

export const configuration = (setup: Setup, phone: Phone): Configuration => ({
  adapter: createStorage(),
  clients: Object.values(CLIENTS).flatMap((client) => {
    const proof = registered(client, setup);
    return proof === undefined ? [] : [metadata(client, proof)];
  }),
  jwks: { keys: setup.keys } as unknown as JWKS,
  findAccount,
  scopes: [...OPENID_SCOPES, ...API_SCOPES],
  claims: {
    openid: ['sub'],
    profile: ['name', 'given_name', 'family_name', 'nickname'],
    email: ['email', 'email_verified'],
  },
  // Profile and e-mail in the ID token, as most providers do.
  conformIdTokenClaims: false,
  clientAuthMethods: [
    'none',
    'client_secret_post',
    'client_secret_basic',
    'client_secret_jwt',
    'private_key_jwt',
    ...(setup.tls?.client === undefined ? [] : HAVE_CERTIFICATES),
  ],
  enabledJWA: {
    idTokenSigningAlgValues: ['RS256', 'PS256', 'ES256', 'EdDSA', 'HS256'],
    clientAuthSigningAlgValues: ['HS256', 'HS384', 'HS512', 'RS256', 'PS256', 'ES256', 'EdDSA'],
  },
  responseTypes: ['code'],
  rotateRefreshToken: true,
  clientBasedCORS: () => false,
  cookies: { keys: [randomBytes(32).toString('base64url')] },
  routes: ROUTES,
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  renderError,
  features: {
    dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: wantsNonce },
    devInteractions: { enabled: false },
    mTLS: mutualTls(setup),
    ciba: phone.feature,
    clientCredentials: { enabled: true },
    richAuthorizationRequests: detailed,
    deviceFlow: { enabled: true, ...devicePages },
    introspection: {
      enabled: true,
      allowedPolicy: (_, client, token) => client.clientAuthMethod !== 'none' || token.clientId === client.clientId,
    },
    revocation: { enabled: true, allowedPolicy: (_, client, token) => token.clientId === client.clientId },
    rpInitiatedLogout: { enabled: true, ...logoutPages },
    resourceIndicators: {
      enabled: true,
      useGrantedResource: () => true,
      getResourceServerInfo: (_, resource) => {
        if (resource !== API && resource !== SECOND_API) throw new errors.InvalidTarget();
        return {
          audience: resource,
          // The token names the OpenID scopes too, so that the answer's scope is what was granted.
          scope: [...OPENID_SCOPES, ...API_SCOPES].join(' '),
          accessTokenTTL: HOUR,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        };
      },
    },
  },
  ttl: {
    AccessToken: HOUR,
    AuthorizationCode: 60,
    ClientCredentials: HOUR,
    BackchannelAuthenticationRequest: 600,
    DeviceCode: 600,
    Grant: TWO_WEEKS,
    IdToken: HOUR,
    Interaction: HOUR,
    RefreshToken: TWO_WEEKS,
    Session: TWO_WEEKS,
  },
});
