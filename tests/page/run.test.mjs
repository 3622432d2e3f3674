// What the page makes of the core's events: throughput, time left, a change of engine; and its words.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { begin, hear, isOpen, phaseFraction, secondsLeft } = await load("run.ts");
const { engineInWords } = await load("engine.ts");
const { duration, figures, percent, points, spread } = await load("words.ts");

const progress = (change) => ({ event: "progress", phase: 0, name: "T1", activity: "train", done: 0, total: 6000, fraction: 0, seconds: 0, ...change });

test("throughput is of one activity in one phase", () => {
  let run = hear(begin({}, "a-preset"), progress({ done: 0, seconds: 1 }));
  assert.equal(run.rate, null);
  run = hear(run, progress({ done: 1000, seconds: 1.5 }));
  assert.equal(run.rate, 2000);
  run = hear(run, progress({ done: 3000, seconds: 2, activity: "train" }));
  assert.ok(run.rate > 2000 && run.rate < 4000, "smoothed");
  assert.equal(hear(run, progress({ activity: "sleep", done: 500, seconds: 3 })).rate, null);
  assert.equal(hear(run, progress({ phase: 1, done: 500, seconds: 3 })).rate, null);
});

test("throughput starts anew where a run goes back", () => {
  const before = [progress({ done: 1000, seconds: 1 }), progress({ done: 2000, seconds: 2 })].reduce(hear, begin({}, ""));
  assert.equal(hear(before, progress({ done: 500, seconds: 3 })).rate, null);
});

test("nothing is done to a mean of networks", () => {
  const running = (kind) => ({ ...begin({ strategy: { kind } }, ""), status: { kind: "running" } });
  assert.deepEqual(["src", "average"].map((kind) => isOpen(running(kind))), [true, false]);
});

const CPU = { kind: "cpu", adapter: null, reason: "the Spec says so", trials: [] };
const GPU = { ...CPU, kind: "gpu", adapter: { name: "a card", api: "BrowserWebGpu", software: false } };
const engine = (change) => ({ event: "engine", engine: CPU, failure: null, went_back: false, phase: 0, done: 0, ...change });
const phase = (phase) => ({ event: "phase", phase, name: `P${phase}` });
const spikes = (phase, step) => ({ event: "spikes", phase, step, per_step: [] });
const started = (spec) => ({ event: "started", spec, phases: ["T1", "S1", "T2", "S2"], tasks: [[0], [1]] });
const told = (...events) => events.reduce(hear, begin({ engine: "gpu" }, ""));
const BEFORE = [started({ engine: "gpu" }), engine({ engine: GPU }), phase(0), spikes(1, 500), spikes(1, 1000), spikes(1, 1500), phase(1)];

test("what is told again after an engine failed is there once", () => {
  const lost = engine({ went_back: true, failure: "the GPU was lost (Why.)", engine: { ...CPU, reason: "the engine before failed" }, phase: 1, done: 1000 });
  const run = told(...BEFORE, phase(2), { event: "diverged", phase: 2 }, { event: "finished" }, lost);
  assert.deepEqual(run.phases.map(({ phase }) => phase), [0]);
  assert.deepEqual(run.spikes.map(({ step }) => step), [500, 1000]);
  assert.deepEqual([run.diverged, run.finished], [null, null]);
  assert.equal(run.fault, "The GPU was lost (Why). The run goes on from its last checkpoint, on the CPU.");
  const again = [spikes(1, 1500), phase(1), phase(2)].reduce(hear, run);
  assert.deepEqual(again.phases.map(({ phase }) => phase), [0, 1, 2]);
  assert.deepEqual(again.spikes.map(({ step }) => step), [500, 1000, 1500]);
});

test("a run that was over when its engine failed keeps its result", () => {
  const over = told(...BEFORE, phase(2), phase(3), { event: "finished" });
  const run = hear(over, engine({ went_back: true, failure: "the GPU was lost (why)", engine: { ...GPU, reason: "the engine before failed" }, phase: 4 }));
  assert.deepEqual([run.phases, run.finished], [over.phases, over.finished]);
  assert.match(run.fault, /on a new device\.$/);
});

test("another engine that is chosen, there or not, takes nothing away", () => {
  const before = told(...BEFORE);
  const chosen = hear(before, engine({ phase: 1, done: 1000 }));
  assert.deepEqual([chosen.phases, chosen.spikes, chosen.fault], [before.phases, before.spikes, null]);
  const missing = hear(before, engine({ engine: { ...CPU, reason: "there is none" }, failure: "there is none", phase: 1, done: 1000 }));
  assert.deepEqual([missing.phases, missing.spikes], [before.phases, before.spikes]);
  assert.equal(missing.fault, "A GPU was asked for, but there is none. The run is computed on the CPU.");
  assert.equal(hear(missing, engine({ engine: GPU })).fault, missing.fault, "it stays to be read");
});

test("a run that begins without the GPU that it asks for says so, and one that may choose does not", () => {
  const none = engine({ engine: { ...CPU, reason: "there is none" } });
  const missing = engine({ ...none, failure: "there is none" });
  assert.match(told(started({ engine: "gpu" }), missing).fault, /^A GPU was asked for, but there is none\./);
  assert.equal(told(started({ engine: "auto" }), none).fault, null);
});

test("what a person did keeps the engine that was chosen since", () => {
  const run = hear({ ...told(...BEFORE), spec: { engine: "cpu" } }, { event: "acted", spec: { engine: "gpu", seed: 3 }, phases: [] });
  assert.deepEqual(run.spec, { engine: "cpu", seed: 3 });
});

test("an engine is told with its reason and what was expected of each", () => {
  const plain = (engine) => engineInWords(engine).replaceAll("\u202f", " ");
  assert.equal(plain(CPU), "On the CPU, as chosen.");
  const trials = [{ kind: "cpu", seconds: 62 }, { kind: "gpu", seconds: 8 }];
  const faster = { ...GPU, reason: "measured 7.8 times faster", trials };
  assert.equal(plain(faster), "On a card, through WebGPU: measured 7.8 times faster. Expected of the whole run: 1 min 2 s on the CPU, 8.0 s on the GPU.");
  const software = { ...GPU, adapter: { ...GPU.adapter, software: true } };
  assert.equal(plain(software), "On a card, through WebGPU (a program that acts as a GPU, slow), as chosen.");
});

test("time left follows from the part that is done", () => {
  const at = (fraction, seconds) => secondsLeft(hear(begin({}, ""), progress({ fraction, seconds })));
  assert.equal(at(0.001, 1), null);
  assert.equal(at(0.25, 2), 6);
  assert.equal(at(1, 2), 0);
});

test("within a phase measuring comes last", () => {
  assert.equal(phaseFraction(progress({ done: 1500 })), 0.25);
  assert.equal(phaseFraction(progress({ activity: "evaluate", done: 0 })), 1);
});

test("numbers carry their unit and a sensible number of figures", () => {
  const plain = (text) => text.replaceAll("\u202f", " ");
  assert.equal(plain(percent(0.6239)), "62.4 %");
  assert.equal(plain(spread(0.634, 0.024)), "63.4 ± 2.4 %");
  assert.equal(points(0.31), "31.0 points");
  assert.deepEqual([0, 0.0021, 0.314, 8, 98.76, 123, 9843.2].map(figures), ["0", "0.0021", "0.31", "8.0", "99", "120", "9,840"]);
  assert.deepEqual([0.04, 9.96, 59.4, 61, 3600].map(duration).map(plain), ["0.0 s", "10.0 s", "59 s", "1 min 1 s", "60 min 0 s"]);
});
