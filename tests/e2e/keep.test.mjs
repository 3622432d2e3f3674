// Sharing and keeping a run: link, file, weights; and a run that outlives its tab.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { addressed, button, matrix, openLab, reach, runToEnd, status, useLab } from "./lab.mjs";

useLab();

const ENGRAM = process.env.ENGRAM ?? fileURLToPath(new URL("../../target/release/engram", import.meta.url));
const TWO = "#v=1&preset=quick-mnist-src&tasks.order=listed&seed=0&tasks.classes=[[0,1],[2,3]]";
const LONG = `${TWO}&training.epochs=15`;
const hash = (page) => new URL(page.url()).hash;
const folder = () => mkdtempSync(join(tmpdir(), "engram-keep-"));

/** What this browser keeps, without the runs themselves. */
const notes = (page) =>
  page.evaluate(async () => {
    const ask = (request) => new Promise((told, refused) => ((request.onsuccess = () => told(request.result)), (request.onerror = () => refused(request.error))));
    const name = `engram ${new URL("./", location.href).pathname}`;
    if (!(await indexedDB.databases()).some((known) => known.name === name)) return [];
    const store = (await ask(indexedDB.open(name))).transaction("runs").objectStore("runs");
    return (await ask(store.getAll())).filter((value) => "place" in value);
  });

/** Waits until what is kept is so. */
async function kept(page, isSo) {
  for (let tries = 0; tries < 600; tries++) {
    const found = await notes(page);
    if (found.some(isSo)) return found;
    await page.waitForTimeout(100);
  }
  assert.fail(`not kept so within a minute: ${JSON.stringify(await notes(page))}`);
}

const begun = (page) => page.locator("#lab[aria-busy=false]").waitFor();

async function save(page, name) {
  const [file] = await Promise.all([page.waitForEvent("download"), button(page, name).click()]);
  const path = join(folder(), file.suggestedFilename());
  await file.saveAs(path);
  return path;
}

/** Everything that the cards and the curves show, as text. */
const shown = (page) => page.locator(".see").evaluate((see) => [...see.querySelectorAll("table, svg")].map((part) => part.getAttribute("aria-label") ?? part.innerText));

test("a copied link reopens the very same run", async (t) => {
  const page = await openLab(t, { hash: TWO, permissions: ["clipboard-read", "clipboard-write"] });
  await button(page, "Next phase").click();
  await reach(page, /^Paused in T1/);
  await button(page, "Sleep now").click();
  await reach(page, /^Paused in N1/);
  await button(page, "Resume").click();
  await reach(page, "Finished");
  const expected = await matrix(page);
  await page.getByLabel("Seed").fill("7"); // the link is of the run that is shown
  await page.getByLabel("Seed").press("Enter");
  await button(page, "Copy link").click();
  await page.getByText("The link to this run was copied.").waitFor();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  const again = await openLab(t, { hash: new URL(link).hash });
  assert.deepEqual(await runToEnd(again), expected);
});

test("a finished run is saved to a file and opened again, here and on the command line", async (t) => {
  const page = await openLab(t, { hash: TWO });
  await runToEnd(page);
  await button(page, "Next test image").click();
  await page.locator(".outputs .caption", { hasText: /output/ }).waitFor();
  const file = await save(page, "Save run");
  assert.match(file, /engram-quick-mnist-src-seed-0\.engram$/);

  const other = await openLab(t);
  await other.locator("#open-run").setInputFiles(file);
  await reach(other, /^Finished in/);
  assert.equal(hash(other), hash(page));
  assert.deepEqual(await matrix(other), await matrix(page));
  await button(other, "Next test image").click();
  await other.locator(".outputs .caption", { hasText: /output/ }).waitFor();
  await other.waitForFunction((count) => document.querySelectorAll(".see table, .see svg").length === count, (await shown(page)).length);
  assert.deepEqual(await shown(other), await shown(page), "every card shows what it showed");
  await other.getByRole("button", { name: "Teach again" }).click();
  await other.locator(".matrix tbody th", { hasText: "A1" }).waitFor();

  const lines = execFileSync(ENGRAM, ["run", file, "--quiet"], { encoding: "utf8", stdio: "pipe" }).trim().split("\n").map((line) => JSON.parse(line));
  const finished = lines.find(({ event }) => event === "finished");
  assert.deepEqual(finished.matrix.at(-1).map((accuracy) => (100 * accuracy).toFixed(1)), Object.values(await matrix(page)).at(-1).slice(0, -1));
});

test("a run in the middle is saved, and goes on from there on the command line and on the page", async (t) => {
  const page = await openLab(t, { hash: TWO });
  await button(page, "Next phase").click();
  await reach(page, /^Paused in T1/);
  await button(page, "Next batch").click();
  await reach(page, /^Paused in S1/);
  const file = await save(page, "Save run");
  const before = await status(page);

  const other = await openLab(t);
  await other.locator("#open-run").setInputFiles(file);
  await reach(other, /^Paused in S1/);
  assert.equal(await status(other), before);
  await button(other, "Resume").click();
  await reach(other, "Finished");
  await button(page, "Resume").click();
  await reach(page, "Finished");
  assert.deepEqual(await matrix(other), await matrix(page));

  const lines = execFileSync(ENGRAM, ["run", file, "--quiet"], { encoding: "utf8", stdio: "pipe" }).trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(lines.filter(({ event }) => event === "phase").map(({ name }) => name), ["T1", "S1", "T2", "S2"]);
});

test("a run of the command line is opened on the page", async (t) => {
  const dir = folder();
  execFileSync(ENGRAM, ["run", "quick-mnist-src", "--set", "tasks.order=listed", "--set", "tasks.classes=[[0,1],[2,3]]", "--seeds", "5", "--save", "--quiet", "--out", join(dir, "out.jsonl")], { cwd: dir, stdio: "pipe" });
  const page = await openLab(t);
  await page.locator("#open-run").setInputFiles(join(dir, "quick-mnist-src-seed-5.engram"));
  await reach(page, /^Finished in/);
  assert.equal(await page.getByLabel("Seed").inputValue(), "5");
  assert.deepEqual(Object.keys(await matrix(page)), ["T1", "S1", "T2", "S2"]);
});

test("weights are saved as safetensors", async (t) => {
  const page = await openLab(t, { hash: TWO });
  await runToEnd(page);
  const bytes = readFileSync(await save(page, "Save weights"));
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, 8 + length).toString());
  assert.deepEqual(header["hidden.1.weight"].shape, [784, 512]);
  assert.deepEqual(header["output.bias"].shape, [10]);
  assert.equal(JSON.parse(header.__metadata__.engram_spec).seed, 0);
  const [from, to] = header["hidden.1.weight"].data_offsets;
  assert.equal(to - from, 4 * 784 * 512);
  const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset + 8 + length + from, bytes.byteOffset + 8 + length + to));
  assert.ok(values.every(Number.isFinite) && values.some((value) => value !== 0));
});

test("a file that is none is told in words, and changes nothing", async (t) => {
  const page = await openLab(t, { hash: TWO });
  const before = await runToEnd(page);
  const broken = join(folder(), "broken.engram");
  for (const [content, says] of [["engram run 1\nold", "not a run that this version saved"], ["hello", "not a run that this version saved"], ["engram run 9\nshort", "cut short"]]) {
    writeFileSync(broken, content);
    await page.locator("#open-run").setInputFiles(broken);
    await page.getByRole("alert").filter({ hasText: `broken.engram was not opened: the saved run cannot be read: ` }).filter({ hasText: says }).waitFor();
  }
  assert.deepEqual(await matrix(page), before);
});

test("a running run goes on when its page is reloaded, and when its tab was closed", async (t) => {
  const whole = await runToEnd(await openLab(t, { hash: LONG }));
  const page = await openLab(t, { hash: LONG });
  await button(page, "Run").click();
  await kept(page, ({ place, state }) => place === "T1" && state === "running");
  await page.reload();
  await reach(page, /^(Learning|Sleeping|Measuring) \((T1|S1|T2|S2)\)/);
  await kept(page, ({ place, state }) => /S1|T2/.test(place) && state === "running");

  const context = page.context();
  await page.close();
  const other = await context.newPage();
  await other.goto(page.url().replace(/#.*/, "")); // the lab's bare address
  await reach(other, /^(Learning|Sleeping|Measuring) \((T2|S2)\)/);
  assert.equal(hash(other), hash(page));
  assert.ok("S1" in (await matrix(other)), "what was measured is there at once");
  await reach(other, "Finished");
  assert.deepEqual(await matrix(other), whole, "bit for bit what an undisturbed run gives");
  await other.getByText("Runs kept in this browser").click();
  await other.locator(".kept li", { hasText: /seed 0, finished/ }).waitFor();
  assert.equal(await other.locator(".kept li").count(), 1);

  await other.getByRole("spinbutton", { name: "Seed" }).fill("1");
  await other.getByRole("spinbutton", { name: "Seed" }).press("Enter");
  await other.locator(".kept li").getByRole("button", { name: /^Open/ }).click();
  await other.waitForFunction(() => document.querySelector("#seed").value === "0");
  await reach(other, /^Finished in/);
  await other.locator(".kept li").getByRole("button", { name: /^Forget/ }).click();
  await other.locator(".kept li").waitFor({ state: "detached" });
});

test("a run that was stopped or paused is not gone on with unasked", async (t) => {
  const page = await openLab(t, { hash: LONG });
  await button(page, "Next phase").click();
  await reach(page, /^Paused in T1/);
  await kept(page, ({ state }) => state === "standing");
  await page.reload();
  await reach(page, /^Paused in T1/);
  await button(page, "Resume").click();
  await reach(page, /^(Sleeping|Learning) \((S1|T2)\)/);
  await button(page, "Stop").click();
  await kept(page, ({ state }) => state === "standing");
  const other = await page.context().newPage();
  await other.goto(page.url());
  await begun(other);
  assert.match(await status(other), /^(Ready|This run was recorded)/);
});

test("two tabs never go on with one run under one name", async (t) => {
  // Still under way when the other tab has done all it does.
  const page = await openLab(t, { hash: `${TWO}&training.epochs=100` });
  await button(page, "Run").click();
  const [{ id }] = await kept(page, ({ place }) => place === "T1");
  const other = await page.context().newPage();
  await other.goto(page.url());
  await begun(other);
  assert.match(await status(other), /^(Ready|This run was recorded)/, "what another tab computes is not gone on with");
  await other.getByText("Runs kept in this browser").click();
  await other.locator(".kept").getByRole("button", { name: /^Open / }).click();
  await reach(other, /^Paused/);
  const found = await kept(other, (note) => note.id !== id);
  assert.equal(found.length, 2);
  await button(page, "Stop").click();
});

test("a run whose engine was changed is found again", async (t) => {
  const page = await openLab(t, { hash: LONG });
  await button(page, "Next phase").click();
  await reach(page, /^Paused in T1/);
  await page.getByLabel("Computed on", { exact: true }).selectOption("CPU");
  await addressed(page, "engine=cpu");
  await kept(page, ({ state }) => state === "standing");
  await page.reload();
  await reach(page, /^Paused in T1/);
});

test("a kept run that cannot be read is told of once, and does not stand in the way", async (t) => {
  const page = await openLab(t, { hash: TWO });
  await button(page, "Next phase").click();
  await reach(page, /^Paused in T1/);
  await kept(page, ({ state }) => state === "standing");
  await page.evaluate(async () => {
    const ask = (request) => new Promise((told) => (request.onsuccess = () => told(request.result)));
    const store = (await ask(indexedDB.open(`engram ${new URL("./", location.href).pathname}`))).transaction("runs", "readwrite").objectStore("runs");
    for (const key of await ask(store.getAllKeys())) if (key.startsWith("run ")) await ask(store.put(new TextEncoder().encode("engram run 1\nold"), key));
  });
  await page.reload();
  await page.getByRole("alert").filter({ hasText: "cannot be opened again, and is kept no longer: the saved run cannot be read" }).waitFor();
  assert.equal((await notes(page)).length, 0);
  await page.reload();
  await begun(page);
  assert.equal(await page.getByRole("alert").count(), 0);
});
