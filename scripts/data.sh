#!/usr/bin/env bash
# Brings the data sets that the page and the tests use into $ENGRAM_HOME: MNIST and Fashion-MNIST.
set -euo pipefail
source "$(dirname "$0")/env.sh"
cd "$repo"

say "building the command line (1 to 3 minutes the first time)"
cargo build --quiet --release --features cli --bin engram || die "the command line could not be built (see above)"
say "bringing MNIST and Fashion-MNIST (about a minute the first time; they are kept in $ENGRAM_HOME)"
for name in mnist fmnist; do
  target/release/engram data get "$name" || die "the data set $name could not be had (see above)"
done
