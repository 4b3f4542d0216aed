#!/usr/bin/env bash
# @jmondi/oauth2-server (npm) on 127.0.0.1: plain OAuth 2 with token exchange, no OpenID Connect and no discovery.
#   jmondi.sh [start|stop]   environment: PORT (24594), STATE (a directory of its own, emptied at the start)
# Installs the package into STATE; start prints one JSON document: token endpoint, user, clients.
set -euo pipefail
CMD=${1:-start}; PORT=${PORT:-24594}; STATE=${STATE:-${TMPDIR:-/tmp}/padlock-interop-jmondi-$PORT}; BASE=http://127.0.0.1:$PORT
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
const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const hour = new DateInterval('1h');
const scopes = ['read', 'write'].map((name) => ({ name }));
const clients = new Map([['padlock-conf', { id: 'padlock-conf', name: 'conf', secret: 'conf-secret', redirectUris: [], allowedGrants: ['password', 'refresh_token', EXCHANGE], scopes }]]);
const alice = { id: 'alice' };
const issued = new Map();
const keep = (token) => issued.set(token.refreshToken, token);
const jwt = new JwtService('signing-secret-of-the-server-0123456789');
const server = new AuthorizationServer(
  { getByIdentifier: async (id) => clients.get(id), isClientValid: async (grant, client, secret) => client.secret === secret && client.allowedGrants.includes(grant) },
  {
    issueToken: async (client, granted, user) => ({ accessToken: generateRandomToken(), accessTokenExpiresAt: hour.getEndDate(), refreshToken: null, refreshTokenExpiresAt: null, client, user, scopes: granted }),
    issueRefreshToken: async (token) => { Object.assign(token, { refreshToken: generateRandomToken(), refreshTokenExpiresAt: hour.getEndDate() }); keep(token); return token; },
    persist: async (token) => { if (token.refreshToken) keep(token); },
    revoke: async (token) => { token.refreshTokenExpiresAt = new Date(0); },
    isRefreshTokenRevoked: async ({ refreshTokenExpiresAt }) => Date.now() > (refreshTokenExpiresAt?.getTime() ?? 0),
    getByRefreshToken: async (token) => issued.get(token) ?? Promise.reject(new Error('unknown')),
  },
  { getAllByIdentifiers: async (names) => scopes.filter(({ name }) => names.includes(name)), finalize: async (granted) => granted },
  jwt,
  { issuer: `http://127.0.0.1:${PORT}` },
);
const users = { getUserByCredentials: async (id, password, grant) => (id === 'alice' && (grant !== 'password' || password === 'rabbit-hole-7') ? alice : undefined) };
server.enableGrantTypes(
  [{ grant: 'password', userRepository: users }, hour],
  ['refresh_token', hour],
  [{ grant: EXCHANGE, processTokenExchange: async ({ subjectToken }) => { await jwt.verify(subjectToken).catch(() => { throw OAuthException.invalidGrant('The subject token is not good.'); }); return alice; } }, hour],
);

createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  const reply = (status, headers, answer) => response.writeHead(status, { ...headers, 'content-type': 'application/json' }).end(JSON.stringify(answer));
  if (request.url !== '/token') return reply(request.url === '/' ? 200 : 404, {}, {});
  try {
    const answer = await server.respondToAccessTokenRequest(new OAuthRequest({ headers: request.headers, body: Object.fromEntries(new URLSearchParams(body)) }));
    reply(answer.status, answer.headers, answer.body);
  } catch (error) {
    reply(error.status ?? 500, {}, { status: error.status, message: error.message, error: error.errorType, error_description: error.errorDescription ?? error.error });
  }
}).listen(Number(PORT), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
JS
PORT=$PORT nohup node server.mjs >server.log 2>&1 </dev/null &
echo $! > "$PIDFILE"
await_url "$BASE/"

cat <<JSON
{ "name": "jmondi", "token_endpoint": "$BASE/token", "issuer": "$BASE",
  "user": { "username": "alice", "password": "rabbit-hole-7", "name": "Alice Example", "email": "alice@example.test" },
  "clients": { "confidential": { "id": "padlock-conf", "secret": "conf-secret" } } }
JSON
