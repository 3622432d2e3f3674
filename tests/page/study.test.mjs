// Studies: names in the order of learning, runs that are lost, histograms of several runs as one, and tables.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { classLabels, taskLabels, troublesOf } = await load("study.ts");
const { pooled } = await load("plots/pooled.ts");
const { dreamsTables, heatMapTable, importanceTable, replayTable } = await load("tables/study.ts");
const { begin } = await load("run.ts");

const spec = { tasks: { classes: [[0, 1], [2, 3]] }, data: { name: "mnist" } };
const set = { classes: ["nought", "one", "two", "three"] };
const ran = (tasks, change = {}) => ({ ...begin(spec, ""), finished: { tasks }, status: { kind: "ended" }, ...change });
const study = (...runs) => ({ spec, seeds: runs.map((_, i) => 7 + i), runs, analysed: runs.flatMap((run, i) => (run?.finished ? [i] : [])) });

test("classes have their names where all runs learnt them in one order, and their places else", () => {
  const same = study(ran([[2, 3], [0, 1]]), ran([[2, 3], [0, 1]]), null);
  assert.deepEqual(classLabels(same, set), ["two", "three", "nought", "one"]);
  assert.deepEqual(taskLabels(same, set), ["two, three", "nought, one"]);
  const apart = study(ran([[2, 3], [0, 1]]), ran([[0, 1], [2, 3]]));
  assert.deepEqual(classLabels(apart, set), ["1a", "1b", "2a", "2b"]);
  assert.deepEqual(taskLabels(apart, set), ["task 1", "task 2"]);
  assert.deepEqual(classLabels(study(ran([[0, 1]])), undefined), ["0", "1"], "without a set they have numbers");
});

test("runs that are lost are told of once for the same reason", () => {
  const diverged = { finished: null, diverged: { name: "T2", message: "a weight is not a number." } };
  const told = troublesOf(study(ran([], diverged), ran([[0, 1]]), ran([], diverged), ran([], { status: { kind: "failed", message: "No answer." } }), null));
  assert.deepEqual(told, ["Seeds 7, 9: diverged in T2: a weight is not a number. Left out of the analyses.", "Seed 10: No answer. Left out of the analyses."]);
});

test("histograms with bins of their own become one that loses no weight", () => {
  const one = { min: 0, max: 4, histogram: [4, 0, 0, 8] };
  assert.deepEqual(pooled([one]), one);
  const { min, max, histogram } = pooled([one, { min: 2, max: 10, histogram: [2, 2, 2, 6] }]);
  assert.deepEqual([min, max], [0, 10]);
  // Bins of 2.5: of the first [4, 8] / 2, of the second what lies evenly in its bins of 2.
  const expected = [2 + 0.25, 4 + 0.75 + 0.5, 0.5 + 0.75, 0.25 + 3];
  histogram.forEach((n, i) => assert.ok(Math.abs(n - expected[i]) < 1e-9, `${histogram} is not ${expected}`));
  assert.ok(Math.abs(histogram.reduce((sum, n) => sum + n, 0) - 12) < 1e-9, "the mean of 12 and 12 weights");
  const level = { min: 1, max: 1, histogram: [5, 0, 0, 0] };
  assert.deepEqual(pooled([level, level]).histogram.reduce((sum, n) => sum + n, 0), 5, "weights that changed alike");
});

const spread = (mean, sd = undefined, n = 1) => ({ mean, sd, n });

test("tables hold a mean, a spread and n for each cell, and nothing where nothing is known", () => {
  const map = heatMapTable({ phases: ["T1", "S1", "T2"], accuracy: [[spread(0.5, 0.1, 2), spread(0)]] }, ["0 / 1", "2 / 3"]);
  assert.deepEqual(map.rows, [["T1", "0 / 1", 0.5, 0.1, 2], ["T1", "2 / 3", 0, null, 1]]);
  const silent = replayTable([{ phase: 1, step: 500, classes: [], silent: spread(1) }], ["a"], ["T1", "S1"]);
  assert.deepEqual(silent.rows, [["S1", 500, "a", null, null, 0], ["S1", 500, "silent, of all steps", 1, null, 1]]);
  const kept = importanceTable([{ class: "0", accuracy: { T1: spread(1) }, "T1-T2": spread(-0.5) }]);
  assert.deepEqual(kept.rows.map(([, measure, mean]) => [measure, mean]), [["accuracy after T1", 1], ["accuracy after T2", null], ["accuracy after S2", null], ["cosine T1–T2", -0.5], ["cosine T1–S2", null], ["cosine T2–S2", null]]);
});

test("dreams are pixels of images, and features of what is none", () => {
  const dreams = [{ class: 1, steps: spread(3), pattern: [0.1, 0.2, 0.3] }];
  const name = (c) => set.classes[c];
  assert.deepEqual(dreamsTables(dreams, name, 2)[1].rows, [["one", 1, 1, 0.1], ["one", 1, 2, 0.2], ["one", 2, 1, 0.3]]);
  assert.deepEqual(dreamsTables(dreams, name, null)[1].rows, [["one", 1, 0.1], ["one", 2, 0.2], ["one", 3, 0.3]]);
});
