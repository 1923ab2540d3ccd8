#!/usr/bin/env bash
# Builds the safe for production into safe-worker/build/.
set -euo pipefail
source "$(dirname "$0")/env.sh"
cd "$saifu_root/safe-worker"

nice -n 5 worker-build --release -- --locked "$@"
