// Saving: every card in every format, what the files hold, the data as tables, the menu by keyboard; little motion.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { overflow, violations } from "./axe.mjs";
import { button, drawn, matrix, openLab, reach, useLab } from "./lab.mjs";

useLab();

const HASH = "v=1&preset=quick-mnist-src&evaluation.energy=true&sleep.steps=3000&tasks.order=listed&training.epochs=1";
const WIDTH = 1280;

/** A run of T1 and S1 with a test image tried, so that every card shows something; the result where it went to its end. */
async function runTo(t, phases, options = {}) {
  const page = await openLab(t, { hash: `#${HASH}`, size: [WIDTH, 900], ...options });
  for (const phase of phases) {
    await button(page, "Next phase").click();
    await reach(page, new RegExp(`^Paused in ${phase}`));
  }
  await tryImage(page);
  return page;
}

async function tryImage(page) {
  await button(page, "Next test image").click();
  await page.locator(".outputs .caption", { hasText: /^After .*output/ }).waitFor();
}

const menu = (page, title) => page.getByRole("group", { name: `Save ${title} as`, exact: true });
const opener = (page, title) => page.locator(`summary[aria-label="Save ${title}"]`);

async function formats(page, title) {
  await opener(page, title).click();
  await menu(page, title).getByRole("button").first().waitFor();
  const names = await menu(page, title).getByRole("button").allTextContents();
  await page.keyboard.press("Escape");
  return names;
}

/** Saves in a format by its menu. */
async function save(page, title, format) {
  await opener(page, title).click();
  const [file] = await Promise.all([page.waitForEvent("download"), menu(page, title).getByRole("button", { name: format, exact: true }).click()]);
  assert.equal(await menu(page, title).isVisible(), false, "the menu closes");
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
}

/** The Spec that the page runs, by the core. */
const specOf = (page, title) => save(page, title, "All data as JSON").then(({ bytes }) => JSON.parse(bytes).runs[0].spec);

/** What an SVG file says, read as a stranger would. */
const readSvg = (page, text) =>
  page.evaluate((text) => {
    const svg = new DOMParser().parseFromString(text, "image/svg+xml");
    const all = [...svg.querySelectorAll("*")];
    const written = [...svg.querySelectorAll("text")].map((line) => line.textContent);
    return {
      error: svg.querySelector("parsererror")?.textContent ?? null,
      root: svg.documentElement.tagName,
      title: svg.querySelector("svg > title")?.textContent,
      description: svg.querySelector("svg > desc")?.textContent,
      spec: JSON.parse(svg.querySelector("svg > metadata").textContent),
      written: written.join(" "),
      marks: svg.querySelectorAll("g path, g rect, g image").length,
      size: [svg.documentElement.getAttribute("width"), svg.documentElement.getAttribute("height")].map(Number),
      // Addresses elsewhere, and what only this page's sheets would resolve.
      loose: all.flatMap((element) => [...element.attributes].filter(({ name, value }) => /var\(|light-dark|oklab|currentColor/i.test(value) || (/href|src/.test(name) && !/^(data:|#)/.test(value))).map(({ name, value }) => `${element.tagName} ${name}=${value}`)),
      styles: svg.querySelectorAll("style, script, foreignObject").length,
    };
  }, text);

/** Chunks of a PNG by type. */
function chunks(file) {
  const found = {};
  for (let at = 8; at < file.length; ) {
    const length = file.readUInt32BE(at);
    const type = file.toString("latin1", at + 4, at + 8);
    found[type] ??= file.subarray(at + 8, at + 8 + length);
    at += 12 + length;
  }
  return found;
}

/** Colours that a browser finds in a picture: how many of a grid of points, and at a corner. */
const readPng = (page, bytes) =>
  page.evaluate(async (base64) => {
    const image = new Image();
    image.src = `data:image/png;base64,${base64}`;
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    const colors = new Set();
    for (let i = 0; i < data.length; i += 4) colors.add(data.slice(i, i + 4).join());
    return { width: canvas.width, height: canvas.height, colors: colors.size, corner: [...data.slice(0, 4)] };
  }, bytes.toString("base64"));

const rows = (bytes) => bytes.toString("utf8").replace(/^\ufeff/, "").trimEnd().split("\r\n").map((line) => line.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/));

const CARDS = ["Forgetting curves", "Try it", "Accuracy matrix", "Spikes in sleep", "Confusion", "Weight change in sleep", "Receptive fields", "Settling"];

/** Of settings that differ from the preset's. */
const named = (what, extension) => new RegExp(`^engram-${what}-quick-mnist-src-seed0-[0-9a-f]{6}\\.${extension}$`);

test("files of one preset and seed are told apart by their settings", async (t) => {
  const page = await openLab(t);
  const names = [];
  for (const change of ["", "&sleep.steps=3000", "&sleep.steps=2000"]) {
    await page.evaluate((hash) => (location.hash = hash), `v=1&preset=quick-mnist-src${change}`);
    await button(page, "Next batch").click();
    await reach(page, /^Paused/);
    names.push((await save(page, "Accuracy matrix", "All data as JSON")).name);
    await button(page, "Stop").click();
    await reach(page, /^Stopped/);
  }
  assert.equal(names[0], "engram-accuracy-matrix-quick-mnist-src-seed0.json");
  assert.match(names[1], named("accuracy-matrix", "json"));
  assert.match(names[2], named("accuracy-matrix", "json"));
  assert.notEqual(names[1], names[2]);
});

test("every card is saved as SVG and PNG that stand alone, with caption and Spec", async (t) => {
  const page = await runTo(t, ["T1", "S1"]);
  const spec = await specOf(page, "Forgetting curves");
  assert.equal(spec.seed, 0);
  assert.equal(spec.sleep.steps, 3000);
  for (const card of CARDS) {
    const { name, bytes } = await save(page, card, "Figure as SVG");
    assert.match(name, named(card.toLowerCase().replaceAll(" ", "-"), "svg"));
    const svg = await readSvg(page, bytes.toString("utf8"));
    assert.equal(svg.error, null, card);
    assert.equal(svg.root, "svg");
    assert.equal(svg.title, card);
    assert.deepEqual(svg.spec, spec, `the Spec in ${card}`);
    assert.deepEqual(svg.loose, [], card);
    assert.equal(svg.styles, 0);
    assert.ok(svg.marks >= 5, `${card}: ${svg.marks} marks`);
    assert.match(svg.written, /Engram · quick-mnist-src, seed 0 · 2 of 10 phases · computed on the CPU/);
    assert.ok(svg.written.includes(card), "its title is written");
    const caption = svg.description.split(". ")[0];
    assert.ok(svg.written.includes(caption), `the caption “${caption}” is written`);

    const png = await save(page, card, "Figure as PNG");
    assert.equal(png.name, name.replace(".svg", ".png"));
    const { iTXt } = chunks(png.bytes);
    const [keyword, text] = iTXt.toString("utf8").split("\0\0\0\0\0");
    assert.equal(keyword, "Engram-Spec");
    assert.deepEqual(JSON.parse(text), spec);
    const picture = await readPng(page, png.bytes);
    const scale = Math.max(2, 1600 / svg.size[0]);
    assert.deepEqual([picture.width, picture.height], svg.size.map((side) => Math.round(side * scale)), card);
    assert.ok(picture.width >= 1600 && picture.colors > 20, `${card}: ${picture.colors} colours`);
    assert.deepEqual(picture.corner, [252, 252, 250, 255], "light paper");
  }
});

test("in the dark, figures are saved as they are shown", async (t) => {
  const page = await runTo(t, ["T1"], { scheme: "dark" });
  for (const card of ["Forgetting curves", "Try it"]) {
    const svg = await readSvg(page, (await save(page, card, "Figure as SVG")).bytes.toString("utf8"));
    assert.deepEqual([svg.error, svg.loose], [null, []]);
    assert.deepEqual((await readPng(page, (await save(page, card, "Figure as PNG")).bytes)).corner, [18, 20, 26, 255], "dark paper");
  }
});

test("saved numbers are those of the page", async (t) => {
  const page = await runTo(t, ["T1", "S1"]);
  const shown = await matrix(page);
  for (const card of ["Forgetting curves", "Accuracy matrix"]) {
    const [head, ...body] = rows((await save(page, card, "Data as CSV")).bytes);
    assert.match(head[1], /Task 1: 0 \/ 1 \(fraction right\)/);
    assert.deepEqual(Object.fromEntries(body.map(([phase, ...cells]) => [phase, cells.map((cell) => (100 * Number(cell)).toFixed(1))])), shown);
  }
  const { name, bytes } = await save(page, "Forgetting curves", "All data as JSON");
  assert.match(name, named("forgetting-curves", "json"));
  const told = JSON.parse(bytes);
  const [table] = told.tables;
  assert.deepEqual(Object.fromEntries(table.rows.map(([phase, ...cells]) => [phase, cells.map((cell) => (100 * cell).toFixed(1))])), shown);
  const [run] = told.runs;
  assert.equal(`#${run.link}`, await page.evaluate(() => location.hash), "the link is the page's");
  assert.equal(run.command, `engram run '${run.link}'`);
  assert.deepEqual([run.preset, run.seeds, run.engine, run.done], ["quick-mnist-src", [0], "the CPU", "2 of 10 phases"]);
  assert.match(told.caption, /^Accuracy on each task's test images after every phase\..*2,000 test images/);

  const [, ...confusion] = rows((await save(page, "Confusion", "Data as CSV")).bytes);
  assert.equal(confusion.length, 20, "ten classes, before and after sleep");
  for (const phase of ["T1", "S1"]) {
    const right = confusion.filter(([name]) => name === phase).reduce((sum, [, label, ...counts]) => sum + Number(counts[Number(label)]), 0);
    assert.equal((100 * (right / 2000)).toFixed(1), shown[phase].at(-1), `the diagonal after ${phase}`);
  }

  const spikes = rows((await save(page, "Spikes in sleep", "Single spikes of the last steps as CSV")).bytes).slice(1);
  const marks = await page.locator(".spikes .trace svg:first-child path[stroke]").evaluateAll((paths) => paths.reduce((sum, path) => sum + (path.getAttribute("d").match(/M/g)?.length ?? 0), 0));
  assert.equal(spikes.length, marks, "a row for each mark");

  const weights = rows((await save(page, "Weight change in sleep", "Change of weights in a sleep as CSV")).bytes);
  assert.deepEqual(weights.slice(1).map((row) => [row[1], row.at(-1)]), [["input to hidden", "401408"], ["hidden to output", "5120"]]);
  const fields = rows((await save(page, "Receptive fields", "Data as CSV")).bytes);
  assert.equal(fields.length, 1 + 8 * 784);
  const settling = rows((await save(page, "Settling", "Data as CSV")).bytes);
  assert.equal(settling.length, 101);
  const outputs = rows((await save(page, "Try it", "Outputs step by step as CSV")).bytes);
  const best = Math.max(...outputs.at(-1).slice(1).map(Number));
  assert.ok((await page.locator(".outputs .caption").textContent()).endsWith(`output ${best.toFixed(2)}`));
});

test("what is slid to is what is saved", async (t) => {
  const page = await runTo(t, ["T1", "S1"]);
  await page.locator("#scrub").evaluate((slider) => {
    slider.value = 1;
    slider.dispatchEvent(new Event("input"));
  });
  await page.waitForFunction(() => document.querySelectorAll(".confusion figcaption").length === 1);
  const [, ...confusion] = rows((await save(page, "Confusion", "Data as CSV")).bytes);
  assert.deepEqual([...new Set(confusion.map(([phase]) => phase))], ["T1"]);
});

test("the result of the recorded run is saved with what recorded it", async (t) => {
  const page = await openLab(t);
  await page.locator(".result .value").first().waitFor();
  const [, accuracy] = rows((await save(page, "Result", "Measures at the end of the run as CSV")).bytes);
  assert.equal(`${(100 * Number(accuracy[1])).toFixed(1)}\u202f%`, await page.locator(".result .value").first().textContent());
  const { runs } = JSON.parse((await save(page, "Result", "All data as JSON")).bytes);
  assert.match(runs[0].command, /^engram run quick-mnist-src --set tasks\.order=listed --seeds 0$/);
  assert.deepEqual((await formats(page, "Result")).filter((name) => /Figure/.test(name)), [], "a table is no figure");
});

test("a comparison is saved with every arm's Spec", async (t) => {
  const page = await openLab(t, { hash: `#${HASH.replace("sleep.steps=3000", "sleep.steps=500")}` });
  await page.locator(".compare > details > summary").click();
  await page.getByLabel("Runs of each").fill("1");
  await button(page, "Run the comparison").click();
  await page.locator(".comparing p", { hasText: "Finished: 4 of 4 runs done." }).first().waitFor({ timeout: 240_000 });
  const text = (await save(page, "Comparison", "Figure as SVG")).bytes.toString("utf8");
  const svg = await readSvg(page, text);
  assert.deepEqual([svg.error, svg.loose], [null, []]);
  assert.deepEqual(svg.spec.map(({ arm, seeds, spec }) => [arm, seeds[0], spec.strategy.kind]), [
    ["nothing", 0, "sequential"],
    ["sleep", 0, "src"],
    ["rehearsal", 0, "rehearsal"],
    ["all tasks at once", 0, "parallel"],
  ]);
  const { name, bytes } = await save(page, "Comparison", "Every run as CSV");
  assert.match(name, named("comparison-runs", "csv"));
  const shown = await page.locator(".comparison tbody tr").evaluateAll((all) => all.map((row) => row.cells[2].textContent));
  const found = rows(bytes).slice(1);
  assert.deepEqual(found.map((row) => `${(100 * Number(row[2])).toFixed(1)}\u202f% (n\u00a0=\u00a01)`), shown);
  assert.equal(JSON.parse((await save(page, "Comparison", "All data as JSON")).bytes).tables.length, 4);
});

test("data are shown as tables, which are accessible in all sizes and themes", async (t) => {
  const page = await runTo(t, ["T1", "S1"]);
  const tables = page.locator("details.data");
  assert.equal(await page.locator("details.data table").count(), 0, "nothing is drawn before it is looked at");
  for (const summary of await tables.locator("summary").all()) if (await summary.isVisible()) await summary.click();
  await page.locator(".curves .data-table tbody tr").nth(1).waitFor();
  const shown = await matrix(page);
  const numbers = await page.locator(".curves .data-table tbody tr").evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.textContent)));
  assert.deepEqual(Object.fromEntries(numbers.map(([phase, ...cells]) => [phase, cells.map((cell) => (100 * Number(cell)).toFixed(1))])), shown);
  assert.match(await page.locator(".fields .data-table .caption").textContent(), /^The first 100 of 6,272 rows; the saved file holds all\.$/);
  assert.equal(await page.locator(".fields .data-table tbody tr").count(), 100);
  await opener(page, "Forgetting curves").click();
  for (const colorScheme of ["light", "dark"]) {
    for (const width of [360, 1280]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      await drawn(page);
      assert.deepEqual(await violations(page), [], `${colorScheme}, ${width} px`);
      assert.ok((await overflow(page)) <= 0, `${width} px are enough`);
      const { x } = await menu(page, "Forgetting curves").boundingBox();
      assert.ok(x >= 0, "the whole menu is on the screen");
    }
  }
  await button(page, "Next phase").click();
  await reach(page, /^Paused in T2/);
  await page.locator(".curves .data-table tbody tr").nth(2).waitFor();
  // A run that begins anew has nothing to show yet.
  await button(page, "Stop").click();
  await reach(page, /^Stopped/);
  await button(page, "Next phase").click();
  await reach(page, /^Paused in T1/);
  await page.waitForFunction(() => document.querySelectorAll(".curves .data-table tbody tr").length === 1);
});

test("the menu is worked by the keyboard, and ends with Escape or elsewhere", async (t) => {
  const page = await openLab(t);
  await opener(page, "Forgetting curves").waitFor(); // for the recorded run
  await opener(page, "Forgetting curves").focus();
  await page.keyboard.press("Enter");
  const first = menu(page, "Forgetting curves").getByRole("button").first();
  await first.waitFor();
  await page.keyboard.press("Tab");
  assert.ok(await first.evaluate((found) => found === document.activeElement), "Tab goes into the menu");
  await page.keyboard.press("Escape");
  assert.equal(await first.isVisible(), false);
  assert.ok(await opener(page, "Forgetting curves").evaluate((found) => found === document.activeElement), "the focus is where it was");
  await page.keyboard.press("Space");
  await first.waitFor();
  await page.keyboard.press("Tab");
  const [file] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
  assert.match(file.suggestedFilename(), /\.svg$/);
  await opener(page, "Confusion").click();
  await menu(page, "Confusion").waitFor();
  await page.locator("h1").click();
  assert.equal(await menu(page, "Confusion").isVisible(), false);
  await page.locator(".confusion").getByRole("button", { name: "Close" }).click();
  assert.equal(await opener(page, "Confusion").isVisible(), false, "a closed card shows nothing to save");
});

test("every figure says in words what is to be seen, with its numbers", async (t) => {
  const page = await runTo(t, ["T1", "S1"]);
  const images = await page.locator(".see [role=img]:visible, .see svg:visible").evaluateAll((all) =>
    all.filter((one) => !one.closest("[role=img] [role=img], .pad") && !one.parentElement.closest("[role=img]")).map((one) => [one.getAttribute("role"), one.getAttribute("aria-label") ?? ""]));
  assert.ok(images.length > 15, `${images.length} figures`);
  for (const [role, label] of images) {
    assert.equal(role, "img", label);
    assert.match(label, /\d/, "a figure is told with its numbers");
  }
});

test("who wants little motion gets the replay in steps, and nothing else moves", async (t) => {
  const page = await openLab(t, { prepare: (page) => page.emulateMedia({ reducedMotion: "reduce" }) });
  await button(page, "Replay").waitFor();
  await page.evaluate(() => {
    globalThis.seen = new Set();
    const place = document.querySelector(".recording output");
    new MutationObserver(() => globalThis.seen.add(place.textContent)).observe(place, { childList: true, characterData: true, subtree: true });
  });
  await button(page, "Replay").click();
  await button(page, "Pause replay").waitFor();
  await page.waitForTimeout(3500);
  const seen = await page.evaluate(() => globalThis.seen.size);
  assert.ok(seen >= 2 && seen <= 5, `${seen} pictures in 3.5 s`);
  assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
});
