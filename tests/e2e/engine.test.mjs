// Runs on a GPU, which here is a program: named, lost in the middle, changed for the CPU and back; and where there is none.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { button, matrix, openLab, reach, runToEnd, useLab } from "./lab.mjs";

/** Little work: the program that acts as a GPU is a hundred times slower than the CPU. */
const SMALL = "#v=1&preset=quick-mnist-src&tasks.order=listed&seed=0&tasks.classes=[[0,1],[2,3]]&network.hidden=[32]&network.free_steps=20" +
  "&data.subset.train_per_class=64&data.subset.test_per_class=20&training.epochs=1&sleep.steps=1000";
const ON_GPU = `${SMALL}&engine=gpu`;
const PHASES = ["T1", "S1", "T2", "S2"];
/** The line of status at work; single phases may pass unseen. */
const AFTER_T1 = /^\w+ing \((S1|T2|S2)\)/;

const computedOn = (page) => page.getByLabel("Computed on", { exact: true });
/** Waits until the page says that this computes. */
const runsOn = (page, pattern) => page.locator(".engine").filter({ hasText: pattern }).waitFor({ timeout: 60_000 });
const fault = (page, pattern) => page.getByRole("alert").filter({ hasText: pattern }).waitFor({ timeout: 60_000 });
/** Takes the GPU from the run, as a driver that fails does: from within its Worker, as the page never says that. */
const loseGpu = (page) => page.workers()[0].evaluate(() => dispatchEvent(new MessageEvent("message", { data: { kind: "lose" } })));
const hash = (page) => new URL(page.url()).hash;

async function phasesOf(page) {
  assert.equal(await page.locator(".curves svg g.line path").count(), 3, "two tasks and the mean");
  return Object.keys(await matrix(page));
}

describe("with a GPU", () => {
  useLab({ gpu: true });

  test("a run goes to its end on it, and the page names it", async (t) => {
    const page = await openLab(t, { hash: ON_GPU });
    assert.equal(await computedOn(page).inputValue(), "gpu");
    await button(page, "Run").click();
    await runsOn(page, /^On .+, through WebGPU \(a program that acts as a GPU, slow\), as chosen\.$/);
    await reach(page, "Finished");
    assert.deepEqual(await phasesOf(page), PHASES);
    assert.match(await page.locator(".time caption").textContent(), /of computing on .+, through WebGPU/);
    assert.match(await page.locator(".time").textContent(), /learning on the GPU\d/);
    assert.equal(await page.getByRole("alert").count(), 0);

    const onGpu = await matrix(page);
    await computedOn(page).selectOption("CPU");
    await button(page, "Run").click();
    await runsOn(page, /^On the CPU, as chosen\.$/);
    await reach(page, "Finished");
    const onCpu = await matrix(page);
    for (const name of PHASES) {
      onGpu[name].forEach((cell, i) => assert.ok(Math.abs(cell - onCpu[name][i]) <= 10, `${name}: ${onGpu[name]} on the GPU, ${onCpu[name]} on the CPU`));
    }
  });

  test("lost in the middle, twice, the run says so, goes on and shows each phase once", async (t) => {
    const page = await openLab(t, { hash: ON_GPU });
    await button(page, "Next phase").click();
    await reach(page, /^Paused in T1/);
    await button(page, "Resume").click();
    await reach(page, AFTER_T1);
    await loseGpu(page);
    await fault(page, /^The GPU was lost \([^()]+[^.]\)\. The run goes on from its last checkpoint, on a new device\.$/);
    await reach(page, /\((T2|S2)\)/);
    await loseGpu(page);
    await fault(page, /^The GPU was lost \(.+\)\. The run goes on from its last checkpoint, on the CPU\.$/);
    await reach(page, "Finished");
    assert.deepEqual(await phasesOf(page), PHASES);
    assert.match(await page.locator(".time caption").textContent(), /of computing .*on a GPU/);
    await fault(page, /^The GPU was lost/);

    await computedOn(page).selectOption("CPU");
    await button(page, "Rewind").click();
    await reach(page, /^At the beginning/);
    assert.equal(await page.getByRole("alert").count(), 0, "the next run says nothing of it");
  });

  test("a run goes from the CPU to the GPU and back, and stands still where it stood still", async (t) => {
    const page = await openLab(t, { hash: `${SMALL}&engine=cpu` });
    await button(page, "Next phase").click();
    await reach(page, /^Paused in T1/);
    await runsOn(page, /^On the CPU, as chosen\.$/);
    await computedOn(page).selectOption("GPU");
    await runsOn(page, /^On .+, through WebGPU/);
    await reach(page, /^Paused in T1/);
    assert.match(hash(page), /&engine=gpu&/);
    await button(page, "Resume").click();
    await reach(page, AFTER_T1);
    await computedOn(page).selectOption("CPU");
    await runsOn(page, /^On the CPU, as chosen\.$/);
    await reach(page, "Finished");
    assert.deepEqual(await phasesOf(page), PHASES);
    assert.equal(await page.getByText("The controls were changed since this run began").count(), 0);
    assert.equal(await page.getByText("Differs from the preset").filter({ hasText: "engine" }).count(), 0);
    assert.equal(await page.getByRole("alert").count(), 0);
  });
});

describe("without a GPU", () => {
  useLab();

  test("a run that asks for one is computed on the CPU, and the page says why", async (t) => {
    const page = await openLab(t, { hash: ON_GPU });
    await runToEnd(page);
    await fault(page, "A GPU was asked for, but this machine or browser offers no GPU through WebGPU. The run is computed on the CPU.");
    await runsOn(page, /^On the CPU: this machine or browser offers no GPU through WebGPU\.$/);
    assert.deepEqual(await phasesOf(page), PHASES);
  });

  test("one that asks for it in the middle goes on where it stands", async (t) => {
    const page = await openLab(t, { hash: SMALL });
    await button(page, "Next phase").click();
    await reach(page, /^Paused in T1/);
    assert.equal(await page.getByRole("alert").count(), 0, "whoever leaves the choice is told beside the progress alone");
    await computedOn(page).selectOption("GPU");
    await fault(page, /^A GPU was asked for/);
    assert.deepEqual(Object.keys(await matrix(page)), ["T1"]);
    await button(page, "Resume").click();
    await reach(page, "Finished");
    assert.deepEqual(await phasesOf(page), PHASES);
  });
});
