// Analyses over several runs: their numbers against those of single runs and against what must hold of them, saved, without
// a sleep, with runs that are lost, stopped, and for everybody's eyes.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { overflow, violations } from "./axe.mjs";
import { button, drawn, matrix, openLab, reach, RUN_LIMIT, runToEnd, useLab } from "./lab.mjs";

useLab();

/** Two tasks of two classes, in runs of a few seconds. */
const SHORT = "#v=1&preset=quick-mnist-src&tasks.order=listed&tasks.classes=[[0,1],[2,3]]&training.epochs=1&sleep.steps=3000&network.hidden=[60]&data.subset.train_per_class=200";
const TITLES = ["Accuracy by phase and task", "Weight change in the last sleep", "Confusion before and after the last sleep", "Correlation of the classes in the hidden layers", "Which classes are replayed", "What is dreamt"];

async function openAnalyses(t, { hash = SHORT, runs = "1", ...rest } = {}) {
  const page = await openLab(t, { hash, ...rest });
  await page.locator(".analyses > details > summary").press("Enter");
  await page.getByLabel("Runs", { exact: true }).fill(runs);
  return page;
}

const reached = (page, pattern) => page.locator(".studying").filter({ hasText: pattern }).first().waitFor({ timeout: RUN_LIMIT });

async function analyse(page) {
  await button(page, "Analyse").click();
  await reached(page, /^Analyses: finished/);
}

const shown = (page) => page.locator(".analysis:visible h3").allTextContents();
const captions = (page, analysis) => page.locator(`.${analysis}-analysis figcaption`).allTextContents();

/** What a menu saves in a format. */
async function save(page, title, format) {
  await page.locator(`summary[aria-label="Save ${title}"]`).click();
  const offered = page.getByRole("group", { name: `Save ${title} as`, exact: true }).getByRole("button", { name: format, exact: true });
  const [file] = await Promise.all([page.waitForEvent("download"), offered.click()]);
  return { name: file.suggestedFilename(), text: readFileSync(await file.path(), "utf8") };
}

/** All data of a figure: what computes them again, and rows by their columns' keys, by the table's name. */
async function data(page, title) {
  const { runs, tables } = JSON.parse((await save(page, title, "All data as JSON")).text);
  const rows = ({ columns, rows }) => rows.map((row) => Object.fromEntries(row.map((cell, i) => [columns[i].key, cell])));
  return { origin: runs[0], ...Object.fromEntries(tables.map((table) => [table.name, rows(table)])) };
}

const near = (found, expected, tolerance, what) => assert.ok(Math.abs(found - expected) <= tolerance, `${what}: ${found}, not ${expected}`);
const sum = (values) => values.reduce((total, value) => total + value, 0);

/** Rows that agree in some columns. */
function groups(rows, ...keys) {
  const found = {};
  for (const row of rows) (found[keys.map((key) => row[key]).join()] ??= []).push(row);
  return Object.values(found);
}

test("analyses are means over the runs that single runs are", async (t) => {
  const page = await openAnalyses(t, { runs: "2" });
  await analyse(page);
  assert.deepEqual(await shown(page), TITLES);
  const heat = await data(page, TITLES[0]);
  const { "mean-confusion": confusion } = await data(page, TITLES[2]);
  assert.deepEqual(heat.origin.seeds, [0, 1]);
  assert.match(heat.origin.command, /^engram analyse heat-map 'v=1&.*' --seeds 0\.\.2$/);
  assert.equal(heat.origin.done, "2 of 2 runs");

  const [accuracies, answers] = [[], []];
  for (const seed of [0, 1]) {
    await page.evaluate((hash) => (location.hash = hash), `${SHORT}&seed=${seed}`);
    accuracies.push(await runToEnd(page));
    answers.push((await data(page, "Confusion")).confusion);
  }
  assert.equal(heat["heat-map"].length, 8, "four phases of two tasks");
  for (const { phase, task, mean, sd, n } of heat["heat-map"]) {
    const [a, b] = accuracies.map((matrix) => Number(matrix[phase][["0 / 1", "2 / 3"].indexOf(task)]) / 100);
    near(mean, (a + b) / 2, 0.0006, `${task} after ${phase}`);
    near(sd, Math.abs(a - b) / Math.SQRT2, 0.0011, `s.d. of ${task} after ${phase}`);
    assert.equal(n, 2);
  }
  // Of the answers that are classes of a task.
  const part = (rows, phase, c, answer) => {
    const row = rows.find((one) => one.phase === phase && one.class === c);
    return row[`answer_${answer}`] / sum([0, 1, 2, 3].map((other) => row[`answer_${other}`]));
  };
  assert.equal(confusion.length, 2 * 16, "before and after, four classes");
  for (const { when, class: c, answer, mean } of confusion) {
    const parts = answers.map((rows) => part(rows, when === "before" ? "T2" : "S2", c, answer));
    near(mean, sum(parts) / 2, 1e-9, `${c} taken for ${answer} ${when}`);
  }
});

test("what must hold of one run's analyses holds, and they have no spread", async (t) => {
  const page = await openAnalyses(t);
  await analyse(page);
  assert.match(await page.locator(".heat-map-analysis > .caption").last().textContent(), /^Seed 0; n = 1 run, so no spread\. quick-mnist-src, .*network\.hidden = \[60\].*\.$/);

  const { "mean-confusion": confusion } = await data(page, TITLES[2]);
  const ofRow = groups(confusion, "when", "class");
  assert.equal(ofRow.length, 8);
  for (const row of ofRow) near(sum(row.map(({ mean }) => mean)), 1, 1e-9, "a class's answers");
  assert.ok(confusion.every(({ sd }) => sd === null));

  const { correlation, "distance-from-identity": distances } = await data(page, TITLES[3]);
  const said = await captions(page, "correlation");
  for (const [i, when] of ["before", "after"].entries()) {
    const cells = correlation.filter((cell) => cell.when === when);
    const [own, off] = [true, false].map((same) => cells.filter((cell) => (cell.class === cell.other) === same).map(({ mean }) => mean));
    assert.deepEqual(own, [1, 1, 1, 1]);
    assert.ok(off.every((r) => r >= -1 && r <= 1) && new Set(off.map((r) => r.toFixed(9))).size === 6, "twelve cells, alike in pairs");
    const distance = Math.sqrt(sum(off.map((r) => r * r)) / 12);
    near(distances[i].mean, distance, 1e-9, `distance ${when}`);
    assert.match(said[i], new RegExp(`distance from the identity ${distance.toFixed(2)}$`));
  }
  assert.notEqual(distances[0].mean, distances[1].mean);

  const { "run-weight-changes": bins, "mean-weight-changes": means, "moved-weights": moved } = await data(page, TITLES[1]);
  const [input, output] = groups(bins, "matrix");
  assert.deepEqual([input, output].map((matrix) => sum(matrix.map(({ weights }) => weights))), [784 * 60, 60 * 10]);
  for (const [i, matrix] of [input, output].entries()) {
    const middle = sum(matrix.map(({ from, to, weights }) => ((from + to) / 2) * weights)) / sum(matrix.map(({ weights }) => weights));
    near(means[i].mean, middle, (matrix[0].to - matrix[0].from) / 2, "the mean is the histogram's, to half a bin");
    const all = sum(matrix.map(({ weights }) => weights));
    for (const [way, surely, perhaps] of [["down", ({ to }) => to < 0, ({ from }) => from < 0], ["up", ({ from }) => from > 0, ({ to }) => to > 0]]) {
      const { mean } = moved.find((row) => row.way === way && row.matrix === means[i].matrix);
      const [least, most] = [surely, perhaps].map((is) => sum(matrix.filter(is).map(({ weights }) => weights)) / all);
      assert.ok(mean >= least - 1e-9 && mean <= most + 1e-9, `${way}: ${mean} is not between ${least} and ${most}`);
    }
  }

  const { replay } = await data(page, TITLES[4]);
  const slices = groups(replay, "sleep", "step");
  assert.equal(slices.length, 12, "two sleeps of six slices");
  const steps = {};
  for (const slice of slices) {
    const { mean: silent } = slice.at(-1);
    const parts = slice.slice(0, -1).filter(({ n }) => n > 0);
    assert.equal(slice.length, 4 + 1 + 1, "classes learnt, the others, and silence");
    if (parts.length > 0) near(sum(parts.map(({ mean }) => mean)), 1, 1e-9, "all steps with spikes");
    for (const { class: c, mean } of parts) steps[c] = (steps[c] ?? 0) + 500 * (1 - silent) * mean;
  }
  const { dreamt, dreams } = await data(page, TITLES[5]);
  for (const c of ["0", "1", "2", "3"]) near(dreamt.find((one) => one.class === c).mean, steps[c], 1e-6, `steps that stood for ${c}`);
  assert.ok(sum(Object.values(steps)) > 0, "something was replayed");
  assert.equal(dreams.length, 10 * 784);
  for (const { class: c, mean } of dreamt) assert.equal(dreams.some((one) => one.class === c && one.weight !== 0), mean > 0, `${c} is dreamt of where it is replayed`);
});

test("two tasks are a study of their own, whose accuracies are the run's", async (t) => {
  const page = await openAnalyses(t, { hash: SHORT.replace("[[0,1],[2,3]]", "[[0,1],[2,3],[4,5]]") });
  await button(page, "Study two tasks").click();
  await reached(page, /^Two tasks: finished, 1 of 1/);
  assert.deepEqual(await shown(page), ["Which synapses carry a class"]);
  const { importance, origin } = await data(page, "Which synapses carry a class");
  assert.deepEqual(origin.spec.tasks.classes, [[0, 1], [2, 3]]);
  assert.equal(await page.locator(".importance-analysis figure").count(), 4, "a panel a class");
  const value = (c, measure) => importance.find((row) => row.class === String(c) && row.measure === measure).mean;
  for (const c of [0, 1, 2, 3]) {
    const cosines = ["T1–T2", "T1–S2", "T2–S2"].map((pair) => value(c, `cosine ${pair}`));
    assert.ok(cosines.every((r) => r >= -1 && r <= 1 && r !== 0), `${c}: ${cosines}`);
    const written = await page.locator(".importance-analysis svg").nth(c).getAttribute("aria-label");
    assert.ok(written.includes(`T2–S2 ${cosines[2].toFixed(2).replace("-", "−")}`), written);
  }
  await page.evaluate((hash) => (location.hash = hash), SHORT);
  const single = await runToEnd(page);
  for (const phase of ["T1", "T2", "S2"]) {
    const ofTask = (a, b) => (100 * (value(a, `accuracy after ${phase}`) + value(b, `accuracy after ${phase}`))) / 2;
    near(ofTask(0, 1), Number(single[phase][0]), 0.06, `task 1 after ${phase}`);
    near(ofTask(2, 3), Number(single[phase][1]), 0.06, `task 2 after ${phase}`);
  }
});

test("without a sleep there is the heat map, and words", async (t) => {
  const page = await openAnalyses(t, { hash: `${SHORT}&strategy.kind=sequential` });
  await button(page, "Study two tasks").click();
  await page.locator(".analyses").getByRole("alert").filter({ hasText: "this strategy does not sleep" }).waitFor();
  await analyse(page);
  assert.deepEqual(await shown(page), TITLES.slice(0, 1));
  await page.locator(".analyses .notice:visible").filter({ hasText: "there is no sleep to analyse" }).waitFor();
  assert.equal(await page.locator(".heat-map-analysis svg g.cell rect").count(), 4, "two phases of two tasks");
});

test("runs that diverge are told of and left out; analyses can be stopped", async (t) => {
  const page = await openAnalyses(t, { hash: `${SHORT}&rule.rates=[100,100]`, runs: "2" });
  await analyse(page);
  const told = await page.locator(".studying").getByRole("alert").locator("li").allTextContents();
  assert.equal(told.length, 1);
  assert.match(told[0], /^Seeds 0, 1: diverged in [TS]\d: .+\. Left out of the analyses\.$/);
  assert.deepEqual(await shown(page), []);

  await page.evaluate((hash) => (location.hash = hash), SHORT);
  await page.getByLabel("Runs", { exact: true }).fill("25");
  await button(page, "Analyse").click();
  await page.locator(".analyses form").getByRole("alert").filter({ hasText: "“25” is no number of runs" }).waitFor();
  await page.getByLabel("Runs", { exact: true }).fill("24");
  await button(page, "Analyse").click();
  await reached(page, /[1-9]\d* of 24 runs done/);
  await button(page, "Run").click();
  await page.locator(".compare > details > summary").press("Enter");
  await button(page, "Stop the analyses").click();
  await reached(page, /^Analyses: stopped, [1-9]\d* of 24 runs done\. What they gave stays\./);
  assert.deepEqual(await shown(page), TITLES);
  await reach(page, "Finished");
  assert.equal(Object.keys(await matrix(page)).length, 4, "the single run went to its end beside them");
});

test("figures are for everybody, light and dark, narrow and wide, and can be kept", async (t) => {
  const page = await openAnalyses(t, { runs: "2" });
  await analyse(page);
  await button(page, "Study two tasks").click();
  await reached(page, /^Two tasks: finished/);
  assert.equal((await shown(page)).length, 7);
  for (const colorScheme of ["light", "dark"]) {
    for (const width of [390, 1280, 2560]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      await drawn(page);
      assert.deepEqual(await violations(page), [], `${colorScheme}, ${width} px`);
      assert.ok((await overflow(page)) <= 0, `nothing is wider than ${width} px`);
      const cut = await page.locator(".analysis svg").evaluateAll((all) => all.filter((svg) => svg.getBoundingClientRect().right > svg.closest(".analysis").getBoundingClientRect().right + 1).length);
      assert.equal(cut, 0, `figures that stand out at ${width} px`);
    }
  }
  for (const title of [...TITLES, "Which synapses carry a class"]) {
    const { name, text } = await save(page, title, "Figure as SVG");
    assert.match(name, /^engram-.*-seeds0-1-[0-9a-f]{6}\.svg$/);
    assert.ok(text.includes("seeds 0 to 1") && text.includes('"steps":3000'), `${title}: where it comes from, and the Spec`);
  }
  const links = await page.locator(".analyses a.manual").evaluateAll((all) => all.map(({ href }) => href));
  await page.goto(links[0]);
  for (const href of links) assert.equal(await page.locator(`[id="${new URL(href).hash.slice(1)}"]`).count(), 1, href);
});
