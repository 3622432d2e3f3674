// The page asks the small part of the core: the whole one is not started there, and a call to it would fail.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { join } from "node:path";

const WWW = fileURLToPath(new URL("../../www", import.meta.url));

test("only Workers take more than types from the whole core", () => {
  const sources = readdirSync(WWW, { recursive: true }).filter((path) => /\.ts$/.test(path) && !path.startsWith("generated"));
  const takers = sources.filter((path) => /^import (?!type )[^;]*generated\/engram\.js"/m.test(readFileSync(join(WWW, path), "utf8")));
  assert.deepEqual(takers.sort(), ["bench-worker.ts", "connect/worker.ts", "search-worker.ts", "worker.ts"]);
});
