#!/usr/bin/env bash
# Debian's Chromium: installs it where it is missing, and prints where it is.
set -euo pipefail
CMD=start; STATE=$(mktemp -d)
. "$(dirname "$0")/../interop/servers/common.sh"
type chromium >/dev/null 2>&1 || install chromium
rmdir "$STATE"
type -P chromium
