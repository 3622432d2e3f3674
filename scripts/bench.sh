#!/usr/bin/env bash
# Times the kernels and the runs with Criterion.
set -euo pipefail
source "$(dirname "$0")/env.sh"
cd "$repo"
say "running the benchmarks (several minutes; best on a machine that does nothing else)"
cargo bench --features cli || die "the benchmarks did not end well (see above)"
