// Opens the built site with an empty cache, and refuses one that has grown beyond its budget: `node scripts/budget.mjs`.
//
// Bytes are of bodies as a host sends them that compresses text and WebAssembly with gzip.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { chromium } from "playwright-core";
import { serve } from "./serve.mjs";

/** The most of each: today's figures and a tenth. Time only tells an order of magnitude, as machines differ. */
const BUDGETS = JSON.parse(readFileSync(new URL("../budgets.json", import.meta.url), "utf8"));
const LOADS = 5;

const { server, url } = await serve({ dir: "dist" });
const executablePath = execFileSync("sh", ["-c", `command -v "${process.env.CHROMIUM ?? "chromium"}"`], { encoding: "utf8" }).trim();
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-background-networking"] });
const loads = [];
for (let i = 0; i < LOADS; i++) loads.push(await load());
await browser.close();
server.close();

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const [{ files, usable: usableAt, drawn: drawnAt }] = loads;
const until = (moment) => files.filter(({ end }) => end <= moment).map(({ path }) => path);
const measured = {
  "usable: wasm and JavaScript, bytes": bytes(until(usableAt).filter(isCode)),
  "usable: all, bytes": bytes(until(usableAt)),
  "usable: requests": until(usableAt).length,
  "usable: ms": Math.round(median(loads.map(({ usable }) => usable))),
  "figures drawn: wasm and JavaScript, bytes": bytes(until(drawnAt).filter(isCode)),
  "figures drawn: all, bytes": bytes(until(drawnAt)),
  "figures drawn: requests": until(drawnAt).length,
  "figures drawn: ms": Math.round(median(loads.map(({ drawn }) => drawn))),
  "for a run, fetched when idle: wasm and JavaScript, bytes": bytes(["engram_bg.wasm", "worker.js"]),
};

console.table(Object.fromEntries(Object.entries(measured).map(([what, is]) => [what, { is, "at most": BUDGETS[what] }])));
const over = Object.entries(measured).filter(([what, is]) => !(is <= BUDGETS[what]));
for (const [what, is] of over) console.error(`error: ${what}: ${is}, and the budget is ${BUDGETS[what]}. Make it smaller, or say in budgets.json why it is worth more.`);
process.exitCode = over.length > 0 ? 1 : 0;

/** One load in a context of its own: what had come and when, and when the page could be used and had drawn, in milliseconds. */
async function load() {
  const context = await browser.newContext({ serviceWorkers: "block" });
  await context.addInitScript(() => {
    const seen = (window.seen = {});
    const look = () => {
      if (document.querySelector("button.primary")) seen.usable ??= performance.now();
      if (document.querySelector(".curves g.line path")) seen.drawn ??= performance.now();
    };
    new MutationObserver(look).observe(document, { childList: true, subtree: true });
  });
  const page = await context.newPage();
  await page.goto(url);
  await page.waitForFunction(() => window.seen.drawn, null, { timeout: 60_000 });
  const seen = await page.evaluate(() => ({
    ...window.seen,
    files: performance.getEntriesByType("resource").map(({ name, responseEnd }) => ({ path: name, end: responseEnd })),
  }));
  await context.close();
  const named = seen.files.map(({ path, end }) => ({ path: path.slice(url.length), end }));
  return { ...seen, files: [{ path: "index.html", end: 0 }, ...named] };
}

function isCode(path) {
  return /\.(wasm|js)$/.test(path);
}

function bytes(paths) {
  return paths.reduce((sum, path) => {
    const body = readFileSync(`dist/${path}`);
    return sum + (/\.(gz|png)$/.test(path) ? body : gzipSync(body, { level: 9 })).length;
  }, 0);
}
