#!/usr/bin/env bash
# @jmondi/oauth2-server (npm) on 127.0.0.1: plain OAuth 2 with token exchange, no OpenID Connect and no discovery. It has no pages: whoever asks is alice.
#   jmondi.sh [start|stop]   environment: PORT (24594), REDIRECT_URIS (JSON), STATE (a directory of its own, emptied at the start)
# Installs the package into STATE; start prints one JSON document: endpoints, user, clients.
set -euo pipefail
CMD=${1:-start}; PORT=${PORT:-24594}; STATE=${STATE:-${TMPDIR:-/tmp}/padlock-interop-jmondi-$PORT}; BASE=http://127.0.0.1:$PORT
REDIRECT_URIS=${REDIRECT_URIS:-'["http://127.0.0.1:9/cb"]'}
. "$(dirname "$0")/common.sh"

type curl >/dev/null 2>&1 || install curl
stop
mkdir -p "$STATE"
cd "$STATE"
echo '{ "private": true, "type": "module" }' > package.json
npm install --no-audit --no-fund --loglevel=error @jmondi/oauth2-server@4.3.7 >&2
cat > server.mjs <<'JS'
import { createServer } from 'node:http';
import { AuthorizationServer, DateInterval, generateRandomToken, JwtService, OAuthException, OAuthRequest } from '@jmondi/oauth2-server';

const { PORT } = process.env;
const redirectUris = JSON.parse(process.env.REDIRECT_URIS);
const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const hour = new DateInterval('1h');
const scopes = ['read', 'write'].map((name) => ({ name }));
const people = ['password', 'refresh_token', 'authorization_code', EXCHANGE];
const client = (id, secret, allowedGrants) => [id, { id, name: id, secret, redirectUris, allowedGrants, scopes }];
const clients = new Map([client('padlock-conf', 'conf-secret', [...people, 'client_credentials']), client('padlock-public', undefined, people)]);
const alice = { id: 'alice' };
const issued = new Map();
const keep = (token) => issued.set(token.refreshToken, token);
const jwt = new JwtService('signing-secret-of-the-server-0123456789');
const server = new AuthorizationServer(
  { getByIdentifier: async (id) => clients.get(id), isClientValid: async (grant, client, secret) => (client.secret === undefined || client.secret === secret) && client.allowedGrants.includes(grant) },
  {
    issueToken: async (client, granted, user) => ({ accessToken: generateRandomToken(), accessTokenExpiresAt: hour.getEndDate(), refreshToken: null, refreshTokenExpiresAt: null, client, user, scopes: granted }),
    issueRefreshToken: async (token) => { Object.assign(token, { refreshToken: generateRandomToken(), refreshTokenExpiresAt: hour.getEndDate() }); keep(token); return token; },
    persist: async (token) => { if (token.refreshToken) keep(token); },
    revoke: async (token) => { token.refreshTokenExpiresAt = new Date(0); },
    isRefreshTokenRevoked: async ({ refreshTokenExpiresAt }) => Date.now() > (refreshTokenExpiresAt?.getTime() ?? 0),
    getByAccessToken: async (token) => [...issued.values()].find(({ accessToken }) => accessToken === token) ?? Promise.reject(new Error('unknown')),
    getByRefreshToken: async (token) => issued.get(token) ?? Promise.reject(new Error('unknown')),
  },
  { getAllByIdentifiers: async (names) => scopes.filter(({ name }) => names.includes(name)), finalize: async (granted) => granted },
  jwt,
  { issuer: `http://127.0.0.1:${PORT}`, tokenCID: 'id' },
);
const users = { getUserByCredentials: async (id, password, grant) => (id === 'alice' && (grant !== 'password' || password === 'rabbit-hole-7') ? alice : undefined) };
const codes = new Map();
const hold = {
  getByIdentifier: async (code) => codes.get(code),
  issueAuthCode: (client, user, scopes) => ({ code: generateRandomToken(), client, user, scopes, expiresAt: hour.getEndDate() }),
  persist: async (code) => { codes.set(code.code, code); },
  isRevoked: async (code) => !codes.has(code),
  revoke: async (code) => { codes.delete(code); },
};
server.enableGrantTypes(
  ['client_credentials', hour],
  [{ grant: 'authorization_code', authCodeRepository: hold, userRepository: users }, hour],
  [{ grant: 'password', userRepository: users }, hour],
  ['refresh_token', hour],
  [{ grant: EXCHANGE, processTokenExchange: async ({ subjectToken }) => { await jwt.verify(subjectToken).catch(() => { throw OAuthException.invalidGrant('The subject token is not good.'); }); return alice; } }, hour],
);

createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  const reply = (status, headers, answer) => response.writeHead(status, { ...headers, 'content-type': 'application/json' }).end(JSON.stringify(answer));
  const { pathname, searchParams } = new URL(request.url, 'http://127.0.0.1');
  const asked = new OAuthRequest({ headers: request.headers, query: Object.fromEntries(searchParams), body: Object.fromEntries(new URLSearchParams(body)) });
  const consent = async () => {
    const authorization = await server.validateAuthorizationRequest(asked);
    return server.completeAuthorizationRequest(Object.assign(authorization, { user: alice, isAuthorizationApproved: true }));
  };
  const answers = { '/token': () => server.respondToAccessTokenRequest(asked), '/introspect': () => server.introspect(asked), '/revoke': () => server.revoke(asked), '/authorize': consent };
  if (answers[pathname] === undefined) return reply(pathname === '/' ? 200 : 404, {}, {});
  try {
    const answer = await answers[pathname]();
    reply(answer.status, answer.headers, answer.body);
  } catch (error) {
    reply(error.status ?? 500, {}, { status: error.status, message: error.message, error: error.errorType, error_description: error.errorDescription ?? error.error });
  }
}).listen(Number(PORT), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
JS
PORT=$PORT REDIRECT_URIS=$REDIRECT_URIS nohup node server.mjs >server.log 2>&1 </dev/null &
echo $! > "$PIDFILE"
await_url "$BASE/"

cat <<JSON
{ "name": "jmondi", "issuer": "$BASE", "token_endpoint": "$BASE/token", "authorization_endpoint": "$BASE/authorize",
  "introspection_endpoint": "$BASE/introspect", "revocation_endpoint": "$BASE/revoke", "redirect_uris": $REDIRECT_URIS,
  "user": { "username": "alice", "password": "rabbit-hole-7", "name": "Alice Example", "email": "alice@example.test" },
  "clients": { "confidential": { "id": "padlock-conf", "secret": "conf-secret" }, "public": { "id": "padlock-public" } } }
JSON
