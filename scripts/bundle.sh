#!/usr/bin/env bash
# Trunk's hook: builds the page's small part of the core, and bundles the TypeScript with both parts' bindings.
set -euo pipefail
source "$(dirname "$0")/env.sh"
cd "$repo"
stage="${TRUNK_STAGING_DIR:?is run by Trunk}"

mkdir -p www/generated
mv "$stage/engram.js" "$stage/engram.d.ts" www/generated/
rm -f "$stage/engram_bg.wasm.d.ts"
sed -i.bak "/rel=\"rust\"/d" "$stage/index.html" && rm "$stage/index.html.bak" # Trunk leaves its own link behind

# Trunk builds one module a page: the other, without the engine, is built here.
cargo build --quiet --lib --target wasm32-unknown-unknown --profile page --no-default-features
wasm-bindgen --target web --out-dir www/generated --out-name page "${CARGO_TARGET_DIR:-target}/wasm32-unknown-unknown/page/engram.wasm"
wasm-opt -Oz --converge www/generated/page_bg.wasm -o "$stage/page_bg.wasm"
rm www/generated/page_bg.*

{ tsc && tsc -p tsconfig.service-worker.json; } || { echo 'error: the page has type errors (see above)' >&2; exit 1; }
esbuild www/styles.css www/talk/talk.css --bundle --minify --log-override:css-syntax-error=error --log-level=warning --outdir="$stage"
bundle() { esbuild "$@" --bundle --target=es2022 --minify --legal-comments=linked --log-level=warning --outdir="$stage"; }
bundle www/main.ts www/bench.ts www/talk/talk.ts --format=esm --splitting --chunk-names='chunk-[hash]'
# Plain scripts: browsers refuse a Worker that is a module in a frame that a page keeps apart, and a page of any origin loads
# the element by a script element; the last one says so where modules are refused.
bundle www/worker.ts www/connect/worker.ts www/search-worker.ts www/bench-worker.ts www/engram-lab.ts www/opened.ts --format=iife --define:import.meta.url=location.href
cp www/talk/index.html "$stage/talk/"
node scripts/docs.mjs "$stage/docs"
