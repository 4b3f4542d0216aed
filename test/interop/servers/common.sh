# Sourced by the server scripts: what they share. Expects STATE (an absolute directory the script owns) and CMD.
PIDFILE=$STATE/pid
COMMON=${BASH_SOURCE[0]}

# A zombie waiting for a slow init is gone, whatever kill -0 says.
up() { kill -0 "$1" 2>/dev/null && ! grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null; }
alive() { [ -s "$PIDFILE" ] && up "$(cat "$PIDFILE")"; }
stop() {
  if alive; then
    local pid; pid=$(cat "$PIDFILE"); kill "$pid"
    for _ in $(seq 80); do up "$pid" || break; sleep .1; done
  fi
  rm -rf "$STATE"
}

# Installs Debian packages; the lists of a fresh machine are empty, those of an old one are stale.
install() {
  local turn; exec {turn}<"$COMMON"; flock "$turn" # servers start side by side; the lists have a lock that apt does not wait for
  local apt=(apt-get -o DPkg::Lock::Timeout=300) as_root=()
  [ "$(id -u)" = 0 ] || as_root=(sudo)
  export DEBIAN_FRONTEND=noninteractive
  "${as_root[@]}" "${apt[@]}" install -y --no-install-recommends "$@" >&2 ||
    { "${as_root[@]}" "${apt[@]}" update >&2 && "${as_root[@]}" "${apt[@]}" install -y --no-install-recommends "$@" >&2; }
  exec {turn}<&-
}

# Waits until a URL answers; gives the server's log to whoever asked when it dies or stays silent.
await_url() {
  for _ in $(seq 300); do
    curl -sf -o /dev/null --max-time 5 "$1" && return
    alive || break
    sleep .1
  done
  echo "$(basename "$0"): no answer from $1" >&2; tail -n 30 "$STATE"/*.log >&2; exit 1
}

case $CMD in
  start) trap 'rc=$?; [ $rc = 0 ] || stop; exit $rc' EXIT ;;
  stop) stop; exit 0 ;;
  *) echo "usage: $(basename "$0") [start|stop]   environment: PORT, STATE" >&2; exit 2 ;;
esac
