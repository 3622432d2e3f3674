// The models that the page offers: what each sets, and what a field takes along when it changes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { modelChanges, modelOf, MODELS, perLayer, suits } = await load("models.ts");
const { changesFor, GROUPS } = await load("fields.ts");

const NETWORK = { kind: "mrnn", hidden: [512], dt: 0.2, gamma: 1, beta: 1, free_steps: 100, clamped_steps: 10, tolerance: 5e-7 };
const BASE = { network: NETWORK, rule: { kind: "predictive", rates: [0.03, 0.001], momentum: 0, dropout: 0, straight_through: false }, engine: "auto", sleep: { thresholds: [], window: 11 }, strategy: { kind: "src" } };
const model = (name) => MODELS.find((model) => model.name === name);

/** A Spec with these fields changed, as the core does it. */
function changed(spec, changes) {
  const copy = structuredClone(spec);
  for (const [path, text] of changes) {
    const steps = path.split(".");
    const last = steps.pop();
    const at = steps.reduce((at, step) => at[step], copy);
    at[last] = /^(?!true$|false$|null$)[a-z_]+$/.test(text) ? text : JSON.parse(text);
  }
  return copy;
}

const as = (spec, name) => changed(spec, modelChanges(spec, model(name), BASE));

test("every model is what it says, whatever was before, and the way back ends where it began", () => {
  for (const from of MODELS) {
    for (const to of MODELS) {
      const there = as(as(BASE, from.name), to.name);
      assert.equal(modelOf(there), to, `${from.name} to ${to.name}`);
      assert.equal(there.rule.rates.length, 2);
      if (to.network !== "feed_forward") assert.deepEqual([there.rule.momentum, there.rule.dropout], [0, 0]);
      assert.equal(there.network.free_steps, { rnn: 5, ctrnn: 28 }[to.network] ?? 100);
      assert.deepEqual([there.network.dt, there.sleep.window], to.network === "ctrnn" ? [0.3, null] : [0.2, 11]);
      assert.deepEqual(as(there, "mrnn-ep"), BASE, `${from.name}, ${to.name} and back`);
    }
  }
});

test("models learn with the paper's constants", () => {
  const { network, rule } = as(BASE, "rnn-bptt");
  assert.deepEqual([network.kind, network.free_steps, rule.kind, rule.rates], ["rnn", 5, "bptt", [0.01, 0.01]]);
  assert.deepEqual(as(BASE, "ff-bp").rule, { kind: "backprop", rates: [0.1, 0.1], momentum: 0.5, dropout: 0.25, straight_through: false });
  assert.deepEqual(as(BASE, "ff-owm").rule, { kind: "owm", rates: [0.2, 0.2], momentum: 0.9, dropout: 0, straight_through: false });
});

test("a model keeps the layers and the steps of a person, and leaves a GPU that does not compute it", () => {
  const own = { ...BASE, engine: "gpu", network: { ...NETWORK, hidden: [60, 40], free_steps: 25 }, rule: { ...BASE.rule, rates: [0.5, 0.5, 0.1] } };
  const contrastive = as(own, "mrnn-ep-contrastive");
  assert.deepEqual([contrastive.rule.rates, contrastive.network.free_steps, contrastive.engine], [[0.5, 0.5, 0.1], 25, "gpu"]);
  const ff = as(own, "ff-bp");
  assert.deepEqual([ff.network.hidden, ff.rule.rates, ff.engine], [[60, 40], [0.1, 0.1, 0.1], "auto"]);
  assert.deepEqual(as(ff, "mrnn-ep").rule.rates, [0.03, 0.03, 0.001]);
  const short = { ...BASE, network: { ...NETWORK, free_steps: 5 } };
  assert.equal(as(short, "mrnn-bptt").network.free_steps, 100, "as many steps as are gone back through, at least");
});

test("who reads row by row has one hidden layer, and no window in its sleep", () => {
  const own = { ...BASE, network: { ...NETWORK, hidden: [60, 40] }, rule: { ...BASE.rule, kind: "bptt", rates: [0.5, 0.4, 0.1], straight_through: true }, sleep: { thresholds: [3, 2, 1], window: 11 } };
  const eprop = as(own, "ctrnn-eprop");
  assert.deepEqual([eprop.network.hidden, eprop.rule.rates, eprop.sleep], [[60], [0.1, 0.1], { thresholds: [3, 1], window: null }]);
  const field = GROUPS.flatMap(({ fields }) => fields).find((field) => field.path === "network.kind");
  const bptt = changed(own, changesFor(own, field, "ctrnn"));
  assert.deepEqual([bptt.network.hidden, bptt.network.free_steps, bptt.rule, bptt.sleep], [[60], 28, { ...own.rule, rates: [0.5, 0.1], straight_through: false, momentum: 0, dropout: 0 }, { thresholds: [3, 1], window: null }]);
});

test("numbers for another number of layers keep the output's", () => {
  assert.deepEqual([perLayer([1, 2], 3), perLayer([1, 2, 3], 2), perLayer([1, 2, 3], 4)], [[1, 1, 2], [1, 3], [1, 2, 2, 3]]);
});

test("a field that changes takes along what cannot stay", () => {
  const field = (path) => GROUPS.flatMap(({ fields }) => fields).find((field) => field.path === path);
  const set = (spec, path, text) => changed(spec, changesFor(spec, field(path), text));
  const ff = as(BASE, "ff-bp");
  const rnn = set(ff, "network.kind", "rnn");
  assert.deepEqual(rnn.rule, { kind: "bptt", rates: [0.1, 0.1], momentum: 0, dropout: 0, straight_through: false });
  assert.equal(set(ff, "network.kind", "mrnn").rule.kind, "predictive");
  const settled = set(as(BASE, "rnn-bptt"), "network.kind", "mrnn");
  const long = { ...BASE, network: { ...NETWORK, free_steps: 125 } };
  assert.equal(set(long, "network.kind", "rnn").network.free_steps, 5, "an RNN's steps are no free phase, and at most 100");
  assert.deepEqual([settled.rule.kind, settled.network.free_steps], ["bptt", 10], "as many steps as are gone back through");
  const straight = set(as(BASE, "mrnn-bptt"), "rule.straight_through", "true");
  assert.equal(as(straight, "rnn-bptt").rule.straight_through, true, "both go back through time");
  for (const there of [as(straight, "ff-bp"), set(straight, "rule.kind", "predictive"), set(straight, "network.kind", "feed_forward")]) assert.equal(there.rule.straight_through, false);
  assert.equal(set({ ...BASE, engine: "gpu" }, "rule.kind", "bptt").engine, "auto");
  const layered = set({ ...BASE, sleep: { thresholds: [3, 1] } }, "network.hidden", "60, 40");
  assert.deepEqual([layered.rule.rates, layered.sleep.thresholds], [[0.03, 0.03, 0.001], [3, 3, 1]]);
  const thresholds = field("sleep.thresholds").kind;
  assert.deepEqual([thresholds.write([]), thresholds.read("none"), thresholds.read("2, 1"), thresholds.write([2, 1])], ["none", "[]", "[2,1]", "2, 1"]);
  const { allows } = field("rule.kind");
  assert.deepEqual(["predictive", "bptt", "owm"].map((rule) => allows(BASE, rule)), [true, true, false]);
});

test("what suits what is the core's", async () => {
  const { readFileSync } = await import("node:fs");
  const source = readFileSync(new URL("../../src/spec/mod.rs", import.meta.url), "utf8");
  const body = /pub fn suits\(self, kind: NetworkKind\) -> bool \{([\s\S]*?)\n    \}/.exec(source)[1];
  const arms = [...body.matchAll(/((?:RuleKind::\w+(?: \| )?)+) => (.*),/g)];
  const snake = (name) => name.replace(/(?!^)[A-Z]/g, "_$&").toLowerCase();
  const named = (text, kind) => [...text.matchAll(new RegExp(`${kind}::(\\w+)`, "g"))].map(([, name]) => snake(name));
  for (const [, rules, kinds] of arms) {
    assert.match(kinds, /^kind == NetworkKind::\w+$|^matches!\(kind, [\w:| ]+\)$/);
    for (const rule of named(rules, "RuleKind")) {
      for (const one of ["mrnn", "rnn", "feed_forward", "areas", "ctrnn"]) assert.equal(suits(rule, one), named(kinds, "NetworkKind").includes(one), `${rule} and ${one}`);
    }
  }
  assert.equal(arms.length, 5);
});
