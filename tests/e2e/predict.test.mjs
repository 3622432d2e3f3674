// The Predict lab: its tab, spiking areas seen while they learn, and nothing lost on the way between the labs.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { overflow, violations } from "./axe.mjs";
import { addressed, button, drawn, matrix, openLab, reach, status, useLab } from "./lab.mjs";

useLab();

/** Two tasks of two areas, in some seconds. */
const SMALL =
  "#v=1&preset=predict-mnist-sequential&tasks.order=listed&seed=0&tasks.classes=[[0,1],[2,3]]&data.subset.train_per_class=100&data.subset.test_per_class=20&network.hidden=[60,30]&rule.rates=[0.0003,0.001,0.02]&areas.error_rates=[33.3,1,1]";
/** The same with more units and images, so that something comes to be expected. */
const LARGER = SMALL.replace("train_per_class=100", "train_per_class=300").replace("[60,30]", "[200,100]").replace("[0.0003,", "[0.003,").replace("[33.3,", "[3.3,");
/** A run of the Sleep lab that lasts. */
const LONG = "#v=1&preset=quick-mnist-src&tasks.order=listed&training.epochs=40";

const tab = (page, name) => page.getByRole("navigation", { name: "Labs" }).getByRole("link", { name });
const current = (page) => page.locator(".labs [aria-current=page]").textContent();
const hash = (page) => decodeURIComponent(new URL(page.url()).hash);
const card = (page, kind) => page.locator(`.see .${kind}`);

/** Opens the small run and has it learn the first task. */
async function learnt(t, hash = SMALL) {
  const page = await openLab(t, { hash });
  await button(page, "Next phase").click();
  await reach(page, /^Paused in T1/);
  await card(page, "rasters").getByText("The network after T1").waitFor();
  return page;
}

test("each lab has its tab, its presets and its models, and the address says which it is", async (t) => {
  const page = await openLab(t);
  assert.equal(await current(page), "Sleep lab");
  const offered = () => page.locator("#preset option").evaluateAll((all) => all.map(({ value }) => value));
  assert.ok((await offered()).every((name) => !name.startsWith("predict-")));
  assert.ok(!(await page.locator("#network-kind option").evaluateAll((all) => all.map(({ value }) => value))).includes("areas"));
  await tab(page, "Predict lab").focus();
  await page.keyboard.press("Enter");
  await page.getByText("Areas of spiking units predict one another").waitFor();
  assert.equal(await current(page), "Predict lab");
  assert.match(hash(page), /preset=predict-mnist-quick/);
  assert.ok((await offered()).length >= 3 && (await offered()).every((name) => name.startsWith("predict-")));
  assert.equal(await page.title(), "Predict lab · Engram");
  for (const id of ["#model", "#network-kind", "#rule-kind", "#network-beta", "#evaluation-energy"]) assert.equal(await page.locator(id).isVisible(), false, `${id} does not apply`);
  await page.getByLabel("Preset").selectOption("predict-mnist-isi");
  await addressed(page, "predict-mnist-isi");
  await page.goBack();
  await page.getByText("remembers them after sleep").waitFor();
  assert.equal(await current(page), "Sleep lab");
  assert.match(hash(page), /preset=quick-mnist-src/);
});

test("areas are seen while they learn: spikes, what is expected, errors, weights and cost", async (t) => {
  const page = await learnt(t, LARGER);
  assert.equal(await current(page), "Predict lab", "the link opens it");
  const named = await card(page, "rasters").locator("svg[role=img]").evaluateAll((all) => all.map((svg) => svg.getAttribute("aria-label")));
  const dots = named.filter((label) => label.startsWith("Single spikes"));
  assert.deepEqual(dots.map((label) => /^Single spikes of (.+?): /.exec(label)[1]), ["input", "expected input", "area 1", "area 2", "labels"]);
  for (const label of dots) assert.match(label, /: [1-9][\d,]* of [\d,]+ units in 200 steps, [\d.,]+ spikes\/s a unit\.$/);
  assert.match(named[0], /^A test image of class \d, 28 × 28 pixels/);
  assert.match(named.at(-1), /^Time from 0 to 200 ms/);

  const pictures = card(page, "expected").locator(".expectations figure");
  assert.deepEqual((await pictures.locator("figcaption").allTextContents()).map((text) => text.replace(/up to .*/, "")), ["what came", "what area 1 expects", "came − expected"]);
  for (const text of await pictures.locator("figcaption").allTextContents()) assert.match(text, /up to [1-9][\d.]* spikes\/s$/);
  assert.ok((await card(page, "expected").locator("g.rect rect, g.bar rect").count()) >= 400, "two hundred units, twice");

  const errors = await card(page, "errors").locator("figcaption").allTextContents();
  assert.deepEqual(errors, ["spikes/s", "units of trace", "spikes/s"].flatMap((unit) => ["during the showing", "over learning", "while it learnt"].map((when) => `error ${when}, ${unit}`)));
  const courses = card(page, "errors").locator(".course svg[role=img]");
  for (const label of await courses.evaluateAll((all) => all.map((svg) => svg.getAttribute("aria-label")))) assert.match(label, /: error while it learnt, .*: T1 from [\d.,]+ to [\d.,]+\.$/);
  await card(page, "errors").locator("details.data summary").click();
  await card(page, "errors").locator("details.data").filter({ hasText: "Samples learnt so far" }).waitFor();
  assert.equal(await card(page, "units").locator("figure").count(), 12);
  assert.equal(await card(page, "units").locator("figure").first().locator("svg.picture image").count(), 4, "of the pixels and of the labels, predictions and errors");
  assert.equal(await card(page, "units").locator(".protected").count(), 0, "nobody is protected");
  const cost = await card(page, "cost").locator("tbody tr").evaluateAll((rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent)));
  assert.deepEqual(cost.map(([name]) => name.split(" ").slice(0, 2).join(" ")), ["Spikes of", "Spikes of", "Spikes of", "Spikes of", "Spikes of", "Synaptic operations", "Changes of"]);
  assert.ok(cost.every(([, learning]) => learning !== "–" && learning !== "0"));
  assert.match(await page.locator(".curves .stage svg").first().textContent(), /class-incremental: one head, no task label/);
  assert.ok(await page.locator(".curves g.dot path, .curves g.dot circle").count() > 0);
  assert.equal(await page.locator(".see :is(.search, .analyses, .ablations, .settling)").count(), 0, "what does not apply is not there");
});

test("the curves name their scenario: told the task or not, and of permuted copies", async (t) => {
  const page = await openLab(t, { hash: SMALL });
  const scenario = () => page.locator(".curves .stage svg").first().textContent();
  const toldOf = (page) => page.getByRole("checkbox", { name: "Told which task", includeHidden: true });
  const told = toldOf(page);
  assert.equal(await told.isVisible(), false, "nothing is measured yet");
  await button(page, "Run").click();
  await reach(page, /^Finished/);
  assert.match(await scenario(), /class-incremental: one head, no task label/);
  const described = () => page.locator(".curves .stage svg").first().getAttribute("aria-label");
  const all = (text) => Number(/over all classes (\d+)/.exec(text)[1]);
  const untold = all(await described());
  await told.check();
  assert.match(await scenario(), /task-incremental: told which task/);
  assert.ok(all(await described()) > untold, "it helps to be told");
  await page.locator(".curves details.data summary").click();
  const header = () => page.locator(".curves .data-table thead th").last().textContent();
  assert.match(await header(), /Task 2/, "the numbers follow");
  await told.uncheck();
  await page.locator(".curves .data-table thead th", { hasText: "All classes" }).waitFor();
  assert.equal(all(await described()), untold);

  const copies = await openLab(t, { hash: SMALL.replace("[[0,1],[2,3]]", "[[0,1,2]]&tasks.permutations=2") });
  await button(copies, "Next phase").click();
  await reach(copies, /^Paused in T1/);
  assert.match(await copies.locator(".curves .stage svg").first().textContent(), /domain-incremental: one head, no task label/);
  assert.equal(await toldOf(copies).isVisible(), false, "copies have the same classes");
  assert.deepEqual((await copies.locator(".matrix thead th").allTextContents()).slice(1, 3), ["copy 1", "copy 2"]);
});

test("every figure of accuracy names the scenario, and the result says what it would know when told", async (t) => {
  const page = await openLab(t, { hash: SMALL });
  await button(page, "Run").click();
  await reach(page, "Finished");
  const scenario = /class-incremental: one head, no task label/i;
  for (const place of [".curves .stage svg", ".confusion svg[role=img]", ".matrix .caption", ".result .caption"]) assert.match(await page.locator(place).first().textContent(), scenario, place);
  assert.match(await page.locator(".confusion svg[role=img]").first().getAttribute("aria-label"), scenario);
  const named = await page.locator(".result dt").allTextContents();
  const value = async (name) => parseFloat(await page.locator(".result .value").nth(named.indexOf(name)).textContent());
  assert.ok((await value("Accuracy, told the task")) > (await value("Accuracy")), "it helps to be told");
  await page.locator(".compare > details > summary").click();
  await page.locator("#compare-runs").fill("1");
  await button(page, "Run the comparison").click();
  const overlaid = page.locator(".compared figure svg[role=img]").first();
  await overlaid.waitFor();
  assert.match(await overlaid.textContent(), scenario);
  assert.match(await overlaid.getAttribute("aria-label"), scenario);
  await page.getByLabel("small multiples").check();
  await page.locator(".compared .multiples svg[role=img]").first().waitFor();
  const small = await page.locator(".compared .multiples svg[role=img]").allTextContents();
  assert.ok(small.length > 1 && small.some((text) => scenario.test(text)) && small.some((text) => /all classes at once: one head/.test(text)), small.join("; "));
});

test("which units are protected is shown after each task", async (t) => {
  const page = await learnt(t, LARGER.replace("predict-mnist-sequential", "predict-mnist-isi"));
  const shown = card(page, "units").locator(".protected figure");
  assert.equal(await shown.count(), 2, "two areas");
  for (const text of await shown.locator("figcaption").allTextContents()) assert.match(text, /^area \d: [\d,]+ of [12]00 units keep more than half of their changes$/);
  const [, free] = /: ([\d,]+) of/.exec(await shown.first().locator("figcaption").textContent());
  assert.ok(Number(free) < 200, "some were regular");
});

test("another image is shown at once, the numbers are those of the core, and an earlier network can be looked at", async (t) => {
  const page = await learnt(t);
  await button(page, "Next phase").click();
  await reach(page, "Finished");
  await card(page, "rasters").getByText("The network after T2").waitFor();
  const before = await card(page, "rasters").locator("svg[role=img]").nth(1).getAttribute("aria-label");
  await button(page, "Another test image").click();
  await page.waitForFunction((before) => document.querySelectorAll(".rasters svg[role=img]")[1]?.getAttribute("aria-label") !== before, before);
  const label = await card(page, "rasters").locator("svg[role=img]").nth(1).getAttribute("aria-label");
  const [, spikes] = /: ([\d,]+) of/.exec(label);
  assert.equal(await card(page, "rasters").locator(".layer strong").first().textContent(), spikes);
  // The answer by spikes is that of Try it.
  const answered = await card(page, "rasters").locator(".verdict").textContent();
  const [, answer] = /^answers (\d)/.exec(answered);
  await page.locator(".outputs .caption", { hasText: `After T2: ${answer}, output` }).waitFor();
  await page.locator("#scrub").fill("1");
  await card(page, "rasters").getByText("The network after T1").waitFor();
});

test("while areas learn, they are shown the image again and again", async (t) => {
  const page = await openLab(t, { hash: SMALL.replace("train_per_class=100", "train_per_class=900") });
  await button(page, "Run").click();
  const moment = page.locator(".rasters .looked-at .caption");
  await moment.filter({ hasText: /in T1, after \d+ of 1800 samples/ }).waitFor();
  const first = await moment.textContent();
  await page.waitForFunction((first) => document.querySelector(".rasters .looked-at .caption").textContent !== first, first);
});

test("a run goes on in one lab while the other is looked at, and is there on coming back", async (t) => {
  const page = await openLab(t, { hash: LONG });
  await button(page, "Run").click();
  await reach(page, /^Learning \(T1\)/);
  const left = hash(page);
  await tab(page, "Predict lab").click();
  await page.getByText("Press Run.").waitFor();
  assert.match(await status(page), /^Ready/);
  await page.locator(".labs .under-way").waitFor();
  assert.equal(await current(page), "Predict lab");
  // This lab runs too, beside the other.
  await page.evaluate((hash) => (location.hash = hash), SMALL);
  await button(page, "Next phase").click();
  await reach(page, /^Paused in T1/);
  const seen = await matrix(page);
  await tab(page, "Sleep lab").click();
  await reach(page, /^(Learning|Measuring|Sleeping)/);
  assert.equal(hash(page), left, "the address is that of its run again");
  await button(page, "Stop").click();
  await reach(page, /^Stopped/);
  await tab(page, "Predict lab").click();
  await reach(page, /^Paused in T1/);
  assert.deepEqual(await matrix(page), seen);
  await card(page, "rasters").locator("svg[role=img]").first().waitFor();
  assert.ok(await card(page, "errors").isVisible());
});

test("a run that is opened from a file is shown in the lab that it belongs to", async (t) => {
  const page = await learnt(t);
  const [download] = await Promise.all([page.waitForEvent("download"), button(page, "Save run").click()]);
  const buffer = readFileSync(await download.path());
  const other = await openLab(t);
  await other.locator("#open-run").setInputFiles({ name: "areas.engram", mimeType: "application/octet-stream", buffer });
  await reach(other, /^Paused in T1/);
  assert.equal(await current(other), "Predict lab");
  assert.deepEqual(await matrix(other), await matrix(page));
});

test("axe finds nothing in the Predict lab, light and dark, narrow and wide, before a run and after one", async (t) => {
  const page = await openLab(t, { hash: SMALL });
  const inspect = async (when) => {
    for (const colorScheme of ["light", "dark"]) {
      for (const width of [360, 1280, 1920]) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 800 });
        await drawn(page);
        assert.deepEqual(await violations(page), [], `${when}, ${colorScheme}, ${width} px`);
        assert.ok((await overflow(page)) <= 0, `${when}: nothing is wider than ${width} px`);
      }
    }
  };
  await inspect("before a run");
  await button(page, "Run").click();
  await reach(page, "Finished");
  await card(page, "rasters").getByText("The network after T2").waitFor();
  await page.locator(".see details").evaluateAll((all) => all.forEach((details) => (details.open = true)));
  await inspect("after a run, with its data open");
});
