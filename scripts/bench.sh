#!/usr/bin/env bash
# Times the kernels with Criterion, and each of them against what the device can do at most.
set -euo pipefail
source "$(dirname "$0")/env.sh"
cd "$repo"
say "running the benchmarks (several minutes; best on a machine that does nothing else)"
cargo bench --features cli || die "the benchmarks did not end well (see above)"
say "each kernel of both engines, against what the device can do"
cargo build --quiet --release --features cli && target/release/engram bench --engine cpu
target/release/engram bench --engine gpu || say "no figures of a GPU"
