#!/usr/bin/env bash
# Runs one command with the pinned tools on its PATH: scripts/in-env.sh node scripts/size.mjs
set -euo pipefail
source "$(dirname "$0")/env.sh"
cd "$saifu_root"
exec "$@"
