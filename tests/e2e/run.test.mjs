// Runs of the quick preset: to the end, paused and resumed, phase by phase, stopped.

import assert from "node:assert/strict";
import { test } from "node:test";
import { answered, button, matrix, openLab, reach, runToEnd, status, useLab } from "./lab.mjs";

useLab();

const PHASES = ["T1", "S1", "T2", "S2", "T3", "S3", "T4", "S4", "T5", "S5"];
let unpaused;

test("a run goes to its end, with curves, matrix and result", async (t) => {
  const page = await openLab(t);
  unpaused = await runToEnd(page);

  assert.deepEqual(Object.keys(unpaused), PHASES);
  for (const row of Object.values(unpaused)) assert.equal(row.filter((cell) => /^\d+\.\d$/.test(cell)).length, 6);
  assert.ok(Number(unpaused.T1[0]) > 90, `the first task is learnt to ${unpaused.T1[0]} %`);
  assert.ok(Number(unpaused.T5[0]) < Number(unpaused.T1[0]) - 20, "the first task is forgotten");

  const figure = page.locator(".curves svg[role=img]");
  assert.equal(await figure.locator("g.line path").count(), 6, "five tasks and the mean");
  assert.equal(await figure.locator("g.rect rect").count(), 5, "five sleeps are shaded");
  assert.match(await figure.getAttribute("aria-label"), /After S5: 0 \/ 1 \d+\s%/);

  const [accuracy] = await page.locator(".result .value").allTextContents();
  assert.equal(parseFloat(accuracy).toFixed(1), unpaused.S5.at(-1));
  assert.ok(parseFloat(accuracy) > 40 && parseFloat(accuracy) < 95, `final accuracy ${accuracy}`);
  assert.equal(await page.locator(".spikes .trace svg path").count(), 9, "single spikes, an area and a line for each of three layers");
  assert.match(await page.locator(".time").textContent(), /sleep\d/);
});

test("a paused run stands still, and resumed gives the same matrix", async (t) => {
  const page = await openLab(t);
  await button(page, "Run").click();
  await reach(page, /^(Learning|Sleeping) \([TS][2-4]\)/);
  t.diagnostic(`paused ${await answered(page, "Pause", "Paused", 1000)} ms after the press`);
  await reach(page, /^Paused/);
  const before = [await status(page), await matrix(page), await page.getByRole("progressbar", { name: "Part of the run that is done" }).getAttribute("value")];
  await page.waitForTimeout(700);
  const later = [await status(page), await matrix(page), await page.getByRole("progressbar", { name: "Part of the run that is done" }).getAttribute("value")];
  assert.deepEqual(later, before);

  await button(page, "Resume").click();
  await reach(page, "Finished");
  assert.deepEqual(await matrix(page), unpaused);
});

test("next phase runs one phase at a time", async (t) => {
  const page = await openLab(t);
  await button(page, "Next phase").click();
  await reach(page, /^Paused in T1/);
  assert.deepEqual(Object.keys(await matrix(page)), ["T1"]);
  await button(page, "Next phase").click();
  await reach(page, /^Paused in S1/);
  assert.deepEqual(Object.keys(await matrix(page)), ["T1", "S1"]);
});

test("next batch does one slice of work at a time", async (t) => {
  const page = await openLab(t, { hash: "#v=1&preset=quick-mnist-src&tasks.order=listed&seed=0&data.subset.test_per_class=50" });
  await button(page, "Next batch").click();
  await reach(page, /^Paused in start/);
  for (const samples of [32, 64]) {
    await button(page, "Next batch").click();
    await reach(page, new RegExp(`^Paused in T1. ${samples} of 6,000 samples`));
  }
});

test("rewound, a run begins again from the same weights", async (t) => {
  const page = await openLab(t);
  await button(page, "Next phase").click();
  await reach(page, /^Paused in T1/);
  const first = (await matrix(page)).T1;
  await button(page, "Rewind").click();
  await reach(page, /^At the beginning: the initial weights of seed 0/);
  assert.deepEqual(await matrix(page), {});
  await button(page, "Next phase").click();
  await reach(page, /^Paused in T1/);
  assert.deepEqual((await matrix(page)).T1, first);
});

test("a stopped run keeps what was measured, and another can be run", async (t) => {
  const page = await openLab(t, { hash: "#v=1&preset=quick-mnist-sequential&tasks.order=listed&seed=0" });
  await button(page, "Next phase").click();
  await reach(page, /^Paused in T1/);
  await button(page, "Resume").click();
  await button(page, "Stop").click();
  await reach(page, /^Stopped/);
  assert.ok("T1" in (await matrix(page)));

  const again = await runToEnd(page);
  assert.deepEqual(Object.keys(again), ["T1", "T2", "T3", "T4", "T5"]);
  assert.ok(Number(again.T5.at(-1)) < 35, `without sleep little is left: ${again.T5.at(-1)} %`);
});

test("the page stays live while it computes", async (t) => {
  const page = await openLab(t);
  await button(page, "Run").click();
  await reach(page, /^Learning/);
  const frames = await page.evaluate(async () => {
    const began = performance.now();
    let count = 0;
    while (performance.now() - began < 1000) {
      await new Promise(requestAnimationFrame);
      count++;
    }
    return count;
  });
  t.diagnostic(`${frames} frames in a second`);
  assert.ok(frames >= 15, `only ${frames} frames in a second`);
});
