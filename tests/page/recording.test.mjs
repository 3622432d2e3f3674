// The recorded run: read whole or not at all, and cut at any moment.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { load } from "./load.mjs";

const { readRecording, runAt } = await load("recording.ts");

const file = readFileSync(new URL("../../presets/first-run.json", import.meta.url), "utf8");
const value = JSON.parse(file);
const recording = readRecording(value);

test("the stored recording is whole, and small", () => {
  const run = runAt(recording, "a-preset", recording.seconds, false);
  assert.deepEqual(run.phases.map(({ name }) => name), run.plan.phases);
  assert.deepEqual(run.phases.map(({ accuracy }) => accuracy), run.finished.matrix);
  // What the figure of weights shows of a live run, it shows of the recorded one.
  for (const change of run.phases.flatMap(({ weight_change }) => weight_change)) {
    for (const field of ["mean", "down", "up", "min", "max"]) assert.equal(typeof change[field], "number", field);
  }
  assert.ok(gzipSync(file).length < 20_000, `${gzipSync(file).length} bytes, gzipped`);
});

test("at a moment it is what had come by then", () => {
  assert.equal(runAt(recording, "", 0, true).phases.length, 0);
  const third = value.events.filter(({ event }) => event === "phase")[2];
  const just = runAt(recording, "", third.seconds, true);
  assert.equal(just.phases.length, 3);
  assert.equal(just.finished, null);
  assert.equal(runAt(recording, "", third.seconds - 1e-6, true).phases.length, 2);
  assert.equal(just.spikes.length, value.events.slice(0, value.events.indexOf(third)).filter(({ event }) => event === "spikes").length);
});

test("what is no whole recording is none", () => {
  const { events, ...head } = value;
  for (const broken of [null, 7, [], {}, head, { ...head, events: [] }, { ...head, events: events.slice(0, -1) }, { ...head, events: events.slice(1) }, { events }]) {
    assert.equal(readRecording(broken), null);
  }
});
