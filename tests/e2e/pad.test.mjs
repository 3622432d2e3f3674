// Try it: a drawing or a test image is answered now and as it was after every phase, and can be taught.

import assert from "node:assert/strict";
import { test } from "node:test";
import { button, matrix, openLab, reach, runToEnd, useLab } from "./lab.mjs";

useLab();

const SHORT = "#v=1&preset=quick-mnist-src&tasks.order=listed&seed=0&tasks.classes=[[0,1],[2,3],[4,5]]";

/** An ellipse on the pad: a 0. */
async function drawZero(page) {
  const pad = page.locator(".pad");
  await pad.scrollIntoViewIfNeeded();
  const { x, y, width, height } = await pad.boundingBox();
  const at = (part) => [x + width * (0.5 + 0.25 * Math.cos(6.283 * part)), y + height * (0.5 + 0.38 * Math.sin(6.283 * part))];
  await page.mouse.move(...at(0));
  await page.mouse.down();
  for (let i = 1; i <= 24; i++) await page.mouse.move(...at(i / 24));
  await page.mouse.up();
}

/** The answers through time: { start: "3", T1: "0", … }, once there are as many as `count` and they stand: while one draws, they are of
 *  what has been drawn so far. */
async function answers(page, count) {
  const named = (label) => Object.fromEntries(label.replace(/^Answers after each phase: |\.$/g, "").split(", ").map((part) => part.split(" ")));
  const figure = page.locator(".travel svg[role=img]");
  let [before, stood] = ["", 0];
  for (let tries = 0; tries < 100; tries++) {
    const label = (await figure.count()) > 0 ? await figure.getAttribute("aria-label") : "";
    [before, stood] = [label, label === before ? stood + 1 : 0];
    if (stood >= 5 && label !== "" && Object.keys(named(label)).length === count) return named(label);
    await page.waitForTimeout(100);
  }
  assert.fail(`no ${count} answers came: ${await figure.getAttribute("aria-label")}`);
}

test("a drawn 0 is known, forgotten, and remembered after sleep", async (t) => {
  const page = await openLab(t, { hash: SHORT });
  await runToEnd(page);
  await drawZero(page);
  const said = await answers(page, 7);
  assert.deepEqual(Object.keys(said), ["start", "T1", "S1", "T2", "S2", "T3", "S3"]);
  assert.equal(said.T1, "0", "just learnt");
  assert.notEqual(said.T2, "0", "forgotten");
  assert.equal(said.S2, "0", "remembered");
  await page.locator(".outputs .caption", { hasText: /^After S3: \d, output [01]\.\d\d$/ }).waitFor();
  assert.match(await page.locator(".course svg").getAttribute("aria-label"), /^The outputs step by step/);
});

test("the outputs are those of the phase that is slid to", async (t) => {
  const page = await openLab(t, { hash: SHORT });
  await runToEnd(page);
  await drawZero(page);
  await answers(page, 7);
  await page.locator("#scrub").evaluate((slider) => {
    slider.value = 1;
    slider.dispatchEvent(new Event("input"));
  });
  await page.locator(".outputs .caption", { hasText: "After T1: 0, output" }).waitFor();
});

test("a test image is answered, and another comes", async (t) => {
  const page = await openLab(t, { hash: SHORT });
  await button(page, "Next phase").click();
  await reach(page, /^Paused in T1/);
  const labels = [];
  for (let i = 0; i < 2; i++) {
    await button(page, "Next test image").click();
    // The one before is there until the Worker has told the next.
    await page.waitForFunction((before) => (document.querySelector(".seen image")?.getAttribute("href") ?? before) !== before, labels.at(-1) ?? null);
    const hint = page.locator(".hint", { hasText: /^A test image of class \d$/ });
    await hint.waitFor();
    await answers(page, 2);
    labels.push(await page.locator(".seen image").getAttribute("href"));
    await page.waitForTimeout(200);
  }
  assert.notEqual(labels[0], labels[1]);
});

test("a drawing is taught under a name, and the link teaches it again", async (t) => {
  const page = await openLab(t, { hash: SHORT });
  await runToEnd(page);
  await drawZero(page);
  await answers(page, 7);
  await page.locator("#draw-class").selectOption("4");
  await button(page, "Teach it").click();
  await reach(page, "Finished");
  assert.equal((await answers(page, 8)).D1, "4");
  const acted = await matrix(page);
  assert.ok("D1" in acted);
  const again = await openLab(t, { hash: new URL(page.url()).hash });
  assert.deepEqual(await runToEnd(again), acted);
});

test("an answer comes while the network learns", async (t) => {
  const page = await openLab(t, { hash: SHORT.replace("src", "sequential") + "&training.epochs=60" });
  await button(page, "Run").click();
  await reach(page, /^Learning \(T1\)/);
  await page.locator(".try").waitFor();
  await drawZero(page);
  assert.deepEqual(Object.keys(await answers(page, 1)), ["start"]);
  assert.match(await page.locator(".status").textContent(), /^Learning \(T1\)/);
});

test("without a live run the pad says so", async (t) => {
  const page = await openLab(t, { hash: SHORT });
  await button(page, "Next phase").click();
  await reach(page, /^Paused in T1/);
  await button(page, "Stop").click();
  await reach(page, /^Stopped/);
  assert.match(await page.locator(".hint").textContent(), /only a live run can answer/);
  assert.equal(await button(page, "Next test image").getAttribute("aria-disabled"), "true");
});
