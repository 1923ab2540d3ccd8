#!/usr/bin/env bash
# Builds the wallet for production into dist/.
set -euo pipefail
source "$(dirname "$0")/env.sh"
cd "$saifu_root"

# Trunk reads NO_COLOR as a flag and refuses any other value than true or false. Asked for backtraces, it would bury the
# compiler's message under one of its own.
NO_COLOR=true RUST_BACKTRACE=0 nice -n 5 trunk build --release "$@"
