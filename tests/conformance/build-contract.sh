#!/usr/bin/env bash
# Builds the safe together with its ledger's contract suite, into target/contract-worker/. For the tests only.
set -euo pipefail
source "$(dirname "$0")/../../scripts/env.sh"
cd "$saifu_root/safe-worker"

nice -n 5 worker-build --dev --no-opt --out-dir ../target/contract-worker -- --locked --features contract
