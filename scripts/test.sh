#!/usr/bin/env bash
# Checks and tests everything, the quick checks first, and counts the tests at the end.
set -euo pipefail
scripts="$(dirname "$0")"
"$scripts/tools.sh" test
export ENGRAM_PROFILE=dev
source "$scripts/env.sh"
cd "$repo"
logs="$(mktemp -d)"
trap 'rm -rf "$logs"' EXIT
SECONDS=0

step() { # name, how long it takes, command …; keeps what it prints as $logs/NAME
  local name=$1 takes=$2; shift 2
  say "$name (about $takes)"
  "$@" 2>&1 | tee "$logs/${name// /-}" || die "$name did not end well (see above)"
}

step "format" "a second" cargo fmt --check
# Python is no part of what Engram is built with: where it lacks, its script's tests did not pass, and the last line says so.
if command -v python3 >/dev/null; then
  step "feature script tests" "a second" python3 -B -m unittest discover -s scripts/features
else
  say "feature script tests: skipped, since there is no python3"
fi
step "clippy, native" "a minute" cargo clippy --quiet --all-targets --all-features -- -D warnings
step "clippy, wasm32" "a minute" cargo clippy --quiet --lib --tests --target wasm32-unknown-unknown -- -D warnings
step "clippy, the page's part of the core" "half a minute" cargo clippy --quiet --lib --no-default-features --target wasm32-unknown-unknown -- -D warnings
step "site and TypeScript" "two minutes" "$scripts/site.sh"
# Mesa complains where there is no XDG_RUNTIME_DIR.
step "Rust tests" "three minutes" env VK_ICD_FILENAMES="$LAVAPIPE" XDG_RUNTIME_DIR="$logs" \
  cargo test --quiet --features cli
step "WebAssembly tests" "two minutes" env WASM_BINDGEN_TEST_TIMEOUT=280 \
  wasm-pack test --headless --chrome --chromedriver "$(command -v chromedriver)" --mode no-install -- --test 'web*'
step "page tests" "a second" node --test --test-reporter=tap tests/page/*.test.mjs
step "budgets" "half a minute" node scripts/budget.mjs
# Each file has a server and a browser of its own: two at a time keep both of two cores busy.
CHROMIUM="${CHROMIUM:-$(command -v chromium-headless-shell || command -v chromium)}"
export CHROMIUM
step "browser tests" "ten minutes" node --test --test-reporter=tap --test-concurrency=2 --test-timeout=600000 tests/e2e/*.test.mjs

rust() { awk '/^test result: ok/ { n += $4 } END { print n + 0 }' "$1"; }
python_tests() { # of the log, which is not there without Python: skipped ones are no tests that passed
  [ -e "$1" ] || { printf 'none (no python3)'; return; }
  awk '/^Ran / { ran = $2 } match($0, /skipped=[0-9]+/) { skipped = substr($0, RSTART + 8, RLENGTH - 8) }
    END { printf "%d", ran - skipped; if (skipped) printf " (and %d skipped)", skipped }' "$1"
}
node_tests() { awk '/^# pass/ { n += $3 } END { print n + 0 }' "$1"; }
say "all is well after $((SECONDS / 60)) min $((SECONDS % 60)) s: $(rust "$logs/Rust-tests") Rust tests," \
  "$(rust "$logs/WebAssembly-tests") in WebAssembly, $(node_tests "$logs/page-tests") of the page's modules," \
  "$(python_tests "$logs/feature-script-tests") of the script for features, $(node_tests "$logs/browser-tests") on the built site"
