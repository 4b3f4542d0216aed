#!/usr/bin/env bash
# gnome-keyring (Debian) on a D-Bus session of its own: the Secret Service of a Linux desktop, without the desktop.
#   keyring.sh [start|stop]   environment: STATE (a directory of its own, emptied at the start), LOCKED (set: nobody unlocks it)
# Installs what is missing; start prints one JSON document: the address of the bus, and the home it keeps its files in.
set -euo pipefail
CMD=${1:-start}; STATE=${STATE:-${TMPDIR:-/tmp}/padlock-interop-keyring}
. "$(dirname "$0")/common.sh"

type gnome-keyring-daemon dbus-daemon >/dev/null 2>&1 || install gnome-keyring dbus-daemon
stop
mkdir -p "$STATE/home" "$STATE/run"
chmod 700 "$STATE/run"
export HOME=$STATE/home XDG_RUNTIME_DIR=$STATE/run
unset DISPLAY WAYLAND_DISPLAY XDG_CONFIG_HOME XDG_DATA_HOME XDG_CACHE_HOME
export DBUS_SESSION_BUS_ADDRESS=unix:path=$STATE/bus
# The daemon is the bus's child, so that both end together.
nohup dbus-daemon --session --nofork --address="$DBUS_SESSION_BUS_ADDRESS" >"$STATE/bus.log" 2>&1 </dev/null &
echo $! > "$PIDFILE"
for _ in $(seq 100); do [ -S "$STATE/bus" ] && break; sleep .05; done
[ -n "${LOCKED:-}" ] || printf unlocked | gnome-keyring-daemon --unlock --components=secrets >"$STATE/keyring.log" 2>&1
alive || { echo "keyring.sh: it did not start" >&2; tail -n 30 "$STATE"/*.log >&2; exit 1; }

cat <<JSON
{ "name": "gnome-keyring", "version": "$(dpkg-query -W -f '${Version}' gnome-keyring)", "bus": "$DBUS_SESSION_BUS_ADDRESS", "home": "$HOME" }
JSON
