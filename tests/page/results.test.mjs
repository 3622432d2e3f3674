// Files of results: read whole, refused in words, and told in tables. The numbers of the examples are made up.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { load } from "./load.mjs";

const { readReproduction } = await load("results/reproduction.ts");
const { accuracy, inErrors, ofPaper, seedsInWords, summary } = await load("results/words.ts");
const { resultsTables } = await load("tables/results.ts");

const text = (name) => readFileSync(new URL(`../shared/results/${name}.json`, import.meta.url), "utf8");
const example = () => JSON.parse(text("table2"));

test("a table and a figure are read as they were written", () => {
  for (const name of ["table2", "fig5"]) assert.deepEqual(readReproduction(text(name)), JSON.parse(text(name)));
});

test("what may lack is nothing, and what is new is left alone", () => {
  const report = example();
  for (const cell of report.cells) if (cell.paper === null) delete cell.paper;
  delete report.claims[1].difference;
  report.later = 1;
  assert.deepEqual(readReproduction(JSON.stringify(report)), example());
});

/** What a file is refused with, after a change. */
function refusal(change) {
  const report = example();
  const other = change(report) ?? report;
  try {
    readReproduction(typeof other === "string" ? other : JSON.stringify(other));
  } catch (error) {
    return error.message;
  }
  return "taken";
}

test("a broken file is refused with what is wrong, and where", () => {
  assert.match(refusal(() => "{"), /^it is not JSON/);
  for (const other of ["[]", "3", "null", "{}", '{"format":1}']) assert.match(refusal(() => other), /^it is no results file/);
  assert.equal(refusal((report) => void (report.format = 2)), "it is of version 2 of the format, and this page reads version 1");
  assert.equal(refusal((report) => void delete report.core_hours), "`core_hours` is missing");
  assert.equal(refusal((report) => void delete report.cells[3].verdict), "`cells[3].verdict` is missing");
  assert.match(refusal((report) => void (report.cells[0].verdict = "splendid")), /^`cells\[0\]\.verdict` is "splendid", and one of verified, .* is expected there$/);
  assert.equal(refusal((report) => void (report.cells[0].ours.mean = "26")), '`cells[0].ours.mean` is "26", and a number is expected there');
  assert.equal(refusal((report) => void (report.cells[0].runs[1].seed = -1)), "`cells[0].runs[1].seed` is -1, and a whole number from 0 up is expected there");
  assert.equal(refusal((report) => void (report.claims[0].difference.interval = [1])), "`claims[0].difference.interval` is [1], and a list of two numbers is expected there");
  assert.equal(refusal((report) => void (report.models = null)), "`models` is null, and a list is expected there");
  assert.equal(refusal((report) => void (report.cells[2].model = "gpt")), '`cells[2].model` is "gpt", which `models` does not list');
  assert.equal(refusal((report) => void (report.seeds = Array(10_001).fill(0))), "`seeds` has 10001 entries; 10000 are read at most");
});

test("any part of a file that lacks or is of another kind is refused in words or left out, never taken wrongly", () => {
  const paths = [];
  const walk = (value, path) => {
    if (value === null || typeof value !== "object") return paths.push(path);
    for (const key of Object.keys(value)) walk(value[key], [...path, key]);
  };
  walk(example(), []);
  for (const path of paths) {
    const broken = refusal((report) => {
      const at = path.slice(0, -1).reduce((at, key) => at[key], report);
      at[path.at(-1)] = { not: "this" };
    });
    assert.notEqual(broken, "taken", path.join("."));
    assert.match(broken, /^(it is|`)/, path.join("."));
  }
});

test("numbers have their unit and their spread", () => {
  assert.equal(accuracy({ mean: 60.4, sd: 3.41, n: 3 }), "60.4\u00a0±\u00a03.4\u202f%");
  assert.equal(accuracy({ mean: 60.4, sd: null, n: 1 }), "60.4\u202f%");
  assert.equal(ofPaper({ mean: 64.74, sd: 4.33 }), "64.74\u00a0±\u00a04.33\u202f%");
  assert.deepEqual([inErrors(0.34), inErrors(-2)], ["+0.3\u00a0SE", "−2.0\u00a0SE"]);
  assert.deepEqual([[], [4], [1, 2, 3], [1, 3]].map(seedsInWords), ["no seeds", "seed 4", "seeds 1 to 3", "seeds 1, 3"]);
  assert.equal(summary(example()), "3 verified, 2 surrogate, 1 diverged, 1 incomplete, 1 not run, 2 no preset yet");
});

test("tables hold every cell, every run and every claim", () => {
  const [cells, runs, claims] = resultsTables(example());
  for (const { columns, rows } of [cells, runs, claims]) {
    for (const row of rows) assert.equal(row.length, columns.length);
    assert.equal(new Set(columns.map(({ key }) => key)).size, columns.length);
  }
  const cell = (row, key) => cells.rows[row][cells.columns.findIndex((column) => column.key === key)];
  assert.equal(cells.rows.length, 10);
  assert.deepEqual(["id", "dataset", "n", "diverged", "orders", "verdict", "tuned"].map((key) => cell(4, key)), ["mnist/mrnn-bptt/src", "MNIST", 2, 1, 3, "diverged", "not tuned"]);
  assert.equal(cell(6, "dataset"), "CIFAR10-ResNet56 (for CIFAR-10)");
  assert.deepEqual(runs.rows.filter(([id]) => id === "mnist/mrnn-bptt/src").at(-1), ["mnist/mrnn-bptt/src", 102, null, 4.5, null, null, "T3: a weight of layer hidden 1 is not finite"]);
  assert.deepEqual(claims.rows[0].slice(1, 7), ["does not hold", "32.9 ± 4.4 points over 3 orders; 7.1 fewer than is claimed", 32.87, 21.9, 43.8, 3]);
  assert.equal(resultsTables(JSON.parse(text("fig5"))).length, 2, "no claims, no table of them");
});
