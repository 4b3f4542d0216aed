#!/usr/bin/env bash
# oauth2-mock-server (npm) on 127.0.0.1: it believes every client and every password, and signs what others refuse to.
#   mock.sh [start|stop]   environment: PORT (24630), STATE (a directory of its own, emptied at the start)
# Installs the package into STATE; start prints one JSON document: issuer, clients.
set -euo pipefail
CMD=${1:-start}; PORT=${PORT:-24630}; STATE=${STATE:-${TMPDIR:-/tmp}/padlock-interop-mock-$PORT}; BASE=http://127.0.0.1:$PORT
. "$(dirname "$0")/common.sh"

type curl >/dev/null 2>&1 || install curl
stop
mkdir -p "$STATE"
cd "$STATE"
echo '{ "private": true, "type": "module" }' > package.json
npm install --no-audit --no-fund --loglevel=error oauth2-mock-server@8.2.3 >&2 # 9 needs Node 22
nohup node node_modules/oauth2-mock-server/dist/oauth2-mock-server.mjs -a 127.0.0.1 -p "$PORT" >server.log 2>&1 </dev/null &
echo $! > "$PIDFILE"
await_url "$BASE/.well-known/openid-configuration"

cat <<JSON
{ "name": "oauth2-mock-server", "version": "$(node -p 'require("./node_modules/oauth2-mock-server/package.json").version')",
  "issuer": "$(curl -sf "$BASE/.well-known/openid-configuration" | node -p 'JSON.parse(require("node:fs").readFileSync(0)).issuer')",
  "user": { "username": "johndoe", "password": "anything-at-all" },
  "clients": { "confidential": { "id": "padlock-conf", "secret": "conf-secret" }, "public": { "id": "padlock-public" } } }
JSON
