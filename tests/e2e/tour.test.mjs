// The guided tour: five steps by keyboard, in the numbers that the figures show; offered once, never in the way.

import assert from "node:assert/strict";
import { test } from "node:test";
import { overflow, violations } from "./axe.mjs";
import { button, drawn, matrix, openLab, reach, runToEnd, useLab } from "./lab.mjs";

useLab();

const TITLES = ["It learns", "It forgets", "It sleeps", "It remembers", "Why?"];
const tour = (page) => page.getByRole("region", { name: "Tour", exact: true });
const heading = (page) => tour(page).getByRole("heading");
const told = async (page) => (await tour(page).locator("p").textContent()).replaceAll(/[\u00a0\u202f]/g, " ");
const focused = (page) => page.evaluate(() => document.activeElement?.textContent);

async function recorded(t, options) {
  const page = await openLab(t, options);
  await page.getByRole("region", { name: "Recorded run" }).waitFor();
  return page;
}

async function step(page, number) {
  await heading(page).filter({ hasText: `${TITLES[number]} (${number + 1} of 5)` }).waitFor();
  await drawn(page);
}

test("five steps by keyboard tell the run in the numbers of its matrix", async (t) => {
  const page = await recorded(t);
  const whole = await matrix(page);
  await button(page, "Tour").press("Enter");

  await step(page, 0);
  assert.equal(await focused(page), "It learns (1 of 5)");
  assert.deepEqual(Object.keys(await matrix(page)), ["T1"], "the run is shown as it was then");
  assert.ok((await told(page)).includes(`it answers ${whole.T1[0]} %`));
  assert.ok((await told(page)).includes(`Over all classes that is ${whole.T1.at(-1)} %`));

  await page.keyboard.press("Tab");
  assert.equal(await focused(page), "Next");
  await page.keyboard.press("Enter");
  await step(page, 1);
  assert.equal(await focused(page), "It forgets (2 of 5)");
  assert.deepEqual(Object.keys(await matrix(page)), ["T1", "S1", "T2"]);
  assert.ok((await told(page)).includes(`T2 taught it 2 / 3, up to ${whole.T2[1]} %. Meanwhile 0 / 1 fell from ${whole.S1[0]} % to ${whole.T2[0]} %`));

  await button(page, "Next").press("Enter");
  await step(page, 2);
  assert.deepEqual(Object.keys(await matrix(page)), ["T1", "S1", "T2"], "in the sleep, before it is measured");
  // The figure is drawn a frame after the words are said.
  const spikes = () => page.locator(".spikes .layer", { hasText: "hidden" }).locator("strong").textContent();
  const agree = async () => (await told(page)).includes(`In S2 the hidden layer had ${await spikes()} spikes a step`);
  for (let frames = 0; frames < 50 && !(await agree()); frames++) await page.waitForTimeout(50);
  assert.ok(await agree());

  await button(page, "Next").press("Enter");
  await step(page, 3);
  assert.deepEqual(await matrix(page), whole);
  assert.ok((await told(page)).includes(`0 / 1 rose from ${whole.T2[0]} % to ${whole.S2[0]} %, and 2 / 3 fell from ${whole.T2[1]} % to ${whole.S2[1]} %`));
  assert.ok((await told(page)).includes(`In S5, the latest sleep, the accuracy over all classes rose from ${whole.T5.at(-1)} % to ${whole.S5.at(-1)} %`));

  await button(page, "Next").press("Enter");
  await step(page, 4);
  const mean = /mean change (\S+ · [^\s,]+),/.exec(await page.locator(".weights figcaption").last().textContent())[1];
  assert.ok((await told(page)).includes(`from hidden to output by ${mean} on average`));
  assert.match(await told(page), /Before S5 the network took \d+\.\d % of all test images for 8 \/ 9, learnt last; after it, \d+\.\d %/);

  await button(page, "Try it yourself").press("Enter");
  assert.ok(await tour(page).isHidden());
  assert.equal(await focused(page), "Run");
  assert.equal(await page.locator(".toured").count(), 0);
});

test("the panel that is spoken of is outlined and in view; Back goes back; Escape ends and brings the run back", async (t) => {
  const page = await recorded(t);
  const whole = await matrix(page);
  await button(page, "Tour").click();
  for (const [i, panel] of [".curves", ".curves", ".spikes", ".matrix", ".weights"].entries()) {
    if (i > 0) await button(page, "Next").click();
    await step(page, i);
    assert.equal(await page.locator(".toured").count(), 1);
    await page.waitForFunction((panel) => {
      const { top } = document.querySelector(`${panel}.toured`).getBoundingClientRect();
      return top >= 0 && top < innerHeight / 3;
    }, panel);
  }
  await button(page, "Back").click();
  await step(page, 3);
  await page.keyboard.press("Escape");
  assert.ok(await tour(page).isHidden());
  assert.equal(await focused(page), "Tour");
  assert.deepEqual(await matrix(page), whole);
});

for (const [width, colorScheme] of [[360, "light"], [360, "dark"], [1920, "light"], [1920, "dark"]]) {
  test(`each step is accessible and fits: ${width} px, ${colorScheme}`, async (t) => {
    const page = await recorded(t, { size: [width, 800], scheme: colorScheme });
    await page.emulateMedia({ reducedMotion: "reduce" });
    await button(page, "Take the tour").click();
    for (let i = 0; i < 5; i++) {
      if (i > 0) await button(page, "Next").click();
      await step(page, i);
      assert.deepEqual(await violations(page), [], TITLES[i]);
      assert.ok((await overflow(page)) <= 0, TITLES[i]);
      const [beside, figure] = [await tour(page).boundingBox(), await page.locator(".toured").boundingBox()];
      if (width === 360) assert.ok(figure.y < beside.y - 150, `${TITLES[i]}: the figure is seen above the tour`);
      else assert.ok(figure.x > beside.x + beside.width, `${TITLES[i]}: the tour stands beside the figure`);
    }
  });
}

test("the tour is offered once", async (t) => {
  const page = await recorded(t);
  await button(page, "No, thanks").click();
  assert.ok(await button(page, "Take the tour").isHidden());
  await page.reload();
  await page.getByRole("region", { name: "Recorded run" }).waitFor();
  assert.ok(await button(page, "Take the tour").isHidden());
  assert.ok(await button(page, "Tour").isVisible());
});

test("where nothing can be stored the tour is offered, and nobody is bothered with why", async (t) => {
  const prepare = (page) => page.addInitScript(() => Object.defineProperty(globalThis, "localStorage", { get: () => { throw new DOMException("no", "SecurityError"); } }));
  const page = await recorded(t, { prepare });
  await button(page, "No, thanks").click();
  assert.ok(await button(page, "Take the tour").isHidden());
  assert.ok(await page.getByRole("alert").first().isHidden());
});

test("a run without sleep makes way for the recorded one, and comes back", async (t) => {
  const page = await openLab(t, { hash: "#v=1&preset=quick-mnist-sequential&tasks.order=listed&training.epochs=1" });
  const live = await runToEnd(page);
  await button(page, "Tour").click();
  await step(page, 0);
  assert.match(await page.locator(".curves .caption").textContent(), /^Recorded: one run/);
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => /^One run/.test(document.querySelector(".curves .caption").textContent));
  assert.deepEqual(await matrix(page), live);
});

test("a run computed here is told in its own numbers; while one has nothing to tell yet, that is said", async (t) => {
  const page = await openLab(t, { hash: "#v=1&preset=quick-mnist-src&tasks.order=listed&sleep.steps=3000&training.epochs=1" });
  await button(page, "Next phase").click();
  await reach(page, /^Paused in T1/);
  await button(page, "Tour").click();
  await page.getByRole("alert").filter({ hasText: "It can begin when this run is that far" }).waitFor();
  for (const phase of ["S1", "T2", "S2"]) {
    await button(page, "Next phase").click();
    await reach(page, new RegExp(`^Paused in ${phase}`));
  }
  const whole = await matrix(page);
  await button(page, "Tour").click();
  await step(page, 0);
  await button(page, "Next").click();
  await step(page, 1);
  assert.ok((await told(page)).includes(`from ${whole.S1[0]} % to ${whole.T2[0]} %`));
  assert.equal(await page.locator(".matrix tr.shown th").textContent(), "T2");
  await button(page, "Next phase").click();
  await reach(page, /^Paused in T3/);
  assert.ok(await tour(page).isVisible(), "the tour stays while the run goes on");
});

test("without a recording and a run the tour says what it needs", async (t) => {
  const page = await openLab(t, { prepare: (page) => page.route("**/first-run.json", (route) => route.fulfill({ status: 404, body: "not found" })) });
  await button(page, "Tour").click();
  await page.getByRole("alert").filter({ hasText: "There is no recorded one here: press Run" }).waitFor();
  assert.ok(await tour(page).isHidden());
});
