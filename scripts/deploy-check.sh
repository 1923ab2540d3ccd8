#!/usr/bin/env bash
# Checks configuration and bundle of the safe as `wrangler deploy` would, up to the point where it would be sent.
# Only the safe at the top of wrangler.toml: the environments below it are started by `make run`, and deployed by nobody.
set -euo pipefail
source "$(dirname "$0")/env.sh"
cd "$saifu_root/safe-worker"

export CI=1 WRANGLER_SEND_METRICS=false WRANGLER_SEND_ERROR_REPORTS=false WRANGLER_HIDE_BANNER=true \
  CLOUDFLARE_CF_FETCH_ENABLED=false
wrangler deploy --dry-run --env "" --outdir "$saifu_root/target/deploy-check" ||
  die "The safe cannot be deployed as it is." "Mend what wrangler says above, then run this again."

cat <<'END'

The safe can be deployed: its configuration and bundle are in order. Nothing has left this machine.
The deploying command still needs ADDRESS (without it the safe takes no request), OPERATOR and JURISDICTION, each by --var,
and a Cloudflare account: see "Your own safe" in README.md.
END
