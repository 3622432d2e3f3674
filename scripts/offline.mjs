// Builds the site's service worker, with the list of the site's files in it: `node scripts/offline.mjs [DIST]`.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const NAME = "service-worker.js";
const repo = fileURLToPath(new URL("..", import.meta.url));
const dist = process.argv[2] ?? join(repo, "dist");

const files = readdirSync(dist, { recursive: true })
  .filter((path) => statSync(join(dist, path)).isFile())
  .map((path) => [path.split(sep).join("/"), readFileSync(join(dist, path))])
  .filter(([path]) => path !== NAME && !path.endsWith(".LEGAL.txt"))
  .map(([path, bytes]) => [path, createHash("sha256").update(bytes).digest("hex"), bytes.length])
  .sort(([a], [b]) => (a < b ? -1 : 1));

await build({
  entryPoints: [join(repo, "www/service-worker.ts")],
  outfile: join(dist, NAME),
  define: { FILES: JSON.stringify(files) },
  bundle: true,
  format: "iife", // not every browser takes a module here
  target: "es2022",
  minify: true,
  logLevel: "warning",
});
