// The constants: each with its meaning, checked as typed, marked and reset, and obeyed by the run.

import assert from "node:assert/strict";
import { test } from "node:test";
import { addressed, button, matrix, openLab, reach, runToEnd, useLab } from "./lab.mjs";

useLab();

const open = (page, group) => page.locator(".constants summary", { hasText: group }).click();
const constant = (page, label) => page.locator(".constant", { has: page.getByText(label, { exact: true }) });
const hash = (page) => new URL(page.url()).hash;

test("every constant has a name and a sentence of meaning", async (t) => {
  const page = await openLab(t);
  const incomplete = await page.locator(".constant").evaluateAll((rows) =>
    rows
      .map((row) => [row.querySelector("label").textContent, row.querySelector(":is(input, select)"), row.querySelector(".meaning")])
      .filter(([label, input, meaning]) => !label || input.labels.length !== 1 || !meaning.textContent.endsWith(".") || input.getAttribute("aria-describedby") !== meaning.id)
      .map(([label]) => label),
  );
  assert.deepEqual(incomplete, []);
  assert.ok((await page.locator(".constant").count()) > 20);
});

test("a value is checked as it is typed, and a wrong one changes nothing", async (t) => {
  const page = await openLab(t);
  const before = hash(page);
  await open(page, "Sleep");
  const leak = page.getByLabel("Leak λ");
  await leak.fill("2");
  assert.match(await constant(page, "Leak λ").or(page.locator(".constant", { has: leak })).first().locator(".wrong").textContent(), /from 0 to 1 is allowed/);
  assert.equal(await leak.getAttribute("aria-invalid"), "true");
  await leak.press("Enter");
  assert.equal(hash(page), before);
  await leak.fill("much");
  await page.locator(".wrong", { hasText: "`much` is not a number." }).waitFor();

  await leak.fill(".99");
  assert.equal(await leak.getAttribute("aria-invalid"), null);
  await leak.press("Enter");
  await addressed(page, "sleep.leak=0.99");
});

test("what differs from the preset is marked, and can be reset one by one and all at once", async (t) => {
  const page = await openLab(t, { hash: "#v=1&preset=quick-mnist-src&sleep.steps=700&training.epochs=1&seed=4" });
  assert.equal(await page.locator(".constant.changed").count(), 2);
  await open(page, "Sleep");
  await page.locator(".constant.changed", { has: page.getByLabel("Length T") }).getByRole("button", { name: "Reset" }).click();
  await page.waitForFunction(() => document.querySelectorAll(".constant.changed").length === 1);
  assert.equal(await page.getByLabel("Length T").inputValue(), "21168");
  await button(page, "Reset all to the preset").click();
  await page.waitForFunction(() => document.querySelectorAll(".constant.changed").length === 0);
  assert.equal(hash(page), "#v=1&preset=quick-mnist-src&seed=4");
});

test("constants of no consequence are not offered", async (t) => {
  const page = await openLab(t);
  await open(page, "Tasks and strategy");
  assert.equal(await page.getByLabel("Rehearsed").isVisible(), false);
  await page.getByLabel("Against forgetting").selectOption("rehearsal");
  await page.getByLabel("Rehearsed").waitFor();
  assert.equal(await page.locator(".constants summary", { hasText: "Sleep" }).isVisible(), false);
});

test("a run obeys tasks, order and layers that were written here, and its link repeats it", async (t) => {
  const page = await openLab(t, { hash: "#v=1&preset=quick-mnist-sequential&tasks.order=listed" });
  await open(page, "Tasks and strategy");
  await page.getByLabel("Tasks class numbers").fill("3 1 | 0 | 7 9");
  await page.getByLabel("Tasks class numbers").press("Enter");
  await page.getByLabel("Order, written out").fill("2 3 1");
  await page.getByLabel("Order, written out").press("Enter");
  await open(page, "Network");
  await open(page, "Learning");
  const hidden = page.getByLabel("Hidden units");
  const rates = () => page.getByLabel("Learning rates α").inputValue();
  for (const [units, expected] of [["60, 40", "0.03, 0.03, 0.001"], ["60", "0.03, 0.001"]]) {
    await hidden.fill(units);
    await hidden.press("Enter");
    await addressed(page, `network.hidden=[${units.replaceAll(", ", ",")}]`);
    assert.equal(await rates(), expected, "another layer brings its own learning rate");
  }
  const first = await runToEnd(page);
  assert.deepEqual(Object.keys(first), ["T1", "T2", "T3"]);
  const heads = await page.locator(".matrix thead th").allTextContents();
  assert.deepEqual(heads.slice(1, 4), ["0", "7 / 9", "3 / 1"]);

  const again = await openLab(t, { hash: hash(page) });
  assert.deepEqual(await runToEnd(again), first);
});

test("constants cannot be changed under a run", async (t) => {
  const page = await openLab(t);
  await button(page, "Next phase").click();
  await reach(page, /^Paused in T1/);
  assert.equal(await page.locator("fieldset.constants").evaluate((constants) => constants.disabled), true);
  await button(page, "Stop").click();
  await reach(page, /^Stopped/);
  assert.equal(await page.locator("fieldset.constants").evaluate((constants) => constants.disabled), false);
  assert.ok("T1" in (await matrix(page)));
});
