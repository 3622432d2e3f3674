// First sight: a recorded run, marked as such, drawn at once, played again; a press starts the live one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { addressed, button, matrix, openLab, reach, runToEnd, status, useLab } from "./lab.mjs";

useLab();

const PHASES = ["T1", "S1", "T2", "S2", "T3", "S3", "T4", "S4", "T5", "S5"];
const panel = (page) => page.getByRole("region", { name: "Recorded run" });
const place = (page) => page.getByLabel("Place in the recording");
const seek = (page, part) =>
  place(page).evaluate((slider, part) => {
    slider.value = part * slider.max;
    slider.dispatchEvent(new Event("input"));
  }, part);
const phases = async (page) => Object.keys(await matrix(page));

async function recorded(t, options) {
  const page = await openLab(t, options);
  await panel(page).waitFor();
  return page;
}

test("the recorded run is drawn at once, and says that it is one", async (t) => {
  const page = await recorded(t);
  assert.match(await status(page), /^This run was recorded\. Press Run/);
  assert.match(await page.locator(".engine").textContent(), /^One run \(n\s=\s1\), recorded on \d{4}-\d\d-\d\d by engram run quick-mnist-src .+, commit [0-9a-f]{7,}\.$/);
  assert.match(await page.locator(".curves .caption").textContent(), /^Recorded: one run \(n = 1\): quick-mnist-src, seed 0\./);
  assert.equal(await page.locator(".result h2").textContent(), "Recorded result");
  assert.match(await page.locator(".time caption").textContent(), /of the machine that recorded it$/);
  assert.deepEqual(await phases(page), PHASES);
  assert.equal(await page.locator(".curves g.line path").count(), 6);
  for (const card of [".matrix", ".spikes", ".confusion", ".weights"]) assert.ok(await page.locator(card).isVisible(), card);
  assert.equal(await page.getByText("Press Run.", { exact: true }).isVisible(), false, "the guide makes room");
  assert.equal(await page.getByText(/^\d+ changed$/).count(), 0, "nobody has changed anything yet");
  assert.match(await page.locator(".curves figcaption").textContent(), /T1, T2, …: the first task is learnt.+S1, S2, … \(shaded\): the sleep after it/);

  await page.locator("#scrub").fill("1");
  await page.waitForFunction(() => document.querySelector(".matrix tr.shown th").textContent === "T1");
});

test("on a phone the curves come before the controls, for the eye and for the keyboard; on a wide screen beside them", async (t) => {
  const page = await recorded(t, { size: [390, 844] });
  const curvesFirst = () =>
    page.evaluate(() => {
      const [curves, controls] = [document.querySelector(".curves"), document.querySelector(".controls")];
      return {
        read: Boolean(curves.compareDocumentPosition(controls) & Node.DOCUMENT_POSITION_FOLLOWING),
        seen: curves.getBoundingClientRect().top < controls.getBoundingClientRect().top,
      };
    });
  assert.deepEqual(await curvesFirst(), { read: true, seen: true });
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.waitForFunction(() => document.querySelector(".controls").getBoundingClientRect().top < 200);
  assert.deepEqual(await curvesFirst(), { read: false, seen: false });
});

test("a replay at high speed ends where the recording did", async (t) => {
  const page = await recorded(t);
  const before = await matrix(page);
  await page.getByLabel("Speed").selectOption("8");
  await button(page, "Replay").click();
  await page.waitForFunction(() => document.querySelectorAll(".matrix td.mean").length < 10);
  await reach(page, /^This run was recorded/, 20_000);
  await button(page, "Replay").waitFor();
  assert.deepEqual(await matrix(page), before);
});

test("half-way fewer phases are shown, and a replay pauses and plays on", async (t) => {
  const page = await recorded(t);
  const whole = await matrix(page);
  await seek(page, 0.5);
  await page.waitForFunction(() => !document.querySelector(".result")?.checkVisibility());
  const half = await matrix(page);
  const count = Object.keys(half).length;
  assert.ok(count >= 3 && count <= 7, `${count} of 10 phases`);
  for (const phase of Object.keys(half)) assert.deepEqual(half[phase], whole[phase]);
  assert.match(await status(page), /^Recorded run · (Learning|Sleeping|Measuring) \([TS][234]\)/);

  await page.getByLabel("Speed").selectOption(String(1 / 16));
  await button(page, "Play on").click();
  const at = Number(await place(page).inputValue());
  await page.waitForFunction((at) => Number(document.querySelector(".place input").value) > at + 0.02, at);
  await button(page, "Pause replay").click();
  await button(page, "Play on").waitFor();
  const stopped = Number(await place(page).inputValue());
  await page.waitForTimeout(500);
  assert.equal(Number(await place(page).inputValue()), stopped, "a paused replay stands still");
});

test("a press of Run computes the same run here", async (t) => {
  const page = await recorded(t);
  const before = await matrix(page);
  await button(page, "Replay").click();
  const live = await runToEnd(page);
  assert.ok(await panel(page).isHidden());
  assert.match(await page.locator(".curves .caption").textContent(), /^One run/);
  assert.deepEqual(Object.keys(live), Object.keys(before));
  const differences = PHASES.flatMap((phase) => live[phase].map((cell, i) => Math.abs(cell - before[phase][i])));
  t.diagnostic(`largest difference from the recording: ${Math.max(...differences).toFixed(1)} points`);
  assert.ok(Math.max(...differences) < 6, `at most 6 points between machines, not ${Math.max(...differences)}`);
});

test("a control leaves the recording in sight; a link to another run does not", async (t) => {
  const page = await recorded(t);
  await page.getByLabel("Preset").selectOption("quick-mnist-sequential");
  await addressed(page, "sequential");
  assert.match(await status(page), /^This run was recorded/);
  await page.evaluate(() => (location.hash = "v=1&preset=quick-mnist-src&seed=3"));
  await reach(page, /^Ready/);
  assert.ok(await panel(page).isHidden());
  assert.equal(await page.locator(".matrix").isVisible(), false);

  const other = await openLab(t, { hash: "#v=1&preset=quick-mnist-src&seed=3" });
  await other.getByText("Press Run.", { exact: true }).waitFor();
  assert.match(await status(other), /^Ready/);
});

for (const [what, answer] of [
  ["missing", { status: 404, body: "not found" }],
  ["cut short", { status: 200, body: '{"command":"engram run","commit":"1234567","date":"2026-01-01","events":[{"event":"star' }],
  ["of another kind", { status: 200, body: '{"events":[null]}' }],
]) {
  test(`without a recording (${what}) the lab is as usable as ever`, async (t) => {
    const page = await openLab(t, { prepare: (page) => page.route("**/first-run.json", (route) => route.fulfill(answer)) });
    await page.getByText("Press Run.", { exact: true }).waitFor();
    assert.match(await status(page), /^Ready/);
    assert.ok(await page.getByRole("alert").isHidden());
    await button(page, "Next phase").click();
    await reach(page, /^Paused in T1/);
  });
}
