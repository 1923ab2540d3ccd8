# Sourced by the other scripts: where the pinned tools are, and in which versions.
# Nothing here installs anything; scripts/setup.sh does.

saifu_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# wasm-bindgen must equal the crate in Cargo.lock, Trunk's also stands in Trunk.toml.
wasm_bindgen_version=0.2.129
trunk_version=0.21.14
worker_build_version=0.8.7

saifu_tools=${XDG_CACHE_HOME:-$HOME/.cache}/saifu/tools

# The programs of node_modules come first: among them a Node that wrangler accepts.
PATH="$saifu_root/node_modules/.bin:$saifu_tools/wasm-bindgen-cli-$wasm_bindgen_version/bin:$saifu_tools/trunk-$trunk_version/bin:$saifu_tools/worker-build-$worker_build_version/bin:$HOME/.cargo/bin:$PATH"
export PATH

# worker-build would download these three if it did not find them here.
export WASM_BINDGEN_BIN="$saifu_tools/wasm-bindgen-cli-$wasm_bindgen_version/bin/wasm-bindgen"
export WASM_OPT_BIN="$saifu_root/node_modules/.bin/wasm-opt"
export ESBUILD_BIN="$saifu_root/node_modules/.bin/esbuild"

# What went wrong, and what to do about it.
die() {
  printf '\nsaifu: %s\n       %s\n\n' "$1" "$2" >&2
  exit 1
}
