#!/usr/bin/env bash
# Redis (Debian) on 127.0.0.1, with TLS on a second port: every write is on the disk before it is answered, unless APPENDFSYNC says otherwise.
#   redis.sh [start|stop]   environment: PORT (24610), TLS_PORT (PORT + 1), APPENDFSYNC (always), STATE (a directory of its own, emptied at the start)
# Installs what is missing; start prints one JSON document: URLs by user, the certificate, and the file to start it again with.
set -euo pipefail
CMD=${1:-start}; PORT=${PORT:-24610}; TLS_PORT=${TLS_PORT:-$((PORT + 1))}; STATE=${STATE:-${TMPDIR:-/tmp}/padlock-interop-redis-$PORT}
. "$(dirname "$0")/common.sh"

type redis-server redis-cli openssl >/dev/null 2>&1 || install redis-server openssl
stop
mkdir -p "$STATE"
cd "$STATE"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout tls.key -out tls.pem -days 1 -subj '/CN=Padlock test' \
  -addext 'subjectAltName=IP:127.0.0.1,DNS:localhost' 2>/dev/null
# "padlock" may do what the documentation says the store needs, and no more.
cat > redis.conf <<CONF
bind 127.0.0.1
port $PORT
tls-port $TLS_PORT
tls-cert-file $STATE/tls.pem
tls-key-file $STATE/tls.key
tls-auth-clients no
dir $STATE
pidfile $PIDFILE
logfile $STATE/redis.log
daemonize yes
save ""
appendonly yes
appendfsync ${APPENDFSYNC:-always}
user default on >p@ss:w%rd ~* &* +@all
user padlock on >only/what?it#needs ~padlock:1:* -@all +eval +get +set +incr +hget +hkeys +hlen +hset +hdel +pexpire +del +select
CONF
redis-server redis.conf
for _ in $(seq 100); do
  [ "$(REDISCLI_AUTH='p@ss:w%rd' redis-cli -p "$PORT" ping 2>/dev/null)" = PONG ] && break
  sleep .05
done
alive || { echo "redis.sh: it did not start" >&2; tail -n 30 redis.log >&2; exit 1; }

cat <<JSON
{ "name": "Redis", "version": "$(dpkg-query -W -f '${Version}' redis-server)", "config": "$STATE/redis.conf", "pidfile": "$PIDFILE", "ca": "$STATE/tls.pem",
  "url": "redis://:p%40ss%3Aw%25rd@127.0.0.1:$PORT", "limited": "redis://padlock:only%2Fwhat%3Fit%23needs@127.0.0.1:$PORT",
  "tls": "rediss://padlock:only%2Fwhat%3Fit%23needs@127.0.0.1:$TLS_PORT", "open": "redis://127.0.0.1:$PORT", "password": "p@ss:w%rd" }
JSON
