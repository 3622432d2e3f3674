#!/usr/bin/env bash
# Brings the data sets that the page and the presets use into $ENGRAM_HOME/data. Usage: scripts/data.sh [NAME…]
set -euo pipefail
source "$(dirname "$0")/env.sh"

[ $# -gt 0 ] || set -- mnist fmnist
say "building the command line (about two minutes the first time)"
(cd "$repo" && cargo build --quiet --profile "$ENGRAM_PROFILE" --features cli --bin engram) || die "the command line does not build"
say "bringing $* (up to 60 MB the first time)"
"$ENGRAM" data get "$@"
