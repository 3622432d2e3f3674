#!/usr/bin/env node
// Measures the built site in Chromium: bytes, time to a usable page, the time and memory of runs.
//
//   make site && node scripts/measure.mjs [HASH…]        (a hash is what follows the # of a link)

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { chromium } from "playwright-core";
import { serve } from "./serve.mjs";

const hashes = process.argv.slice(2);
if (hashes.length === 0) hashes.push("v=1&preset=quick-mnist-src&seed=0", "v=1&preset=mnist-src&seed=100");

for (const file of ["engram_bg.wasm", "main.js", "worker.js", "styles.css", "index.html"]) {
  const bytes = readFileSync(`dist/${file}`);
  console.log(`${file}: ${bytes.length} bytes, ${gzipSync(bytes, { level: 9 }).length} gzipped`);
}

const { server, url } = await serve({ dir: "dist" });
const executablePath = execFileSync("sh", ["-c", `command -v ${process.env.CHROMIUM ?? "chromium"}`], { encoding: "utf8" }).trim();
const browser = await chromium.launch({
  executablePath,
  args: ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

/** Resident memory of the browser's largest renderer, in MB; the tab's, as there is one tab. */
function rendererMemory() {
  const rows = execFileSync("ps", ["-eo", "rss,args"], { encoding: "utf8" }).split("\n");
  const renderers = rows.filter((row) => row.includes("--type=renderer"));
  return Math.max(0, ...renderers.map((row) => parseInt(row, 10) / 1024));
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

for (const hash of hashes) {
  const page = await (await browser.newContext()).newPage();
  await page.goto(`${url}#${hash}`);
  await page.getByRole("button", { name: "Run", exact: true }).click();
  let peak = 0;
  const watch = setInterval(() => (peak = Math.max(peak, rendererMemory())), 250);
  await page.locator(".status").filter({ hasText: "Finished" }).waitFor({ timeout: 600_000 });
  clearInterval(watch);
  const text = async (selector) => (await page.locator(selector).allTextContents()).join(" ").replace(/\s+/g, " ");
  console.log(`${hash}: ${await text(".status")} ${await text(".time")}; peak memory of the tab ${Math.round(peak)} MB`);
  await page.context().close();
}
await browser.close();
server.close();
