#!/usr/bin/env bash
# Builds the wallet for production into dist/.
set -euo pipefail
source "$(dirname "$0")/env.sh"
cd "$saifu_root"

# Trunk reads NO_COLOR as a flag and refuses any other value than true or false.
NO_COLOR=true nice -n 5 trunk build --release "$@"
