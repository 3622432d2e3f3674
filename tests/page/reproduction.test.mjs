// What REPRODUCTION.md shows is what the runs under results/ came to.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { filled } from "../../scripts/reproduction.mjs";

test("the tables of REPRODUCTION.md are those of results/", () => {
  const text = readFileSync(new URL("../../REPRODUCTION.md", import.meta.url), "utf8");
  for (const name of ["hours", "table2", "table3", "fig5", "parallel", "straight-through"]) assert.ok(text.includes(`<!-- ${name} -->`), name);
  assert.ok(filled(text) === text, "run scripts/reproduction.mjs");
});
