#!/usr/bin/env bash
# Everything that is checked, cheapest first. Stops at the first stage that fails.
set -euo pipefail
source "$(dirname "$0")/env.sh"
cd "$saifu_root"

logs=target/test-logs
rm -rf "$logs"
mkdir -p "$logs"

# What cargo's, node's and the simulation's own runners counted, summed over all stages.
count() { # passed|failed
  local node=pass both='([0-9]+) passed, [0-9]+ failed'
  [ "$1" = passed ] || node=fail both='[0-9]+ passed, ([0-9]+) failed'
  cat "$logs"/*.log 2>/dev/null |
    sed -nE -e "s/^test result: .* ([0-9]+) $1;.*/\\1/p" -e "s/^ℹ $node ([0-9]+)$/\\1/p" -e "s/^$both$/\\1/p" |
    awk '{ sum += $1 } END { print sum + 0 }'
}

number=0
stage() { # name, command …
  local name=$1 started=$SECONDS log
  shift
  number=$((number + 1))
  log=$(printf '%s/%02d.log' "$logs" "$number")
  printf '\n── %s\n' "$name"
  if "$@" 2>&1 | tee "$log"; then
    printf '── %s: good (%d s)\n' "$name" $((SECONDS - started))
  else
    printf '── %s: FAILED (%d s)\n\n%d passed, %d failed; stopped at: %s\n' \
      "$name" $((SECONDS - started)) "$(count passed)" "$(count failed)" "$name"
    exit 1
  fi
}

lint_native() {
  nice -n 5 cargo clippy --locked --workspace --all-targets -- -D warnings
}
test_native() {
  nice -n 5 cargo test --locked --workspace
}
# In the release profile, so that macros and build scripts are those of the build that follows.
lint_wasm() {
  nice -n 5 cargo clippy --locked --release --target wasm32-unknown-unknown \
    -p saifu-wallet-web -p saifu-safe-worker -- -D warnings
}
simulate() {
  nice -n 5 cargo run --quiet --locked -p saifu-simulation --bin sim -- "${SEEDS:-2000}" "${FROM:-0}"
}
test_node() {
  # Two files at a time: each starts browsers and safes of its own, and mostly waits for them. The longest begin, so that none of
  # them is left alone at the end.
  local longest=(tests/e2e/{screens,lock,waits}.test.mjs tests/conformance/safe.test.mjs) files
  mapfile -t files < <(find tests -name '*.test.mjs' | grep -vxF -f <(printf '%s\n' "${longest[@]}") | sort)
  node --test --test-reporter=spec --test-concurrency=2 "${longest[@]}" "${files[@]}"
}

stage "set-up" scripts/setup.sh --test
hash -r
stage "format" cargo fmt --all --check
stage "lint" lint_native
stage "native tests" test_native
stage "simulation" simulate
stage "lint for the browser and the Workers" lint_wasm
stage "build of wallet and safe" node scripts/lib/build.mjs wallet safe
stage "sizes" node scripts/size.mjs --check
stage "deployment of the safe, dry" scripts/deploy-check.sh
stage "real safes and real browser" test_node

printf '\nEverything is good (%d min %d s). %d passed, %d failed\n' \
  $((SECONDS / 60)) $((SECONDS % 60)) "$(count passed)" "$(count failed)"
