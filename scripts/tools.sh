#!/usr/bin/env bash
# Brings the build tools: uses what is on PATH when its version fits, else installs it into $ENGRAM_HOME.
# Usage: scripts/tools.sh build | test      (test adds wasm-pack, Chromium, its driver and Mesa)
set -euo pipefail
source "$(dirname "$0")/env.sh"

# Tools are run a few times, not for hours: build them quickly rather than fast.
build_tool() { # crate version minutes [cargo flags]
  local crate=$1 version=$2 minutes=$3; shift 3
  if command -v cargo-binstall >/dev/null; then
    say "fetching $crate $version with cargo-binstall"
    cargo binstall --no-confirm --root "$ENGRAM_HOME/tools" "$crate@$version" && return
  fi
  say "building $crate $version (about $minutes minutes of processor time, once for all clones)"
  CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
    CARGO_PROFILE_RELEASE_STRIP=true CARGO_TARGET_DIR="$ENGRAM_HOME/tools/target" \
    cargo install --quiet --root "$ENGRAM_HOME/tools" "$crate@$version" "$@" ||
    die "could not build $crate: is the crates registry reachable? Any $crate $version on PATH will do"
  rm -rf "$ENGRAM_HOME/tools/target"
}

need() { # command version-pattern; succeeds when the command on PATH has a fitting version
  command -v "$1" >/dev/null && "$1" --version 2>/dev/null | grep -Eq "$2"
}

for tool in cargo node npm; do
  command -v $tool >/dev/null || die "$tool is missing: install Rust (https://rustup.rs) and Node.js 20.15 or newer"
done
node -e 'const [major, minor] = process.versions.node.split(".").map(Number); process.exit(major > 20 || (major === 20 && minor >= 15) ? 0 : 1)' ||
  die "Node.js 20.15 or newer is needed, this is $(node --version)"

if ! [ -d "$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown" ]; then
  command -v rustup >/dev/null || die "this Rust has no wasm32-unknown-unknown target and no rustup to add it"
  say "adding the wasm32-unknown-unknown target"
  rustup target add wasm32-unknown-unknown || die "could not add the wasm32-unknown-unknown target"
fi

if ! [ "$repo/node_modules/.package-lock.json" -nt "$repo/package-lock.json" ]; then
  say "installing the page's npm packages"
  (cd "$repo" && npm ci --no-audit --no-fund --loglevel=error) || die "npm ci failed: is the npm registry reachable?"
  touch "$repo/node_modules/.package-lock.json"
fi

need wasm-bindgen "(^| )${WASM_BINDGEN_VERSION//./\\.}( |$)" || build_tool wasm-bindgen-cli "$WASM_BINDGEN_VERSION" 5
need trunk "(^| )0\.21\." || build_tool trunk "$TRUNK_VERSION" 8 --locked --no-default-features

[ "${1:-build}" = test ] || exit 0

need wasm-pack "(^| )0\.1[3-9]\." || build_tool wasm-pack "$WASM_PACK_VERSION" 5 --locked
can_install() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }
packages=()
command -v chromium >/dev/null && command -v chromedriver >/dev/null || packages+=(chromium chromium-driver)
# The GPU engine is tested on Mesa's software adapter, everywhere alike.
[ -e "$LAVAPIPE" ] || packages+=(mesa-vulkan-drivers libvulkan1)
if [ ${#packages[@]} -gt 0 ]; then
  can_install || die "the tests need ${packages[*]} (Debian: apt-get install ${packages[*]})"
  apt-get update -qq || die "apt-get could not update its lists"
fi
# Chromium without windows: the page's tests take it where there is one, since they end sooner with it.
if ! command -v chromium-headless-shell >/dev/null && can_install && apt-cache show chromium-headless-shell >/dev/null 2>&1; then
  packages+=(chromium-headless-shell)
fi
if [ ${#packages[@]} -gt 0 ]; then
  say "installing ${packages[*]} with apt (about a minute)"
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null ||
    die "apt-get could not install ${packages[*]}"
fi
