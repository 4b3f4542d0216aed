#!/usr/bin/env bash
# glewlwyd (Debian) as five OpenID providers on 127.0.0.1, one per signing algorithm: RS256, PS256, ES256, EdDSA, and HS256 with one secret of the server.
#   glewlwyd.sh [start|stop]   environment: PORT (24593), REDIRECT_URIS (JSON), STATE (a directory of its own, emptied at the start), TLS=1 (https, and clients with certificates)
# Installs what is missing; start prints one JSON document: issuers by algorithm, user, clients.
set -euo pipefail
CMD=${1:-start}; PORT=${PORT:-24593}; STATE=${STATE:-${TMPDIR:-/tmp}/padlock-interop-glewlwyd-$PORT}
TLS=${TLS:-}; BASE=http${TLS:+s}://127.0.0.1:$PORT
. "$(dirname "$0")/common.sh"

# dbconfig-sqlite3 and not dbconfig-no-thanks: with the latter the package cannot be configured (no glewlwyd-db.conf).
type glewlwyd sqlite3 openssl curl >/dev/null 2>&1 || install glewlwyd dbconfig-sqlite3 sqlite3 openssl curl
stop
mkdir -p "$STATE/none"
cd "$STATE"
openssl genrsa -out rsa.key 2048 2>/dev/null
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ec.key 2>/dev/null
openssl genpkey -algorithm ed25519 -out ed.key
for key in rsa ec ed; do openssl pkey -in $key.key -pubout -out $key.pub; done

tls=
if [ -n "$TLS" ]; then
  openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj '/CN=Padlock interop CA' -keyout ca.key -out ca.pem 2>/dev/null
  signed() { # name, subject, alternative names
    openssl req -newkey rsa:2048 -nodes -subj "$2" -keyout "$1.key.pem" -out "$1.csr" 2>/dev/null
    openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile <(echo "subjectAltName=$3") -out "$1.cert.pem" 2>/dev/null
  }
  signed server /CN=127.0.0.1 IP:127.0.0.1,DNS:localhost
  signed mtls /CN=padlock-mtls DNS:padlock-mtls.test
  tls="use_secure_connection=true
secure_connection_key_file=\"$STATE/server.key.pem\"
secure_connection_pem_file=\"$STATE/server.cert.pem\"
secure_connection_ca_file=\"$STATE/ca.pem\""
  export CURL_CA_BUNDLE=$STATE/ca.pem NODE_EXTRA_CA_CERTS=$STATE/ca.pem
fi

zcat /usr/share/doc/glewlwyd/database/init.sqlite3.sql.gz | sqlite3 glewlwyd.db
# The pages, with what they link to: a file outside of their folder is not served. Debian links their configuration to a directory.
cp -rL /usr/share/glewlwyd/webapp webapp
rm -r webapp/config.json
cp /usr/share/glewlwyd/templates/config.json webapp/
# external_url has no trailing slash: with the one of Debian's own file, discovery says http://host//api/…
cat > glewlwyd.conf <<CONF
port=$PORT
bind_address="127.0.0.1"
external_url="$BASE"
login_url="login.html"
api_prefix="api"
static_files_path="$STATE/webapp/"
static_files_mime_types = (
  { extension = ".html" mime_type = "text/html" }, { extension = ".js" mime_type = "application/javascript" },
  { extension = ".css" mime_type = "text/css" }, { extension = ".json" mime_type = "application/json" }
)
log_mode="file"
log_level="INFO"
log_file="$STATE/glewlwyd.log"
cookie_secure=0
session_expiration=2419200
session_key="GLEWLWYD2_SESSION_ID"
admin_session_authentication="cookie"
profile_session_authentication="cookie"
admin_scope="g_admin"
profile_scope="g_profile"
user_module_path="/usr/lib/glewlwyd/user"
user_middleware_module_path="$STATE/none"
client_module_path="/usr/lib/glewlwyd/client"
user_auth_scheme_module_path="/usr/lib/glewlwyd/scheme"
plugin_module_path="/usr/lib/glewlwyd/plugin"
$tls
hash_algorithm = "SHA512"
database = { type = "sqlite3" path = "$STATE/glewlwyd.db" };
CONF
nohup glewlwyd --config-file="$STATE/glewlwyd.conf" >stdout.log 2>&1 </dev/null &
echo $! > "$PIDFILE"
await_url "$BASE/config"

# Everything else goes in through the administrator's API.
# Redirect URIs are compared to the letter.
REDIRECT_URIS=${REDIRECT_URIS:-'["http://127.0.0.1:24765/callback", "http://127.0.0.1:24766/callback", "http://127.0.0.1:24767/callback"]'}
BASE=$BASE TLS=$TLS REDIRECT_URIS=$REDIRECT_URIS node --input-type=module <<'JS'
import { readFileSync } from 'node:fs';
const { BASE: base, TLS: tls } = process.env;
let cookie = '';
const api = async (path, body, method = 'POST') => {
  const answer = await fetch(`${base}/api/${path}`, { method, body: JSON.stringify(body), headers: { cookie, 'content-type': 'application/json' } });
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  cookie ||= (answer.headers.getSetCookie()[0] ?? '').split(';')[0];
};
const user = ['openid', 'profile', 'email', 'offline_access', 'read'];
await api('auth/', { username: 'admin', password: 'password' });
for (const name of user.slice(1)) await api('scope/', { name, display_name: name, password_required: false, scheme: {} });
await api('user/', { username: 'alice', password: 'rabbit-hole-7', name: 'Alice Example', email: 'alice@example.test', enabled: true, scope: [...user, 'g_profile'] });

const provider = (name, type, key, cert) => api('mod/plugin/', {
  module: 'oidc', name, display_name: name, enabled: true,
  parameters: {
    iss: `${base}/api/${name}`, 'jwt-type': type, 'jwt-key-size': '256', key, ...(cert && { cert }), 'jwks-show': true, 'subject-type': 'public',
    'access-token-duration': 3600, 'refresh-token-duration': 1209600, 'code-duration': 600, 'refresh-token-rolling': true, 'refresh-token-one-use': 'always',
    'allow-non-oidc': true, 'auth-type-code-enabled': true, 'auth-type-token-enabled': false, 'auth-type-none-enabled': false,
    'auth-type-password-enabled': true, 'auth-type-client-enabled': true, 'auth-type-device-enabled': true, 'device-authorization-expiration': 600, 'device-authorization-interval': 1, 'auth-type-refresh-enabled': true,
    'allowed-scope': user, 'scope-claim': 'no', 'name-claim': 'on-demand', 'name-claim-scope': ['profile'], 'email-claim': 'on-demand', 'email-claim-scope': ['email'],
    'pkce-allowed': true, 'pkce-method-plain-allowed': false, 'introspection-revocation-allowed': true, 'introspection-revocation-allow-target-client': true,
    'oauth-par-allowed': true, 'oauth-par-required': false, 'oauth-par-request_uri-prefix': 'urn:padlock:par:', 'oauth-par-duration': 90,
    'oauth-dpop-allowed': true, 'oauth-dpop-iat-duration': 120,
    'client-pubkey-parameter': 'pubkey', 'request-parameter-allow': true, 'request-maximum-exp': 3600,
    ...(tls && { 'client-cert-source': 'TLS', 'client-cert-self-signed-allowed': false, 'client-cert-use-endpoint-aliases': true }),
  },
});
const pem = (name) => [readFileSync(`${name}.key`, 'utf8'), readFileSync(`${name}.pub`, 'utf8')];
await provider('rs256', 'rsa', ...pem('rsa'));
await provider('ps256', 'rsa-pss', ...pem('rsa'));
await provider('es256', 'ecdsa', ...pem('ec'));
await provider('eddsa', 'eddsa', ...pem('ed'));
await provider('hs256', 'sha', 'hmac-secret-of-the-server-0123456789');

const REDIRECT_URIS = JSON.parse(process.env.REDIRECT_URIS);
const client = (client_id, client_secret, authorization_type) => api('client/', {
  client_id, client_name: client_id, confidential: client_secret !== undefined, enabled: true, redirect_uri: REDIRECT_URIS, scope: ['read'], authorization_type,
  ...(client_secret === undefined ? { token_endpoint_auth_method: ['none'] } : { client_secret, token_endpoint_auth_method: ['client_secret_basic', 'client_secret_post'] }),
});
const people = ['code', 'password', 'refresh_token', 'delete_token', 'device_authorization'];
await client('padlock-conf', 'conf-secret', people);
await client('padlock-odd', 'a b+c%41:e&f=g/h', people);
await client('padlock-public', undefined, people);
await client('padlock-new', 'new-secret', people); // these two: alice has consented to nothing
await client('padlock-new-public', undefined, people);
await client('padlock-svc', 'svc-secret', ['client_credentials']);
await client('padlock-device', undefined, ['device_authorization', 'refresh_token']);

// Clients that are known by a signature or a certificate; what else there is of them is as above.
const proving = (client_id, method, more) => api('client/', {
  client_id, client_name: client_id, confidential: true, enabled: true, redirect_uri: REDIRECT_URIS, scope: ['read'],
  authorization_type: [...people, 'client_credentials', 'device_authorization'], token_endpoint_auth_method: [method], ...more,
});
await proving('padlock-secret-jwt', 'client_secret_jwt', { client_secret: 'Jx4-secret-of-64-bytes-for-HS256-HS384-HS512_pQ7rTz9vKd2mWb6sYc8' });
await proving('padlock-rsa-jwt', 'private_key_jwt', { pubkey: readFileSync('rsa.pub', 'utf8') });
await proving('padlock-ec-jwt', 'private_key_jwt', { pubkey: readFileSync('ec.pub', 'utf8') });
await proving('padlock-ed-jwt', 'private_key_jwt', { pubkey: readFileSync('ed.pub', 'utf8') });
if (tls) await proving('padlock-mtls', 'tls_client_auth', { tls_client_auth_san_dns: 'padlock-mtls.test' });
const consented = ['padlock-conf', 'padlock-public', 'padlock-device', 'padlock-secret-jwt', 'padlock-rsa-jwt', ...(tls ? ['padlock-mtls'] : [])];
cookie = ''; // alice consents, once
await api('auth/', { username: 'alice', password: 'rabbit-hole-7' });
for (const id of consented) await api(`auth/grant/${id}`, { scope: 'openid profile email offline_access' }, 'PUT');
JS

cat <<JSON
{ "name": "glewlwyd", "version": "$(dpkg-query -W -f '${Version}' glewlwyd)", "hmac_secret": "hmac-secret-of-the-server-0123456789",
  "issuers": { "RS256": "$BASE/api/rs256", "PS256": "$BASE/api/ps256", "ES256": "$BASE/api/es256", "EdDSA": "$BASE/api/eddsa", "HS256": "$BASE/api/hs256" },
  "redirect_uris": $REDIRECT_URIS,
  "user": { "username": "alice", "password": "rabbit-hole-7", "name": "Alice Example", "email": "alice@example.test" },
  "clients": {
    "confidential": { "id": "padlock-conf", "secret": "conf-secret" },
    "odd": { "id": "padlock-odd", "secret": "a b+c%41:e&f=g/h" },
    "public": { "id": "padlock-public" },
    "new": { "id": "padlock-new", "secret": "new-secret" },
    "newPublic": { "id": "padlock-new-public" },
    "device": { "id": "padlock-device" },
    "service": { "id": "padlock-svc", "secret": "svc-secret" },
    "secretJwt": { "id": "padlock-secret-jwt", "secret": "Jx4-secret-of-64-bytes-for-HS256-HS384-HS512_pQ7rTz9vKd2mWb6sYc8" },
    "RS256": { "id": "padlock-rsa-jwt", "key": "$STATE/rsa.key" }, "PS256": { "id": "padlock-rsa-jwt", "key": "$STATE/rsa.key" },
    "ES256": { "id": "padlock-ec-jwt", "key": "$STATE/ec.key" }, "EdDSA": { "id": "padlock-ed-jwt", "key": "$STATE/ed.key" },
    "mtls": { "id": "padlock-mtls", "certificate": "$STATE/mtls.cert.pem", "key": "$STATE/mtls.key.pem" } },
  "ca": "${TLS:+$STATE/ca.pem}" }
JSON
