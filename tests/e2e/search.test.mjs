// The search for constants: to its end, used, stopped and gone on with from its log, kept over a reload, refused in words.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { overflow, violations } from "./axe.mjs";
import { button, countWorkers, drawn, noWorkerIsLeft, openLab, reach, RUN_LIMIT, useLab } from "./lab.mjs";

useLab();

const SMALL = "#v=1&preset=quick-mnist-src&tasks.order=listed&training.epochs=1&sleep.steps=600&data.subset.train_per_class=100&network.hidden=[48]";

/** A page with the panel open; `cores` is what the browser says of its machine. */
async function openSearch(t, { hash = SMALL, cores = 3, ...rest } = {}) {
  const prepare = (page) => page.addInitScript((cores) => Object.defineProperty(Navigator.prototype, "hardwareConcurrency", { get: () => cores }), cores);
  const page = await openLab(t, { hash, prepare, ...rest });
  await page.locator(".search > details > summary").press("Enter");
  return page;
}

const form = (page) => page.getByRole("form", { name: "Find constants of sleep" });
const far = (page) => page.locator(".searching");
const alert = (page, words) => form(page).getByRole("alert").filter({ hasText: words }).waitFor();

/** Fills the form with a search that takes seconds: four points a generation, two orders, short sleeps. */
async function ask(page, { evaluations }) {
  await page.locator(".wanted > summary").click();
  await page.getByLabel("Length T, highest").fill("700");
  await page.locator(".wanted > summary").click();
  await page.getByLabel("Points a generation").fill("4");
  await page.getByLabel("Task orders").fill("2");
  await page.getByLabel("Evaluations in all").fill(String(evaluations));
}

async function finish(page, evaluations) {
  await far(page).filter({ hasText: `Finished: ${evaluations} of ${evaluations} evaluations done.` }).waitFor({ timeout: RUN_LIMIT });
}

/** The log that the page hands out: what is searched, and the evaluations. */
async function saveLog(page) {
  const [download] = await Promise.all([page.waitForEvent("download"), button(page, "Save the log").click()]);
  const text = readFileSync(await download.path(), "utf8");
  const [{ search }, ...lines] = text.trimEnd().split("\n").map((line) => JSON.parse(line));
  return { name: download.suggestedFilename(), text, search, evaluations: lines.map(({ evaluation }) => evaluation) };
}

async function openLog(page, text, name = "log.jsonl") {
  const path = join(mkdtempSync(join(tmpdir(), "engram-log-")), name);
  writeFileSync(path, text);
  await page.locator("#open-log").setInputFiles(path);
}

const place = ({ generation, rung, point }) => `${generation} ${rung} ${point}`;
/** What a search is, apart from who came first and what the clock said. */
const course = (evaluations) =>
  evaluations
    .map(({ trials, ...rest }) => ({ ...rest, trials: trials.map(({ seconds, ...trial }) => trial) }))
    .sort((a, b) => (place(a) < place(b) ? -1 : 1));

test("a search is run to its end, side by side, and its best is used", async (t) => {
  const page = await openSearch(t);
  await ask(page, { evaluations: 6 });
  const workers = countWorkers(page);
  await button(page, "Run the search").click();
  await far(page).filter({ hasText: "2 at once: this browser has 3 cores" }).waitFor();
  await finish(page, 6);
  assert.equal(workers.most, 2, "members at once");
  await noWorkerIsLeft(page, "no Worker outlives its errand");

  const { name, search, evaluations } = await saveLog(page);
  assert.match(name, /^engram-search-quick-mnist-src-seed0-[0-9a-f]+\.jsonl$/);
  assert.equal(search.tuning.fields["sleep.steps"].high, 700);
  assert.deepEqual(evaluations.map(({ rung }) => rung).sort(), [0, 0, 0, 0, 1, 1], "four on one order, the better two on others");
  const own = evaluations.find(({ generation, point }) => generation === 0 && point === 0);
  assert.equal(own.parameters["sleep.steps"], 600, "the controls' own constants first");
  for (const { trials } of evaluations) for (const { accuracy, seconds } of trials) assert.ok(accuracy >= 0 && accuracy <= 1 && seconds > 0);

  const finals = evaluations.filter(({ rung }) => rung === 1);
  const best = finals.reduce((a, b) => (b.fitness >= a.fitness ? b : a));
  assert.ok(best.fitness > 0.05, "a search that finds nothing tests nothing");
  const shown = page.locator(".found");
  await shown.locator("p", { hasText: `${(100 * best.fitness).toFixed(1)} ±` }).waitFor();
  assert.match(await shown.locator("p").first().textContent(), /\(n\s=\s2\) of held-back images right.*Spikes a step.*input.*hidden.*output/);
  assert.match(await far(page).textContent(), /given up.*Computing: .*core-hours/s);
  await scatter(page, evaluations);
  await figureIsSaved(page);
  await use(page, best);
  await looks(page);
});

async function scatter(page, evaluations) {
  const figure = page.locator(".sought svg[role=img]");
  assert.equal(await figure.count(), 1);
  const lost = evaluations.filter(({ trials }) => trials.some(({ given_up }) => given_up)).length;
  assert.match(await figure.getAttribute("aria-label"), new RegExp(`^Fitness against Hidden gain: 6 evaluations, ${lost} of them given up\\. The best has \\d+\\.\\d`));
  assert.equal(await figure.locator("g.dot path, g.dot circle").count(), 6, "a mark an evaluation");
  await page.getByLabel("Fitness against", { exact: true }).selectOption({ label: "Leak λ" });
  await page.locator(".sought svg[aria-label^='Fitness against Leak']").waitFor();
  await page.getByLabel("Fitness against", { exact: true }).selectOption({ label: "the order in which they were tried" });
  await page.locator(".sought svg[aria-label^='Fitness against the order']").waitFor();
}

async function figureIsSaved(page) {
  await page.getByLabel("Save Constants that were tried", { exact: true }).click();
  const menu = page.getByRole("group", { name: "Save Constants that were tried as" });
  const kinds = await menu.getByRole("button").allTextContents();
  assert.deepEqual(kinds, ["Figure as SVG", "Figure as PNG", "Every evaluation as CSV", "Every order of each evaluation as CSV", "Constants of the best as CSV", "All data as JSON"]);
  const [download] = await Promise.all([page.waitForEvent("download"), menu.getByRole("button", { name: "Every evaluation as CSV" }).click()]);
  assert.equal(readFileSync(await download.path(), "utf8").trimEnd().split("\r\n").length, 7, "a heading and six evaluations");
}

/** The controls hold the constants that were found, in place of others, and so does their address. */
async function use(page, { parameters }) {
  const other = "&sleep.rate=0.9&sleep.gain_hidden=3&sleep.leak=0.95";
  await page.evaluate((hash) => (location.hash = hash), SMALL + other);
  await page.locator(".found td", { hasText: /^0\.95$/ }).waitFor();
  await button(page, "Use this").click();
  await page.locator(".found").getByText("Its constants are in the controls now.").waitFor();
  await drawn(page);
  for (const [path, value] of Object.entries(parameters)) {
    const input = page.locator(`#${path.replaceAll(".", "-")}`);
    assert.equal(await input.inputValue(), String(value), path);
  }
  assert.ok(!page.url().includes("sleep.leak=0.95"), page.url());
  assert.ok(page.url().includes("tasks.order=listed") && decodeURIComponent(page.url()).includes("[48]"), "nothing else is changed");
}

async function looks(page) {
  await page.locator(".sought .data summary").click();
  for (const colorScheme of ["light", "dark"]) {
    for (const width of [360, 1280, 2560]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      await drawn(page);
      assert.deepEqual(await violations(page), [], `${colorScheme}, ${width} px`);
      assert.ok((await overflow(page)) <= 0, `${colorScheme}, ${width} px: the page is wider than its screen`);
    }
  }
}

test("a search that is stopped goes on from its log, on another page, as if nothing had happened", async (t) => {
  const whole = await openSearch(t);
  await ask(whole, { evaluations: 10 });
  await button(whole, "Run the search").click();
  await button(whole, "Pause the search").click();
  await far(whole).filter({ hasText: "Paused: " }).waitFor();
  await button(whole, "Go on with the search").click();
  await far(whole).filter({ hasText: /[3-9] of 10 evaluations done/ }).waitFor({ timeout: RUN_LIMIT });
  await button(whole, "Stop the search").click();
  await far(whole).filter({ hasText: /Stopped: \d of 10 evaluations done\. What was tried stays/ }).waitFor();
  const part = await saveLog(whole);
  assert.ok(part.evaluations.length >= 3 && part.evaluations.length < 10);

  const other = await openSearch(t, { hash: "", cores: 2 });
  await openLog(other, part.text);
  await far(other).filter({ hasText: `Stopped: ${part.evaluations.length} of 90 evaluations done.` }).waitFor();
  await other.getByLabel("Evaluations in all").fill("2");
  await button(other, "Go on with the search").click();
  await alert(other, "evaluations are done, and 2 were asked for");
  await other.getByLabel("Evaluations in all").fill("10");
  await button(other, "Go on with the search").click();
  await finish(other, 10);
  const resumed = await saveLog(other);
  assert.ok(resumed.text.startsWith(part.text), "what was there stays as it was");

  await button(whole, "Go on with the search").click();
  await finish(whole, 10);
  assert.deepEqual(course((await saveLog(whole)).evaluations), course(resumed.evaluations));
});

test("a search outlives a reload, and is put away by hand", async (t) => {
  const page = await openSearch(t);
  await ask(page, { evaluations: 2 });
  await button(page, "Run the search").click();
  await finish(page, 2);
  const { text } = await saveLog(page);
  await page.reload();
  await page.locator(".search > details > summary").press("Enter");
  await far(page).filter({ hasText: "Stopped: 2 of 90 evaluations done." }).waitFor();
  assert.equal((await saveLog(page)).text, text);
  await button(page, "Put it away").click();
  await page.getByLabel("Points a generation").waitFor();
  assert.equal(await far(page).isVisible(), false);
  await page.reload();
  await page.locator(".search > details > summary").press("Enter");
  await page.getByLabel("Points a generation").waitFor();
  assert.equal(await far(page).isVisible(), false, "it is not kept any more");
});

test("what cannot be searched or opened is refused in words, and nothing is lost", async (t) => {
  const page = await openSearch(t);
  const run = button(page, "Run the search");
  await page.getByLabel("Task orders").fill("99");
  await run.click();
  await alert(page, "“99” is no number of task orders: whole numbers from 1 to 24 are allowed.");
  await page.getByLabel("Task orders").fill("2");
  await page.locator(".wanted > summary").click();
  const low = page.getByLabel("Input rate, lowest");
  await low.fill("2");
  await page.locator(".want").getByText("The lower bound comes first.").waitFor();
  assert.equal(await low.getAttribute("aria-invalid"), "true");
  await low.fill("0.1");
  // The core knows what the Spec allows.
  const leak = page.getByRole("group", { name: "Leak λ" });
  await leak.getByRole("combobox").selectOption("linear");
  await leak.getByLabel("Leak λ, highest").fill("1.5");
  await run.click();
  await alert(page, /leak/);
  assert.equal(await far(page).isVisible(), false);

  await openLog(page, "task,accuracy\n1,0.5\n", "other.csv");
  await alert(page, "other.csv was not opened: what was saved of the search cannot be gone on with: line 1 cannot be read from its column 2 on");

  await page.evaluate((hash) => (location.hash = hash), `${SMALL}&strategy.kind=sequential`);
  await form(page).getByText("What the controls say does not sleep").waitFor();
  await run.press("Enter");
  assert.equal(await far(page).isVisible(), false, "there is nothing to find");
});

test("a search goes on beside a run, whose controls it leaves alone", async (t) => {
  const page = await openSearch(t);
  await ask(page, { evaluations: 5 });
  await button(page, "Next phase").click();
  await reach(page, /^Paused in T1/);
  await button(page, "Run the search").click();
  await finish(page, 5);
  await button(page, "Use this").press("Enter");
  assert.ok(page.url().includes("sleep.steps=600"));
  await reach(page, /^Paused in T1/);
});
