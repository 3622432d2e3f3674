#!/usr/bin/env node
// Measures the built site in Chromium: bytes, time to a usable page, the time, memory and frame rate of runs.
//
//   make site && node scripts/measure.mjs [HASH…] [--compare HASH]        (a hash is what follows the # of a link)
//
// With --compare, measures only a comparison of four arms, one seed each, all four at once: sleep, rehearsal and the bounds.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { chromium } from "playwright-core";
import { serve } from "./serve.mjs";

const { values, positionals: hashes } = parseArgs({ options: { compare: { type: "string" } }, allowPositionals: true });
if (hashes.length === 0 && !values.compare) hashes.push("v=1&preset=quick-mnist-src&seed=0", "v=1&preset=mnist-src&seed=100");

for (const file of ["page_bg.wasm", "engram_bg.wasm", "main.js", "worker.js", "styles.css", "index.html"]) {
  const bytes = readFileSync(`dist/${file}`);
  console.log(`${file}: ${bytes.length} bytes, ${gzipSync(bytes, { level: 9 }).length} gzipped`);
}

const { server, url } = await serve({ dir: "dist" });
const executablePath = execFileSync("sh", ["-c", `command -v ${process.env.CHROMIUM ?? "chromium"}`], { encoding: "utf8" }).trim();
const browser = await chromium.launch({
  executablePath,
  args: ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

/** Resident memory of the largest renderer of this browser, in MB; the tab's, as there is one tab. */
function rendererMemory() {
  const rows = execFileSync("ps", ["-eo", "pid=,ppid=,rss=,args="], { encoding: "utf8" }).split("\n").map((row) => row.trim().split(/\s+/));
  const parents = new Map(rows.map(([pid, ppid]) => [pid, ppid]));
  const isOurs = (pid) => pid !== undefined && (pid === String(process.pid) || isOurs(parents.get(pid)));
  const renderers = rows.filter(([pid, , , ...args]) => args.includes("--type=renderer") && isOurs(pid));
  return Math.max(0, ...renderers.map(([, , rss]) => Number(rss) / 1024));
}

const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const usable = [];
for (let i = 0; i < 5; i++) {
  const page = await (await browser.newContext()).newPage();
  const began = performance.now();
  await page.goto(url);
  await page.getByRole("button", { name: "Run", exact: true }).waitFor();
  usable.push(performance.now() - began);
  await page.context().close();
}
console.log(`navigation to a usable page: ${Math.round(median(usable))} ms (median of ${usable.length}, a new context each)`);

/** Memory of the tab while something is done. */
async function peakWhile(work) {
  let peak = 0;
  const watch = setInterval(() => (peak = Math.max(peak, rendererMemory())), 250);
  await work();
  clearInterval(watch);
  return `peak memory of the tab ${Math.round(peak)} MB`;
}

/** Counts the page's frames, second by second, from now on. */
const countFrames = () => {
  const began = performance.now();
  globalThis.frames = [];
  const frame = (now) => {
    const second = Math.floor(Math.max(0, now - began) / 1000);
    globalThis.frames[second] = (globalThis.frames[second] ?? 0) + 1;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
};

/** The frame rate over whole seconds, in words. */
async function frameRate(page) {
  const counts = (await page.evaluate(() => Array.from(globalThis.frames, (n) => n ?? 0))).slice(0, -1);
  const mean = counts.reduce((sum, n) => sum + n, 0) / counts.length;
  return `frames per second: mean ${mean.toFixed(1)}, worst second ${Math.min(...counts)}, over ${counts.length} s`;
}

for (const hash of hashes) {
  const page = await (await browser.newContext()).newPage();
  await page.goto(`${url}#${hash}`);
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await page.evaluate(countFrames);
  const peak = await peakWhile(() => page.locator(".status").filter({ hasText: "Finished" }).waitFor({ timeout: 600_000 }));
  const text = async (selector) => (await page.locator(selector).allTextContents()).join(" ").replace(/\s+/g, " ");
  console.log(`${hash}: ${await text(".status")} ${await text(".engine")} ${await text(".time")}; ${peak}; ${await frameRate(page)}`);
  await page.context().close();
}
if (values.compare) await measureComparison(values.compare);

async function measureComparison(hash) {
  const page = await (await browser.newContext()).newPage();
  // The page runs no more at once than it has cores, less one: it is told of five, whatever this machine has.
  await page.addInitScript(() => Object.defineProperty(Navigator.prototype, "hardwareConcurrency", { get: () => 5 }));
  await page.goto(`${url}#${hash}`);
  await page.locator(".compare summary").click();
  await page.getByLabel("Runs of each").fill("1");
  await page.getByRole("button", { name: "Run the comparison" }).click();
  const began = performance.now();
  let most = 0;
  page.on("worker", () => (most = Math.max(most, page.workers().length)));
  const peak = await peakWhile(() => page.locator(".comparing").filter({ hasText: "Finished: 4 of 4" }).waitFor({ timeout: 3_600_000 }));
  const seconds = Math.round((performance.now() - began) / 1000);
  console.log(`comparison of four arms, ${most} at once on ${availableParallelism()} cores, ${hash}: ${seconds} s; ${peak}`);
  await page.context().close();
}
await browser.close();
server.close();
