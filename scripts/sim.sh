#!/usr/bin/env bash
# Many simulated worlds. SEEDS=… says how many, FROM=… with which seed they begin; a failing seed replays by itself.
set -euo pipefail
source "$(dirname "$0")/env.sh"
cd "$saifu_root"

scripts/setup.sh
nice -n 5 cargo run --quiet --locked -p saifu-simulation --bin sim -- "${SEEDS:-20000}" "${FROM:-0}"
