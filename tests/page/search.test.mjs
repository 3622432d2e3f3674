// The search for constants: what the form asks for and refuses, what is made of its evaluations, and its tables.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { load } from "./load.mjs";

const { constant, fitnessOf, givenUp, givenUpInWords, isIdle, isSearching, limits, NOT_SEARCHED, number, ranked, secondsOf, spikesOf, tuningOf, wrongBounds } = await load("search.ts");
const { along } = await load("plots/tried.ts");
const { searchTables } = await load("tables/search.ts");
const growing = JSON.parse(readFileSync(new URL("../../presets/tuning/sleep-growing.json", import.meta.url), "utf8"));
const soft = JSON.parse(readFileSync(new URL("../../presets/tuning/sleep-soft.json", import.meta.url), "utf8"));

const { chosen } = NOT_SEARCHED;
const near = (found, expected) => assert.ok(Math.abs(found - expected) < 1e-9, `${found} is not ${expected}`);

test("the form begins with the command line's own space", () => {
  const tuning = tuningOf({ ...chosen, shuffled: false });
  assert.deepEqual(tuning.fields, soft.fields);
  assert.deepEqual(tuning, { ...soft, rungs: soft.rungs.map((rung) => ({ set: {}, pass: 0.5, ...rung })) });
});

test("our own additions to sleep, and the learning rate, are searched by who ticks them", () => {
  const own = chosen.wanted.filter(({ on }) => !on).map(({ path }) => path);
  assert.deepEqual(own, ["sleep.growth", "sleep.homeostasis", "sleep.target_rate", "rule.rates.0"]);
  const all = tuningOf({ ...chosen, wanted: chosen.wanted.map((one) => ({ ...one, on: true })) });
  assert.deepEqual(all.fields["sleep.growth"], growing.fields["sleep.growth"]);
  assert.deepEqual(constant("rule.rates.0"), { label: "Learning rates α, layer 1", unit: "" });
  assert.equal(constant("sleep.growth").label, "Growth");
});

test("rungs are all on one order and the better half on others, or all on all", () => {
  const rungs = (change) => tuningOf({ ...chosen, ...change }).rungs;
  assert.deepEqual(rungs({ orders: "2" }), [
    { set: { "tasks.order": "shuffled" }, seeds: [1000], pass: 0.5 },
    { set: { "tasks.order": "shuffled" }, seeds: [1001, 1002], pass: 0.5 },
  ]);
  assert.deepEqual(rungs({ halved: false, shuffled: false }), [{ set: {}, seeds: [1000, 1001, 1002], pass: 0.5 }]);
});

test("a constant that is not ticked is not searched", () => {
  const only = chosen.wanted.map((one) => ({ ...one, on: one.path === "sleep.inc", low: one.path === "sleep.inc" ? " 1E-5 " : "nonsense" }));
  assert.deepEqual(tuningOf({ ...chosen, wanted: only }).fields, { "sleep.inc": { low: 1e-5, high: 0.04, scale: "log" } });
});

test("what is no search is refused in words", () => {
  const refused = (change, words) => assert.throws(() => tuningOf({ ...chosen, ...change }), ({ message }) => message.includes(words));
  const rate = (change) => ({ wanted: chosen.wanted.map((one) => (one.path === "sleep.rate" ? { ...one, ...change } : one)) });
  refused({ wanted: chosen.wanted.map((one) => ({ ...one, on: false })) }, "No constant is ticked");
  refused(rate({ low: "much" }), "Input rate: “much” is no number");
  refused(rate({ low: "2" }), "Input rate: The lower bound comes first");
  refused(rate({ low: "0" }), "begins above 0");
  refused({ population: "1" }, "“1” is no number of points a generation: whole numbers from 2");
  refused({ orders: "25" }, "“25” is no number of task orders: whole numbers from 1 to 24");
  refused({ seed: "-1" }, "seed of the search");
  assert.equal(wrongBounds({ path: "sleep.leak", on: true, low: "0.9", high: "1", scale: "log_rest" }), "A scale of the logarithm of 1 − it ends below 1.");
  for (const text of ["", "1,5", "0x10", "1e", "Infinity", "--1"]) assert.equal(number(text), null, text);
  for (const [text, value] of [[".5", 0.5], ["-2.", -2], ["1e-4", 1e-4]]) assert.equal(number(text), value);
});

test("a budget is evaluations, and minutes where they are asked for", () => {
  assert.deepEqual(limits({ evaluations: "20", minutes: " " }), { evaluations: 20, seconds: Infinity });
  assert.deepEqual(limits({ evaluations: "20", minutes: "1.5" }), { evaluations: 20, seconds: 90 });
  assert.throws(() => limits({ evaluations: "0", minutes: "" }), /“0” is no number of evaluations/);
  assert.throws(() => limits({ evaluations: "9", minutes: "0" }), /“0” is no number of minutes/);
});

const order = (seed, accuracy, given_up = null) => ({ seed, accuracy, given_up, spikes_per_step: given_up === "storm" ? [] : [10 * accuracy, accuracy, 0], seconds: 2 });
const tried = (rung, ...trials) => {
  const lost = trials.some(({ given_up }) => given_up);
  const fitness = lost ? 0 : trials.reduce((sum, { accuracy }) => sum + accuracy, 0) / trials.length;
  return { generation: 0, point: 0, rung, parameters: { "sleep.gain_hidden": 4, "sleep.rate": 0.5 }, fitness, trials };
};
const told = [
  tried(0, order(1000, 0.5)),
  tried(0, order(1000, 0, "storm")),
  tried(1, order(1001, 0.4), order(1002, 0.6)),
  tried(1, order(1001, 0.7), order(1002, 0, "destroyed")),
  tried(1, order(1001, 0.6), order(1002, 0.7)),
];
const bounds = { low: 0.1, high: 10, scale: "log" };
const search = {
  spec: { network: { hidden: [10] } },
  tuning: { fields: { "sleep.gain_hidden": bounds, "sleep.rate": bounds }, method: { kind: "random" }, population: 2, rungs: [{ seeds: [1000] }, { seeds: [1001, 1002] }] },
  told,
  best: 4,
  status: { kind: "ended" },
  underWay: 0,
};

test("the best are of the last rung, and what was given up is counted", () => {
  assert.deepEqual(ranked(search), [4, 2]);
  assert.equal(givenUp(told[1]), "storm");
  assert.equal(givenUp(told[0]), null);
  assert.equal(givenUpInWords(told), "2 given up (1 × more than a quarter of the hidden units spiked in a step, 1 × a sleep lost half of the accuracy, or more)");
  assert.equal(givenUpInWords(told.slice(0, 1)), "none given up");
  near(fitnessOf(told[2]).mean, 0.5);
  near(fitnessOf(told[2]).sd, Math.SQRT2 / 10);
  assert.equal(fitnessOf(told[0]).sd, null);
  assert.equal(secondsOf(told[2]), 4);
  assert.deepEqual(spikesOf(told[1]), [], "none slept to an end");
  near(spikesOf(told[2])[0], 5);
});

test("a search is under way while it loads, runs or pauses", () => {
  const at = (kind) => isSearching({ ...NOT_SEARCHED, latest: { ...search, status: { kind } } });
  assert.deepEqual(["loading", "running", "paused", "stopped", "ended", "failed"].map(at), [true, true, true, false, false, false]);
  assert.equal(isSearching(NOT_SEARCHED), false);
  assert.equal(isSearching(null), false);
});

test("a scale that is logarithmic to 1 keeps the order of values and spreads those near 1", () => {
  const at = (value) => along({ scale: "log_rest" }, value);
  near(at(0.99) - at(0.9), at(0.999) - at(0.99));
  assert.ok(at(0.999) > at(0.99));
  assert.equal(along({ scale: "log" }, 3), 3);
});

test("tables hold every evaluation and every order of it", () => {
  const [evaluations, orders, best] = searchTables(search);
  for (const { columns, rows } of [evaluations, orders, best]) assert.ok(rows.every((row) => row.length === columns.length));
  assert.equal(evaluations.rows.length, 5);
  const cell = (table, row, key) => table.rows[row][table.columns.findIndex((column) => column.key === key)];
  assert.equal(cell(evaluations, 2, "fitness"), 0.5);
  assert.equal(cell(evaluations, 2, "all_orders"), "yes");
  assert.equal(cell(evaluations, 3, "given_up"), "a sleep lost half of the accuracy, or more");
  assert.equal(cell(evaluations, 3, "sd"), null, "what was given up has no spread");
  assert.equal(cell(evaluations, 1, "spikes_hidden"), null);
  assert.equal(orders.rows.length, 8);
  assert.deepEqual(best.rows.map(([path, , value]) => [path, value]), [["sleep.rate", 0.5], ["sleep.gain_hidden", 4]], "in the order of the controls");
});

test("feedback is searched in an MRNN alone", () => {
  const idle = (kind, path) => isIdle({ path }, { network: { kind } });
  assert.deepEqual([idle("mrnn", "sleep.feedback"), idle(undefined, "sleep.feedback"), idle("rnn", "sleep.feedback"), idle("feed_forward", "sleep.leak")], [false, false, true, false]);
});
