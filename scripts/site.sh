#!/usr/bin/env bash
# Builds the page and its data into dist/.
set -euo pipefail
scripts="$(dirname "$0")"
"$scripts/tools.sh" build
"$scripts/data.sh"
source "$scripts/env.sh"
cd "$repo"

say "building the page (1 to 3 minutes the first time)"
# Trunk takes NO_COLOR for an option of its own, and ends when it is 1.
env -u NO_COLOR RUST_BACKTRACE=0 trunk build --skip-version-check --log warn || die "the page could not be built (see above)"
"$ENGRAM" data site dist || die "the data could not be written into dist/ (see above)"
node "$scripts/offline.mjs" || die "the list of what is kept for offline use could not be written (see above)"
say "dist/ holds the site: $(du -sh dist | cut -f1), data included"
