// Comparisons: strategies and settings side by side, to their end, stopped, refused, and with runs that fail.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { button, countWorkers, noWorkerIsLeft, openLab, reach, RUN_LIMIT, runToEnd, useLab } from "./lab.mjs";

useLab();

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SHORT = "#v=1&preset=quick-mnist-src&tasks.order=listed&training.epochs=1&sleep.steps=3000&data.subset.train_per_class=200";

/** A page with the form open; `cores` is what the browser says of its machine. */
async function openCompare(t, { hash = SHORT, cores = 2, runs = "1" } = {}) {
  const prepare = (page) => page.addInitScript((cores) => Object.defineProperty(Navigator.prototype, "hardwareConcurrency", { get: () => cores }), cores);
  const page = await openLab(t, { hash, prepare });
  await page.locator(".compare summary").press("Enter");
  await page.getByLabel("Runs of each").fill(runs);
  return page;
}

const form = (page) => page.getByRole("form", { name: "Comparison" });
const comparing = (page) => page.locator(".comparing");

async function finish(page) {
  await comparing(page).filter({ hasText: "Finished: " }).waitFor({ timeout: RUN_LIMIT });
}

/** The table by arm: { sleep: { accuracy, forgetting, difference } }, as it is written. */
function table(page) {
  return page.locator(".comparison tbody tr").evaluateAll((rows) =>
    Object.fromEntries(
      rows.map(({ cells }) => {
        const [arm, , accuracy, forgetting, difference] = [...cells].map(({ textContent }) => textContent.replaceAll(/[\u00a0\u202f]/g, " "));
        return [arm, { accuracy, forgetting, difference }];
      }),
    ),
  );
}

/** The numbers in a cell, with their signs. */
const numbers = (text) => [...text.matchAll(/[+−]?\d+(\.\d+)?/g)].map(([number]) => Number(number.replace("−", "-")));
const near = (found, expected, tolerance, what) => assert.ok(Math.abs(found - expected) <= tolerance, `${what}: ${found}, not ${expected}`);

const setHash = (page, hash) => page.evaluate((hash) => (location.hash = hash), hash);

test("two strategies are compared to their end, and give what single runs give", async (t) => {
  const page = await openCompare(t, { cores: 3, runs: "2" });
  await button(page, "Run the comparison").click();
  await comparing(page).filter({ hasText: "2 at once: this browser has 3 cores" }).waitFor();
  const workers = countWorkers(page);
  await finish(page);
  assert.equal(workers.most, 2, "runs at once");
  await noWorkerIsLeft(page, "no Worker outlives its run");

  const shown = await table(page);
  assert.deepEqual(Object.keys(shown), ["nothinglower bound", "sleep", "rehearsal", "all tasks at onceupper bound"]);
  for (const { accuracy } of Object.values(shown)) assert.match(accuracy, /^\d+\.\d ± \d+\.\d % \(n = 2\)$/);
  assert.equal(shown.sleep.difference, "reference");

  const single = {};
  for (const kind of ["src", "rehearsal"]) {
    single[kind] = [];
    for (const seed of [0, 1]) {
      await setHash(page, `${SHORT}&strategy.kind=${kind}&seed=${seed}`);
      const matrix = await runToEnd(page);
      single[kind].push(Number(Object.values(matrix).at(-1).at(-1)));
    }
  }
  const mean = ([a, b]) => (a + b) / 2;
  near(numbers(shown.sleep.accuracy)[0], mean(single.src), 0.11, "accuracy of sleep");
  near(numbers(shown.rehearsal.accuracy)[0], mean(single.rehearsal), 0.11, "accuracy of rehearsal");
  near(numbers(shown.sleep.accuracy)[1], Math.abs(single.src[0] - single.src[1]) / Math.SQRT2, 0.15, "s.d. of sleep");

  const pairs = single.src.map((accuracy, i) => single.rehearsal[i] - accuracy);
  const [difference, low, high, n] = numbers(shown.rehearsal.difference);
  near(difference, mean(pairs), 0.16, "mean of the differences");
  near((high - low) / 2, (12.7062 * Math.abs(pairs[0] - pairs[1])) / 2, 1.5, "Student's interval of two");
  assert.equal(n, 2);

  await page.getByLabel("Differences to").selectOption("rehearsal");
  await page.locator(".comparison thead", { hasText: "Difference to rehearsal" }).waitFor();
  assert.equal(numbers((await table(page)).sleep.difference)[0], -difference);
  await looks(page);
});

/** Both views: what they draw, axe, and room. */
async function looks(page) {
  await page.evaluate(AXE);
  const figures = page.locator(".compared svg[role=img]");
  assert.equal(await figures.count(), 1);
  const words = await figures.getAttribute("aria-label");
  assert.match(words, /nothing \(lower bound\): \d+\s% after 5 tasks \(n = 2\); sleep: \d+\s% after 5 tasks \(n = 2\);/);
  assert.match(words, /all tasks at once \(upper bound\): \d+\s% \(n = 2\)/);
  assert.equal(await figures.locator("g.line path").count(), 4, "a line an arm");
  assert.equal(await figures.locator("g.area path").count(), 4, "a band an arm");
  await inspect(page, "overlaid");
  await page.getByLabel("small multiples").check();
  await page.waitForFunction(() => document.querySelectorAll(".multiples svg[role=img]").length === 4);
  assert.match(await page.locator(".multiples figcaption").nth(1).textContent(), /^sleep: \d+\.\d\s±\s\d+\.\d\s% \(n\s=\s2\)$/);
  assert.equal(await page.locator(".multiples figure").nth(1).locator("g.line path").count(), 6, "five tasks and the mean");
  await inspect(page, "small multiples");
}

async function inspect(page, when) {
  for (const colorScheme of ["light", "dark"]) {
    for (const width of [360, 1280, 2560]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      const violations = await page.evaluate(async () => {
        const { violations } = await globalThis.axe.run(document.querySelector(".compare"));
        return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
      });
      assert.deepEqual(violations, [], `${when}, ${colorScheme}, ${width} px`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= width, `${when}: the page is ${wide} px wide on a screen of ${width} px`);
    }
  }
}

test("a comparison that is stopped keeps what was measured, beside a single run", async (t) => {
  const page = await openCompare(t, { runs: "24" });
  await button(page, "Next phase").click();
  await reach(page, /^Paused in T1/);
  await form(page).getByText("The run above goes on").waitFor();
  await button(page, "Run the comparison").press("Enter");
  assert.equal(await comparing(page).count(), 0, "not while a single run goes on");
  await button(page, "Stop").click();
  await reach(page, /^Stopped/);

  await button(page, "Run the comparison").click();
  await comparing(page).filter({ hasText: /[1-9]\d* of 96 runs done/ }).waitFor({ timeout: RUN_LIMIT });
  await button(page, "Next phase").click();
  await reach(page, /^Paused in T1/);
  await button(page, "Stop the comparison").click();
  await comparing(page).filter({ hasText: /Stopped: [1-9]\d* of 96 runs done\. What was measured stays\./ }).waitFor();
  assert.match((await table(page))["nothinglower bound"].accuracy, /^\d+\.\d .*\(n = \d+\)$/);
  await reach(page, /^Paused in T1/);
  await button(page, "Resume").click();
  await reach(page, "Finished");
  assert.equal(await comparing(page).filter({ hasText: /Stopped/ }).count(), 1);
});

test("settings are added as arms and removed again", async (t) => {
  const page = await openCompare(t);
  const added = page.locator(".added li");
  await button(page, "Add the present settings").press("Enter");
  assert.match(await added.textContent(), /^sleep A: quick-mnist-src.*sleep\.steps = 3000/);
  await button(page, "Add the present settings").click();
  await form(page).getByRole("alert").filter({ hasText: "an arm already: sleep A" }).waitFor();

  await setHash(page, `${SHORT}&strategy.kind=rehearsal`);
  await button(page, "Add the present settings").click();
  await added.filter({ hasText: "rehearsal B" }).waitFor();
  await button(page, "Remove sleep A").click();
  await added.filter({ hasText: "sleep A" }).waitFor({ state: "detached" });
  assert.equal(await button(page, "Add the present settings").evaluate((add) => add === document.activeElement), true, "the keyboard stays near");

  for (const name of ["sleep", "rehearsal"]) await form(page).getByLabel(name, { exact: true }).press("Space");
  await setHash(page, SHORT);
  await button(page, "Run the comparison").click();
  await finish(page);
  const shown = await table(page);
  assert.deepEqual(Object.keys(shown), ["nothinglower bound", "rehearsal B", "all tasks at onceupper bound"]);
  assert.equal(shown["rehearsal B"].difference, "reference", "the first method, where there is no sleep");
  assert.match(shown["nothinglower bound"].difference, /^[+−]\d+\.\d points interval needs 2 seeds, \(n = 1\)$/);
});

test("what cannot be compared is refused in words, and nothing is lost", async (t) => {
  const page = await openCompare(t);
  const refused = async (words) => {
    await button(page, "Run the comparison").click();
    await form(page).getByRole("alert").filter({ hasText: words }).waitFor();
    assert.equal(await comparing(page).count(), 0);
  };
  const runs = page.getByLabel("Runs of each");
  await runs.fill("25");
  await form(page).getByText("Whole numbers from 1 to 24 are allowed.").waitFor();
  assert.equal(await runs.getAttribute("aria-invalid"), "true");
  await refused("“25” is no number of runs");
  await runs.fill("2");

  for (const name of ["sleep", "rehearsal"]) await form(page).getByLabel(name, { exact: true }).uncheck();
  await refused("tick a strategy or add the present settings");
  await button(page, "Add the present settings").click();
  await setHash(page, "#v=1&preset=quick-fmnist-src");
  await refused("sleep A cannot be compared with the other arms: it learns another data set.");
  await setHash(page, `${SHORT}&seed=4294967295`);
  await refused("There are no 2 seeds from 4294967295 on");
  assert.equal(await page.locator(".added li").count(), 1);
});

test("runs that fail or diverge are told, and the others go on", async (t) => {
  const page = await openCompare(t, { hash: `${SHORT}&sleep.window=29`, runs: "2" });
  await button(page, "Add the present settings").click();
  await setHash(page, `${SHORT}&strategy.kind=sequential&network.hidden=[40,24]&rule.rates=[100,100,100]`);
  await button(page, "Add the present settings").click();
  await setHash(page, SHORT);
  await form(page).getByLabel("rehearsal", { exact: true }).uncheck();
  await button(page, "Run the comparison").click();
  await finish(page);
  const told = await comparing(page).getByRole("alert").locator("li").allTextContents();
  assert.equal(told.length, 2);
  await page.evaluate(AXE);
  await inspect(page, "with runs lost");
  assert.match(told[0], /^sleep A, seeds 0, 1: .*window.*\. Left out of this arm's means and differences\.$/);
  assert.match(told[1], /^nothing B, seeds 0, 1: diverged in T1: .*no longer finite/);
  assert.match(await page.locator(".compared figure > .caption").textContent(), /do not share their initial weights\.$/);
  const shown = await table(page);
  assert.match(shown.sleep.accuracy, /\(n = 2\)$/);
  for (const arm of ["sleep A", "nothing B"]) assert.deepEqual(shown[arm], { accuracy: "–", forgetting: "–", difference: "–" });
});

test("a comparison without its images says so, and can be run again", async (t) => {
  const page = await openCompare(t);
  await page.route("**/train-images*", (route) => route.fulfill({ status: 404, body: "not found" }));
  await button(page, "Run the comparison").click();
  await comparing(page).filter({ hasText: /could not be run\. .*train-images\S+ answers 404/ }).waitFor();
  await page.unroute("**/train-images*");
  await button(page, "Run the comparison").click();
  await comparing(page).filter({ hasText: "0 of 4 runs done" }).waitFor();
});
