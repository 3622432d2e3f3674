// What the page makes of the core's events: throughput, time left; and its words.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { begin, hear, phaseFraction, secondsLeft } = await load("run.ts");
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
