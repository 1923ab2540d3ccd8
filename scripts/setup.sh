#!/usr/bin/env bash
# Gets the machine ready: compiler target, build tools, programs from npm; with --test also a browser and fonts.
# Safe to call again and again: what is there already is left alone, and then it takes less than a second.
# Every version is pinned here, in rust-toolchain.toml or in package-lock.json.
set -euo pipefail
source "$(dirname "$0")/env.sh"
cd "$saifu_root"

for_tests=no
[ "${1:-}" != --test ] || for_tests=yes

say() { printf 'set-up: %s\n' "$*"; }
have() { command -v "$1" >/dev/null 2>&1; }

# --- What a script can't bring by itself -----------------------------------------------------------------------------

have rustup || die "rustup is missing; it brings the pinned Rust compiler." \
  "Install it from https://rustup.rs (or your package manager's 'rustup'), open a new shell, and run this again."
have cc || die "There is no C compiler; building the tools needs a linker." \
  "On Debian or Ubuntu: sudo apt-get install build-essential. Then run this again."
# What npm itself and the install scripts of its packages need; everything after that needs more, see below.
node_wanted="18 or later (22.13 or later on anything but Linux x64)"
have node && have npm || die "Node and npm are missing; they bring wrangler, esbuild and wasm-opt." \
  "Install Node $node_wanted from https://nodejs.org (on x64 that of Debian 12 will do: apt-get install nodejs npm), then run this again."
node_major=$(node -p 'process.versions.node.split(".")[0]')
[ "$node_major" -ge 18 ] || die "Node $(node -v) is too old to install what npm brings." \
  "Install Node $node_wanted from https://nodejs.org, then run this again."

# --- Rust ------------------------------------------------------------------------------------------------------------

# Some machines switch rustup's automatic installation off, so ask for the toolchain by name.
channel=$(sed -n 's/^channel *= *"\(.*\)"/\1/p' rust-toolchain.toml)
sysroot=$(rustc "+$channel" --print sysroot 2>/dev/null || true)
if [ -z "$sysroot" ] || ! [ -d "$sysroot/lib/rustlib/wasm32-unknown-unknown" ] ||
  ! [ -x "$sysroot/bin/cargo-clippy" ] || ! [ -x "$sysroot/bin/rustfmt" ]; then
  say "installing Rust $channel with clippy, rustfmt and the wasm32 target (a download of about 300 MB at most)"
  rustup toolchain install "$channel" --profile minimal --component clippy --component rustfmt \
    --target wasm32-unknown-unknown ||
    die "rustup could not install Rust $channel." "Check the network connection, then run this again."
fi

# What Cargo.lock names, once and for all: the builds themselves never ask the network.
cargo fetch --quiet --locked ||
  die "cargo could not fetch what Cargo.lock names." \
    "If you changed a Cargo.toml, run 'cargo update --workspace' and commit Cargo.lock; otherwise check the network."

# --- Programs from npm -----------------------------------------------------------------------------------------------

lock_now=$(cat package.json package-lock.json | cksum)
if [ "$(cat node_modules/.saifu-lock 2>/dev/null)" != "$lock_now" ]; then
  say "installing wrangler, workerd, esbuild, wasm-opt and a fitting Node from npm (about half a minute)"
  # The warnings about the Node that runs npm are without meaning here: wrangler runs on the one npm brings.
  npm ci --loglevel=error ||
    die "npm could not install what package-lock.json names." "Check the network connection, then run this again."
  printf '%s' "$lock_now" >node_modules/.saifu-lock
fi
hash -r
# Wrangler needs 22.0, and the tests read ledgers with node:sqlite, which came to stay in 22.13.
node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a === 22 && b >= 13) ? 0 : 1)' ||
  die "Wrangler and the tests need Node 22.13 or later, this is $(node -v), and npm brings one on Linux x64 only." \
    "Install Node 24 from https://nodejs.org, then run this again."

# --- Build tools -----------------------------------------------------------------------------------------------------

# Their speed hardly matters and their compile time does: no optimisation.
install_tool() { # name, version, program, why, further options
  local name=$1 version=$2 program=$3 why=$4
  shift 4
  local place="$saifu_tools/$name-$version"
  [ ! -x "$place/bin/$program" ] || return 0
  say "compiling $name $version, $why; once per machine, one to five minutes"
  CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=64 \
    CARGO_TARGET_DIR="$saifu_tools/compiling" \
    nice -n 5 cargo "+$channel" install --quiet --locked --root "$place" --version "=$version" "$@" "$name" ||
    die "$name $version could not be compiled." "Look at the lines above; most often it is the network. Then run this again."
  rm -rf "$saifu_tools/compiling"
}
install_tool wasm-bindgen-cli "$wasm_bindgen_version" wasm-bindgen "which joins wasm and JavaScript"
install_tool trunk "$trunk_version" trunk "which builds the wallet" --no-default-features
install_tool worker-build "$worker_build_version" worker-build "which builds the safe"
# --- For the tests ---------------------------------------------------------------------------------------------------

[ "$for_tests" = yes ] || exit 0

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}
packages=()
browser=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
[ -n "$browser" ] || packages+=(chromium)
# Without it, Japanese text on screenshots is boxes.
if have fc-list; then
  fc-list :lang=ja family | grep -q . || packages+=(fonts-noto-cjk)
else
  packages+=(fontconfig fonts-noto-cjk)
fi
if [ "${#packages[@]}" -gt 0 ]; then
  have apt-get || die "The browser tests need ${packages[*]}, and this system has no apt-get to install it." \
    "Install Chromium (or name one in the variable CHROMIUM) and a Japanese font, then run this again."
  [ "$(id -u)" = 0 ] || have sudo || die "The browser tests need ${packages[*]}, and installing needs root or sudo." \
    "As root: apt-get install ${packages[*]}. Then run this again."
  say "installing ${packages[*]} for the browser tests (about a minute)"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null ||
    { as_root apt-get update -qq && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null; } ||
    die "apt-get could not install ${packages[*]}." "Look at the lines above, install them by hand, then run this again."
fi
