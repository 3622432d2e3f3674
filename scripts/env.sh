# Where Engram keeps what it builds or fetches once for all clones, and the versions it needs.
# Sourced by the other scripts; sets no state beyond these variables and PATH.
ENGRAM_HOME="${ENGRAM_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/engram}"
export ENGRAM_HOME
TRUNK_VERSION=0.21.14
WASM_BINDGEN_VERSION=0.2.130 # the same as in Cargo.lock: the two halves must match
WASM_PACK_VERSION=0.15.1
# Mesa's software adapter, for the tests; nothing where it is not installed yet.
LAVAPIPE="${LAVAPIPE:-$(find /usr/share/vulkan/icd.d -name 'lvp_icd*.json' 2>/dev/null | head -n 1 || true)}"

repo="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
export PATH="$ENGRAM_HOME/tools/bin:$repo/node_modules/.bin:$PATH"

# The command line, as this profile builds it: tests take the one that they share their builds with.
ENGRAM_PROFILE="${ENGRAM_PROFILE:-release}"
ENGRAM="${CARGO_TARGET_DIR:-$repo/target}/${ENGRAM_PROFILE/#dev/debug}/engram"
export ENGRAM_PROFILE ENGRAM

say() { printf '\033[1m==>\033[0m %s\n' "$*"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }
