#!/usr/bin/env bash
# Builds the safe for production into safe-worker/build/.
set -euo pipefail
source "$(dirname "$0")/env.sh"
cd "$saifu_root/safe-worker"

# Asked for backtraces, worker-build would bury the compiler's message under one of its own.
RUST_BACKTRACE=0 nice -n 5 worker-build --release -- --locked "$@"
