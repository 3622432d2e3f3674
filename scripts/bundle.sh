#!/usr/bin/env bash
# Trunk's hook: bundles the page's TypeScript with the core's bindings that Trunk has just generated.
set -euo pipefail
source "$(dirname "$0")/env.sh"
cd "$repo"
stage="${TRUNK_STAGING_DIR:?is run by Trunk}"

mkdir -p www/generated
mv "$stage/engram.js" "$stage/engram.d.ts" www/generated/
rm -f "$stage/engram_bg.wasm.d.ts"
sed -i.bak "/rel=\"rust\"/d" "$stage/index.html" && rm "$stage/index.html.bak" # Trunk leaves its own link behind

tsc || { echo 'error: the page has type errors (see above)' >&2; exit 1; }
esbuild www/styles.css www/talk/talk.css --bundle --minify --log-override:css-syntax-error=error --log-level=warning --outdir="$stage"
bundle() { esbuild "$@" --bundle --target=es2022 --minify --legal-comments=linked --log-level=warning --outdir="$stage"; }
bundle www/main.ts www/bench.ts www/talk/talk.ts --format=esm
# Plain scripts: browsers refuse a Worker that is a module in a frame that a page keeps apart, and a page of any origin loads
# the element by a script element.
bundle www/worker.ts www/bench-worker.ts www/engram-lab.ts --format=iife --define:import.meta.url=location.href
cp www/talk/index.html "$stage/talk/"
node scripts/docs.mjs "$stage/docs"
