// The cards: confusion, weight change, spikes and settling, over the phases of a run.

import assert from "node:assert/strict";
import { test } from "node:test";
import { button, matrix, openLab, reach, useLab } from "./lab.mjs";

useLab();

const SHORT = "#v=1&preset=quick-mnist-src&tasks.order=listed&sleep.steps=3000&training.epochs=1";
const slide = (page, phase) =>
  page.locator("#scrub").evaluate((slider, phase) => {
    slider.value = phase;
    slider.dispatchEvent(new Event("input"));
  }, phase);

/** Wide enough for two cards side by side. */
const WIDE = [1600, 900];

async function paused(t, hash, phases, size) {
  const page = await openLab(t, { hash, ...(size && { size }) });
  for (const phase of phases) {
    await button(page, "Next phase").click();
    await reach(page, new RegExp(`^Paused in ${phase}`));
  }
  return page;
}

test("cards show the latest phase, or the one that is slid to", async (t) => {
  const page = await paused(t, SHORT, ["T1", "S1", "T2", "S2"]);
  const titles = () => page.locator(".confusion figcaption").allTextContents();
  assert.match((await titles()).join(), /after T2, before sleep: .*after S2 \(sleep\)/);
  assert.equal(await page.locator(".weights figure").count(), 2, "input to hidden, hidden to output");
  assert.match(await page.locator(".weights figcaption").first().textContent(), /^input to hidden, S2: mean change −?\d\.\d · 10⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+, \d+\.\d\s% moved down and \d+\.\d\s% up, of 401,408 weights$/);
  for (const figure of await page.locator(".pair figure").all()) {
    const [drawn, shown] = await figure.evaluate((figure) => [Number(figure.querySelector("svg").getAttribute("width")), figure.clientWidth]);
    assert.ok(drawn > 300 && Math.abs(drawn - shown) < 2, `a figure drawn ${drawn} px wide is shown ${shown} px wide`);
  }

  await slide(page, 1);
  await page.waitForFunction(() => document.querySelectorAll(".confusion figcaption").length === 1);
  assert.match((await titles())[0], /^after T1: /);
  assert.equal(await page.locator(".weights").isVisible(), false, "no sleep came before T1");
  assert.equal(await page.locator(".matrix tr.shown th").textContent(), "T1");

  await slide(page, 3);
  await page.waitForFunction(() => /S1/.test(document.querySelector(".weights figcaption")?.textContent));
  await button(page, "Follow the run").click();
  await page.waitForFunction(() => /S2/.test(document.querySelector(".weights figcaption").textContent));
});

test("single spikes are shown for each layer, with what their number means", async (t) => {
  const page = await paused(t, SHORT, ["T1", "S1"]);
  await page.locator(".spikes .trace svg[aria-label^='Single spikes of the output']").waitFor({ state: "attached" }); // drawn a frame after the line of status
  const labels = await page.locator(".spikes .trace svg[role=img]").evaluateAll((all) => all.map((svg) => svg.getAttribute("aria-label")));
  const single = labels.filter((label) => label.startsWith("Single spikes"));
  assert.deepEqual(single.map((label) => label.replace(/[\d,]+ in/, "n in")), ["input", "hidden", "output"].map((layer) => `Single spikes of the ${layer} layer: n in 60 steps.`));
  const [, input] = /: ([\d,]+) in/.exec(single[0]);
  const marks = await page.locator(".spikes .trace svg path[stroke]").first().evaluate((path) => path.getAttribute("d").match(/M/g).length);
  assert.equal(marks, Number(input.replace(",", "")), "a mark for each spike");
  assert.match(await page.locator(".spikes .caption").textContent(), /steps 2,941 to 3,000 of S1/);
  assert.match(await page.locator(".spikes .verdict").textContent(), /^(too few|in the range that works|too many)$/);
});

test("receptive fields are those around the shown phase", async (t) => {
  const page = await paused(t, SHORT, ["T1", "S1"]);
  const caption = (text) => page.locator(".fields .caption", { hasText: text }).waitFor();
  await caption("After T1 | after S1 | change");
  assert.equal(await page.locator(".fields figure").count(), 8);
  assert.equal(await page.locator(".fields figure").first().locator("svg.picture image").count(), 3);
  const lengths = await page.locator(".fields figcaption").evaluateAll((all) => all.map((one) => Number(/\|ΔW\| ([\d.]+)$/.exec(one.textContent)[1])));
  assert.deepEqual(lengths, [...lengths].sort((a, b) => b - a), "the largest change first");
  await slide(page, 1);
  await caption("After the start | after T1 | change");
});

test("the result names its measures, each with its unit", async (t) => {
  const page = await openLab(t, { hash: "#v=1&preset=quick-mnist-sequential&tasks.order=listed&training.epochs=1" });
  await button(page, "Run").click();
  await reach(page, "Finished");
  const names = await page.locator(".result dt").allTextContents();
  assert.deepEqual(names, ["Accuracy", "Average accuracy", "Forgetting, first − last", "Forgetting, max − last", "Backward transfer", "Forward transfer", "Accuracy, told the task", "Forgetting, told the task"]);
  const values = await page.locator(".result .value").allTextContents();
  const rows = await matrix(page);
  const lost = [0, 1, 2, 3].map((task) => Number(rows[`T${task + 1}`][task]) - Number(rows.T5[task]));
  const forgetting = lost.reduce((sum, points) => sum + points, 0) / 4;
  assert.ok(Math.abs(parseFloat(values[2]) - forgetting) < 0.11, `${values[2]} from the matrix: ${forgetting}`);
  assert.equal(parseFloat(values[4].replace("−", "-")), -parseFloat(values[2]));
  const average = rows.T5.slice(0, 5).reduce((sum, cell) => sum + Number(cell), 0) / 5;
  assert.ok(Math.abs(parseFloat(values[1]) - average) < 0.11, `${values[1]} from the matrix: ${average}`);
});

test("the confusion's right answers are the accuracy", async (t) => {
  const page = await paused(t, SHORT, ["T1"]);
  const caption = await page.locator(".confusion figcaption").textContent();
  const [, right] = /^after T1: ([\d.]+)\s%/.exec(caption);
  assert.equal(right, (await matrix(page)).T1.at(-1));
  const svg = page.locator(".confusion svg[role=img]");
  assert.equal(await svg.locator("g.cell rect").count(), 100);
  assert.match(await svg.getAttribute("aria-label"), /the commonest mistake is to take \d for [01], \d+ times/);
});

test("energy is recorded when asked for", async (t) => {
  const page = await paused(t, SHORT, ["T1"]);
  await button(page, "Stop").click();
  await reach(page, /^Stopped/);
  await button(page, "Record it in the next run").click();
  await page.getByText("The next run will record it.").waitFor();
  await button(page, "Next phase").click();
  await reach(page, /^Paused in T1/);
  assert.equal(await page.locator(".settling svg[role=img]").count(), 2);
  const [energy, movement] = await page.locator(".settling svg").evaluateAll((all) => all.map((svg) => svg.getAttribute("aria-label")));
  const [, first, last] = /^energy after T1: from (\S+) to (\S+) over 100 steps/.exec(energy);
  assert.ok(Number(last) < Number(first), `the energy falls from ${first} to ${last}`);
  assert.match(movement, /over 100 steps/);
});

test("a closed card draws nothing, stays closed, and opens on what is shown by then", async (t) => {
  const page = await paused(t, SHORT, ["T1"], WIDE);
  const card = page.locator(".matrix");
  await card.getByRole("button", { name: "Enlarge" }).click();
  await card.getByRole("button", { name: "Close" }).click();
  assert.equal(await card.locator("table").isVisible(), false);
  assert.ok((await card.evaluate((card) => card.clientHeight)) < 80, "only its title is left");
  assert.equal(await card.getByRole("button", { name: "Open" }).getAttribute("aria-expanded"), "false");

  await button(page, "Next phase").click();
  await reach(page, /^Paused in S1/);
  assert.deepEqual(Object.keys(await matrix(page)), ["T1"], "nothing was drawn while it was closed");

  await card.getByRole("button", { name: "Open" }).press("Enter");
  await card.locator("tr", { hasText: "S1" }).locator("td.mean").waitFor();
  assert.deepEqual(Object.keys(await matrix(page)), ["T1", "S1"]);
  assert.equal(await card.getByRole("button", { name: "Close" }).getAttribute("aria-expanded"), "true");
  assert.equal(await card.getByRole("button", { name: "Enlarge" }).getAttribute("aria-pressed"), "false");
});

test("a card can be enlarged", async (t) => {
  const page = await paused(t, SHORT, ["T1"], WIDE);
  const width = () => page.locator(".matrix").evaluate((card) => card.clientWidth);
  const before = await width();
  await page.locator(".matrix").getByRole("button", { name: "Enlarge" }).click();
  assert.ok((await width()) > 1.5 * before);
  await page.locator(".matrix").getByRole("button", { name: "Make smaller" }).click();
  assert.equal(await width(), before);
  await page.setViewportSize({ width: 1000, height: 800 });
  assert.equal(await page.locator(".matrix").getByRole("button", { name: "Enlarge" }).isVisible(), false, "a card alone in its row is large already");
});

test("each of ten tasks has a mark that is seen, and a name apart from its number", async (t) => {
  const ten = JSON.stringify([...Array(10).keys()].map((c) => [c]));
  const page = await openLab(t, { hash: `#v=1&preset=quick-mnist-sequential&tasks.order=listed&training.epochs=1&data.subset={"train_per_class":50,"test_per_class":20}&tasks.classes=${ten}` });
  await button(page, "Run").click();
  await reach(page, "Finished");
  const marks = await page.locator(".curves g.dot").evaluateAll((all) =>
    all.map((mark) => ({ fill: mark.getAttribute("fill"), stroke: mark.getAttribute("stroke"), open: !(mark.querySelector("path")?.getAttribute("d") ?? "Z").endsWith("Z") })),
  );
  const tasks = marks.filter(({ fill, stroke }) => `${fill} ${stroke}`.includes("--task-"));
  assert.equal(tasks.length, 10);
  const lines = tasks.filter(({ open }) => open);
  assert.equal(lines.length, 3);
  for (const { stroke } of lines) assert.match(stroke, /--task-/, "lines have nothing to fill");
  assert.match(await page.locator(".curves svg").first().textContent(), /9: \d+\s%/);
});
