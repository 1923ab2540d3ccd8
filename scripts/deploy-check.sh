#!/usr/bin/env bash
# Checks configuration and bundle of the safe as `wrangler deploy` would, up to the point where it would be sent.
set -euo pipefail
source "$(dirname "$0")/env.sh"
cd "$saifu_root/safe-worker"

export CI=1 WRANGLER_SEND_METRICS=false WRANGLER_SEND_ERROR_REPORTS=false WRANGLER_HIDE_BANNER=true \
  CLOUDFLARE_CF_FETCH_ENABLED=false
for env in "" a b c; do
  wrangler deploy --dry-run --env "$env" --outdir "$saifu_root/target/deploy-check/${env:-top}"
done
