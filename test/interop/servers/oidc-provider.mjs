/** The program of oidc-provider.sh. Everybody can sign in under any name, as with all of its examples. */
import { createPublicKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { errors, Provider } from 'oidc-provider';

const { PORT, STATE } = process.env;
const read = (name) => readFileSync(`${STATE}/${name}`, 'utf8');
const issuer = `https://127.0.0.1:${PORT}`;
const API = 'https://api.interop.test';

const publicJwk = (pem) => createPublicKey(pem).export({ format: 'jwk' });
const selfSigned = new X509Certificate(read('self.cert.pem'));
const peer = ({ socket }) => socket.getPeerX509Certificate();

/** A client that may do everything its method allows. */
const client = (id, method, proof) => ({
  client_id: `padlock-${id}`,
  ...proof,
  token_endpoint_auth_method: method,
  application_type: 'native', // a loopback redirect may have any port (RFC 8252 §7.3)
  redirect_uris: ['http://127.0.0.1/callback'],
  response_types: ['code'],
  authorization_details_types: ['payment_initiation'],
  grant_types: [
    'authorization_code',
    'refresh_token',
    'urn:ietf:params:oauth:grant-type:device_code',
    ...(method === 'none' ? [] : ['client_credentials', 'urn:openid:params:grant-type:ciba']),
  ],
  ...(method !== 'none' && { backchannel_token_delivery_mode: 'poll' }),
});

const provider = new Provider(issuer, {
  clients: [
    client('public', 'none'),
    client('basic', 'client_secret_basic', { client_secret: 'basic-secret-of-32-bytes-0123456789' }),
    client('post', 'client_secret_post', { client_secret: 'post-secret-of-32-bytes-01234567890' }),
    client('secret-jwt', 'client_secret_jwt', { client_secret: 'jwt-secret-of-32-bytes-012345678901' }),
    client('private-key-jwt', 'private_key_jwt', { jwks: { keys: [publicJwk(read('jwt.key.pem'))] } }),
    client('tls', 'tls_client_auth', {
      tls_client_auth_san_dns: 'padlock-tls.test',
      tls_client_certificate_bound_access_tokens: true,
    }),
    client('self-signed', 'self_signed_tls_client_auth', {
      jwks: { keys: [{ ...publicJwk(read('self.cert.pem')), x5c: [selfSigned.raw.toString('base64')] }] },
      tls_client_certificate_bound_access_tokens: true,
    }),
  ],
  clientAuthMethods: [
    'none',
    'client_secret_basic',
    'client_secret_post',
    'client_secret_jwt',
    'private_key_jwt',
    'tls_client_auth',
    'self_signed_tls_client_auth',
  ],
  scopes: ['openid', 'offline_access', 'read'],
  issueRefreshToken: async (_, known) => known.grantTypeAllowed('refresh_token'),
  features: {
    ciba: {
      enabled: true,
      deliveryModes: ['poll'],
      processLoginHint: async (_, hint) => hint,
      validateBindingMessage: () => {},
      validateRequestContext: () => {},
      verifyUserCode: () => {},
      // Whoever is asked says yes.
      triggerAuthenticationDevice: async (ctx, request, account, { clientId }) => {
        const grant = new provider.Grant({ accountId: account.accountId, clientId });
        grant.addOIDCScope(String(ctx.oidc.params.scope));
        await provider.backchannelResult(request, await grant.save());
      },
    },
    clientCredentials: { enabled: true },
    deviceFlow: { enabled: true },
    dPoP: { enabled: true },
    introspection: { enabled: true },
    revocation: { enabled: true },
    mTLS: {
      enabled: true,
      tlsClientAuth: true,
      selfSignedTlsClientAuth: true,
      certificateBoundAccessTokens: true,
      getCertificate: (ctx) => peer(ctx)?.toString(),
      certificateAuthorized: ({ socket }) => socket.authorized,
      certificateSubjectMatches: (ctx, property, expected) =>
        property === 'tls_client_auth_san_dns' && peer(ctx)?.subjectAltName === `DNS:${expected}`,
    },
    resourceIndicators: {
      enabled: true,
      useGrantedResource: () => true,
      getResourceServerInfo: (_, resource) => {
        if (resource !== API) throw new errors.InvalidTarget();
        return { scope: 'read', audience: API, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'RS256' } } };
      },
    },
    richAuthorizationRequests: {
      enabled: true,
      types: { payment_initiation: { validate: () => {} } },
      authorizationDetailsForGrantSource: ({ oidc }) => JSON.parse(oidc.params.authorization_details),
      authorizationDetailsForAccessToken: (_ctx, _token, source) => source.rar,
      authorizationDetailsForIntrospection: (_ctx, token) => token.rar,
    },
  },
});

const tls = {
  key: read('server.key.pem'),
  cert: read('server.cert.pem'),
  ca: read('ca.pem'),
  requestCert: true,
  rejectUnauthorized: false,
};
const handle = provider.callback();
createServer(tls, (request, response) => void handle(request, response)).listen(Number(PORT), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
