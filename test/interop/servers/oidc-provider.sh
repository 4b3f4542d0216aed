#!/usr/bin/env bash
# oidc-provider (npm, the one that the sandbox is built on) on 127.0.0.1 with https, as its documentation sets it up: its own pages, its own policies.
#   oidc-provider.sh [start|stop]   environment: PORT (24640), STATE (a directory of its own, emptied at the start)
# start prints one JSON document: issuer, user, clients by method, the certificate to trust.
set -euo pipefail
CMD=${1:-start}; PORT=${PORT:-24640}; STATE=${STATE:-${TMPDIR:-/tmp}/padlock-interop-oidc-provider-$PORT}; BASE=https://127.0.0.1:$PORT
HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/common.sh"

type openssl curl >/dev/null 2>&1 || install openssl curl
stop
mkdir -p "$STATE"
cd "$STATE"
openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj '/CN=Padlock interop CA' -keyout ca.key -out ca.pem 2>/dev/null
signed() { # name, subject, alternative names
  openssl req -newkey rsa:2048 -nodes -subj "$2" -keyout "$1.key.pem" -out "$1.csr" 2>/dev/null
  openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile <(echo "subjectAltName=$3") -out "$1.cert.pem" 2>/dev/null
}
signed server /CN=127.0.0.1 IP:127.0.0.1
signed tls /CN=padlock-tls DNS:padlock-tls.test
openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=padlock-self-signed -keyout self.key.pem -out self.cert.pem 2>/dev/null
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out jwt.key.pem 2>/dev/null
PORT=$PORT STATE=$STATE nohup node "$HERE/oidc-provider.mjs" >server.log 2>&1 </dev/null &
echo $! > "$PIDFILE"
CURL_CA_BUNDLE=$STATE/ca.pem await_url "$BASE/.well-known/openid-configuration"

cat <<JSON
{ "name": "oidc-provider", "version": "$(node -p 'require(process.argv[1]).version' "$HERE/../../../node_modules/oidc-provider/package.json")", "issuer": "$BASE", "ca": "$STATE/ca.pem",
  "user": { "username": "alice", "password": "rabbit-hole-7" }, "api": "https://api.interop.test", "details": "payment_initiation",
  "clients": {
    "public": { "id": "padlock-public" },
    "basic": { "id": "padlock-basic", "secret": "basic-secret-of-32-bytes-0123456789" },
    "post": { "id": "padlock-post", "secret": "post-secret-of-32-bytes-01234567890" },
    "secretJwt": { "id": "padlock-secret-jwt", "secret": "jwt-secret-of-32-bytes-012345678901" },
    "privateKeyJwt": { "id": "padlock-private-key-jwt", "key": "$STATE/jwt.key.pem" },
    "tls": { "id": "padlock-tls", "certificate": "$STATE/tls.cert.pem", "key": "$STATE/tls.key.pem" },
    "selfSigned": { "id": "padlock-self-signed", "certificate": "$STATE/self.cert.pem", "key": "$STATE/self.key.pem" } } }
JSON
