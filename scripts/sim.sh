#!/usr/bin/env bash
# The simulation with optimisation and for longer. SEED=… replays one run, RUNS=… says how many.
set -euo pipefail
source "$(dirname "$0")/env.sh"
cd "$saifu_root"

scripts/setup.sh
nice -n 5 cargo test --locked --profile simulation -p saifu-simulation -- --nocapture "$@"
