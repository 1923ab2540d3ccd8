#!/usr/bin/env bash
# libFuzzer over the parsers of foreign bytes. TARGET=… names one of them (all), SECONDS_EACH=… says how long each is tried
# (60). What makes one fail stays in target/fuzz/found, and fails it again: TARGET=… FOUND=<file>.
set -euo pipefail
source "$(dirname "$0")/env.sh"
cd "$saifu_root"

scripts/setup.sh
host=$(rustc -vV | sed -n 's/^host: //p')
corpus=target/fuzz/corpus
mkdir -p target/fuzz/found
cargo run --quiet --locked -p saifu-fuzz -- "$corpus" >target/fuzz/targets
mapfile -t targets <target/fuzz/targets

# The versions of the workspace, and beside them what libFuzzer needs.
cp Cargo.lock tests/fuzz/guided/Cargo.lock
# The pinned compiler can instrument for coverage; only sanitizers would need another, and there is no unsafe code here to
# look for. With --target, so that build scripts stay as they are.
RUSTFLAGS="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
  -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 --cfg fuzzing" \
  cargo build --quiet --manifest-path tests/fuzz/guided/Cargo.toml --target "$host" --target-dir target/fuzz/build

for name in "${targets[@]}"; do
  [ "${TARGET:-$name}" = "$name" ] || continue
  printf '── %s\n' "$name"
  log=target/fuzz/$name.log
  if TARGET=$name "target/fuzz/build/$host/debug/saifu-fuzz-guided" "${FOUND:-$corpus/$name}" -max_total_time="${SECONDS_EACH:-60}" \
    -max_len=8192 -timeout=10 -artifact_prefix="target/fuzz/found/$name-" -print_final_stats=1 >"$log" 2>&1; then
    grep -E '^stat::(number_of_executed|new)_units' "$log" || true
  else
    tail -n 40 "$log"
    exit 1
  fi
done
