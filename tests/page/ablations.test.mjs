// Which presets stand beside each other where parts of sleep are taken away.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { ablationsOf } = await load("ablations.ts");

const reported = { accuracy: 0.6, sd: 0.02, n: 6, seeds: "100..106", command: "engram run x", commit: "abc", paper: null };
const preset = (name, { kind = "src", data = "mnist", ablates = null, title = name, ran = true } = {}) => ({
  name,
  title,
  ablates,
  spec: { data: { name: data, subset: null }, network: { hidden: [9] }, rule: {}, training: {}, strategy: { kind } },
  reported: ran ? reported : null,
});

const PRESETS = [
  preset("other-sequential", { kind: "sequential", data: "fmnist" }),
  preset("sequential", { kind: "sequential" }),
  preset("src"),
  preset("src-no-feedback", { ablates: "src", title: "MNIST: sleep without feedback" }),
  preset("src-pruning", { ablates: "src", title: "MNIST: sleep that prunes alone", ran: false }),
  preset("src-free25"),
];

test("a preset, its ablations that were run, and the one without sleep that learns alike", () => {
  const names = (name) => ablationsOf(name, PRESETS).map(({ label, kind, preset }) => [label, kind, preset.name]);
  const expected = [["whole", "whole", "src"], ["without feedback", "part", "src-no-feedback"], ["no sleep", "none", "sequential"]];
  assert.deepEqual(names("src"), expected);
  assert.deepEqual(names("src-no-feedback"), expected, "whichever of them is chosen");
});

test("nothing where no part was ever taken away", () => {
  assert.deepEqual(ablationsOf("src-free25", PRESETS), []);
  assert.deepEqual(ablationsOf("sequential", PRESETS), []);
  assert.deepEqual(ablationsOf("unknown", PRESETS), []);
});
