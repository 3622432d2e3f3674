// Sums over seeds: means, spreads and paired differences; how many runs go at once; what cannot be compared.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { pairedDifference, summary } = await load("statistics.ts");
const { capacity } = await load("capacity.ts");
const { afterTasks, clash, course, differenceOf, done, hearLean, meanPhases, referenceArm, seedCount, summaryOf, troubles } = await load("compare.ts");
const { begin } = await load("run.ts");

const near = (found, expected, tolerance = 1e-6) => assert.ok(Math.abs(found - expected) <= tolerance, `${found} is not ${expected}`);

test("a mean has its spread with n − 1, and none for a single value", () => {
  const { n, mean, sd } = summary([0.4, 0.5, 0.75]);
  assert.equal(n, 3);
  near(mean, 0.55);
  near(sd, Math.sqrt((0.0225 + 0.0025 + 0.04) / 2));
  assert.deepEqual(summary([0.3]), { n: 1, mean: 0.3, sd: null });
  assert.equal(summary([]), null);
});

test("paired differences are over the seeds that both have, with Student's interval", () => {
  // Differences .1, .2, .3: s.d. .1, and t(97.5 %, 2) is 4.302653 in the tables.
  const { n, mean, interval } = pairedDifference([0.6, 0.7, 0.9, null], [0.5, 0.5, 0.6, 0.4]);
  assert.equal(n, 3);
  near(mean, 0.2);
  near(interval[0], 0.2 - (4.302653 * 0.1) / Math.sqrt(3));
  near(interval[1], 0.2 + (4.302653 * 0.1) / Math.sqrt(3));
  assert.deepEqual({ ...pairedDifference([0.75], [0.5]) }, { n: 1, mean: 0.25, sd: null, interval: null });
  assert.equal(pairedDifference([null, 0.5], [0.5, null]), null);
});

test("the interval's quantiles are those of the tables", () => {
  for (const [n, t] of [[2, 12.706205], [4, 3.182446], [6, 2.570582], [12, 2.200985], [24, 2.068658]]) {
    const values = Array.from({ length: n }, (_, i) => (i % 2 === 0 ? 1 : -1));
    const { sd, interval } = pairedDifference(values, values.map(() => 0));
    near(((interval[1] - interval[0]) / 2 / sd) * Math.sqrt(n), t, 2e-6);
  }
});

const spec = (change = {}) => ({
  data: { name: "mnist", subset: { train_per_class: 1000, test_per_class: 200 } },
  tasks: { classes: [[0, 1], [2, 3]], order: "listed" },
  network: { hidden: [10] },
  evaluation: { split: "test" },
  strategy: { kind: "src" },
  ...change,
});
const arm = (id, change) => ({ id, label: id, spec: spec(change), bound: null });

/** A run of two tasks, each slept on, that has measured `means`; finished with the last of four. */
function ran(means, change = {}) {
  const plan = { tasks: [[0, 1], [2, 3]], phases: ["T1", "S1", "T2", "S2"] };
  const phases = means.map((mean, phase) => ({ event: "phase", phase, mean, accuracy: [mean, mean / 2] }));
  const finished = means.length === 4 ? { accuracy: means[3], forgetting: 0.25, seconds: 2 } : null;
  return { ...begin(spec(), ""), status: { kind: finished ? "ended" : "running" }, plan, phases, finished, ...change };
}
const lost = (means) => ran(means, { finished: null, diverged: { name: "T2", message: "a weight is not a number" }, status: { kind: "ended" } });
const comparison = (...rows) => ({ arms: rows.map((_, i) => arm("ABC"[i])), seeds: rows[0].map((_, i) => 7 + i), runs: rows });

test("accuracy is read after each task's sleep, as far as a run is", () => {
  assert.deepEqual(afterTasks(ran([0.1, 0.2, 0.3, 0.4])), [0.2, 0.4]);
  assert.deepEqual(afterTasks(ran([0.1, 0.2, 0.3])), [0.2]);
});

test("means are over the runs that are that far, and n says how many", () => {
  const runs = [ran([0.1, 0.2, 0.3, 0.4]), ran([0.3, 0.4]), null, lost([0.9, 0.9, 0.9])];
  assert.deepEqual(course(runs).map(({ n }) => n), [2, 1]);
  near(course(runs)[0].mean, 0.3);
  near(course(runs)[1].mean, 0.4);
  const phases = meanPhases(runs);
  assert.deepEqual(phases.map(({ n }) => n), [2, 2, 1, 1]);
  near(phases[0].accuracy[1], 0.1);
});

test("a run that is lost counts in no mean and no pair, and is told once for all its seeds", () => {
  const both = comparison([ran([0, 0, 0, 0.5]), ran([0, 0, 0, 0.7]), ran([0, 0, 0, 0.9])], [lost([0]), ran([0, 0, 0, 0.4]), lost([0])]);
  assert.equal(summaryOf(both, 0, ({ accuracy }) => accuracy).n, 3);
  assert.equal(summaryOf(both, 1, ({ accuracy }) => accuracy).n, 1);
  const { n, mean } = differenceOf(both, 1, 0);
  assert.equal(n, 1);
  near(mean, -0.3);
  assert.deepEqual(troubles(both), ["B, seeds 7, 9: diverged in T2: a weight is not a number. Left out of this arm's means and differences."]);
});

test("a run that went on after its engine failed counts, and is told", () => {
  const one = comparison([ran([0, 0, 0, 0.5], { fault: "The GPU was lost." }), ran([0, 0, 0, 0.7])], [ran([0, 0, 0, 0.4])]);
  assert.equal(summaryOf(one, 0, ({ accuracy }) => accuracy).n, 2);
  assert.deepEqual(troubles(one), ["A, seed 7: The GPU was lost."]);
});

test("what is done counts runs that are over, and parts of others", () => {
  const half = ran([0.1], { progress: { fraction: 0.5, seconds: 1 } });
  const { over, all, fraction } = done([ran([0, 0, 0, 1]), half, null, { ...half, status: { kind: "stopped" } }]);
  assert.deepEqual([over, all, fraction], [1, 4, 0.5]);
});

test("a compared run keeps measures, and not what only a single run's cards show", () => {
  const phase = { event: "phase", phase: 0, mean: 0.5, accuracy: [0.5], hidden_mean: [[1]], weight_change: [{}], energy: [1], movement: [1] };
  const [kept] = hearLean(begin(spec(), ""), phase).phases;
  assert.deepEqual([kept.mean, kept.hidden_mean, kept.energy], [0.5, [], []]);
  assert.equal(hearLean(begin(spec(), ""), { event: "spikes" }).spikes.length, 0);
});

test("differences are taken to what was chosen, else to sleep, else to the first method", () => {
  const arms = [{ ...arm("sequential"), bound: "lower" }, arm("rehearsal"), arm("src")];
  assert.equal(referenceArm({ arms }, "sequential"), 0);
  assert.equal(referenceArm({ arms }, "gone"), 2);
  assert.equal(referenceArm({ arms: arms.slice(0, 2) }, null), 1);
});

test("arms that cannot be compared are refused, and others are not", () => {
  const set = (name) => ({ data: { ...spec().data, name } });
  assert.match(clash([arm("A"), arm("B", set("fmnist"))]), /^B cannot be compared.*another data set/);
  assert.match(clash([arm("A"), arm("B", { tasks: { classes: [[0, 1], [2, 4]], order: "listed" } })]), /other classes/);
  assert.match(clash([arm("A"), arm("B", { evaluation: { split: "held_back" } })]), /other images/);
  assert.equal(clash([arm("A"), arm("B", { network: { hidden: [20] } })]), null);
});

test("numbers of seeds are whole and bounded", () => {
  assert.deepEqual(["1", " 24 ", "0", "25", "2.5", "-1", "three", ""].map(seedCount), [1, 24, null, null, null, null, null, null]);
});

test("runs at once are bounded by cores, one left for the page, and by half of the memory", () => {
  const full = spec({ data: { name: "mnist", subset: null } });
  assert.equal(capacity([spec()], { cores: 1, memory: 8 }).atOnce, 1);
  assert.equal(capacity([spec()], { cores: 8, memory: 8 }).atOnce, 7);
  assert.equal(capacity([spec(), full], { cores: 16, memory: 4 }).atOnce, 5);
  assert.equal(capacity([full], { cores: 16, memory: 0.5 }).atOnce, 1);
  assert.equal(capacity([full], { cores: 16, memory: undefined }).atOnce, 15);
  assert.match(capacity([full], { cores: 16, memory: 4 }).why, /400 MB.*4 GB/);
});
