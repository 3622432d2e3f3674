// Opens the built site with an empty cache, and refuses one that has grown beyond its budget: `node scripts/budget.mjs`.
//
// Bytes are of bodies as a host sends them that compresses text and WebAssembly with gzip.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { chromium } from "playwright-core";
import { serve } from "./serve.mjs";

/** The most of each, a little above what it is. Time only tells an order of magnitude, as machines differ. */
const BUDGETS = JSON.parse(readFileSync(new URL("../budgets.json", import.meta.url), "utf8"));
const LOADS = 5;
/** Fetched when the page is idle; the Worker's code only with a run. */
const ENGINE = "engram_bg.wasm";

const { server, url } = await serve({ dir: "dist" });
const executablePath = execFileSync("sh", ["-c", `command -v "${process.env.CHROMIUM ?? "chromium"}"`], { encoding: "utf8" }).trim();
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-background-networking"] });
const loads = [];
for (let i = 0; i < LOADS; i++) loads.push(await load());
const visited = await visit();
await browser.close();
server.close();

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
/** The largest of all loads: what comes by a moment differs a little from one to the next. */
const most = (count) => Math.max(...loads.map(count));
const by = ({ files }, moment) => files.filter(({ end }) => end <= moment).map(({ path }) => path);
const measured = {
  "usable: wasm and JavaScript, bytes": most((load) => bytes(by(load, load.usable).filter(isCode))),
  "usable: all, bytes": most((load) => bytes(by(load, load.usable))),
  "usable: requests": most((load) => by(load, load.usable).length),
  "usable: ms": Math.round(median(loads.map(({ usable }) => usable))),
  "figures drawn: wasm and JavaScript, bytes": most((load) => bytes(by(load, load.drawn).filter(isCode))),
  "figures drawn: all, bytes": most((load) => bytes(by(load, load.drawn))),
  "figures drawn: requests": most((load) => by(load, load.drawn).length),
  "figures drawn: ms": Math.round(median(loads.map(({ drawn }) => drawn))),
  "for a run, beside the page: wasm and JavaScript, bytes": bytes([ENGINE, "worker.js"]),
  "first load, idle included: wasm and JavaScript, bytes": most((load) => bytes(by(load, Infinity).filter(isCode))),
  "first visit, with what is kept for offline use: all, bytes": bytes(visited),
};

console.table(Object.fromEntries(Object.entries(measured).map(([what, is]) => [what, { is, "at most": BUDGETS[what] }])));
const over = Object.entries(measured).filter(([what, is]) => !(is <= BUDGETS[what]));
for (const [what, is] of over) console.error(`error: ${what}: ${is}, and the budget is ${BUDGETS[what]}. Make it smaller, or say in budgets.json why it is worth more.`);
process.exitCode = over.length > 0 ? 1 : 0;

/** One load in a context of its own, until the engine has come, which is fetched when idle: what had come and when, and when the page could be used and had drawn, in milliseconds. */
async function load() {
  const context = await browser.newContext({ serviceWorkers: "block" });
  await context.addInitScript(() => {
    const seen = (window.seen = {});
    // The page says so itself, before it asks for more: an observer may be called late, when more has come already.
    const mark = performance.mark.bind(performance);
    performance.mark = (name, options) => {
      if (name === "usable" && document.querySelector(".controls .primary")) seen.usable = performance.now();
      return mark(name, options);
    };
    const look = () => {
      if (document.querySelector(".curves g.line path")) seen.drawn ??= performance.now();
    };
    new MutationObserver(look).observe(document, { childList: true, subtree: true });
  });
  const page = await context.newPage();
  await page.goto(url);
  await page.waitForFunction(() => window.seen.usable && window.seen.drawn, null, { timeout: 60_000 });
  const has = (file) => performance.getEntriesByType("resource").some(({ name }) => name.endsWith(`/${file}`));
  await page.waitForFunction(has, ENGINE, { timeout: 60_000 });
  const seen = await page.evaluate(() => ({
    ...window.seen,
    files: performance.getEntriesByType("resource").map(({ name, responseEnd }) => ({ path: name, end: responseEnd })),
  }));
  await context.close();
  const named = seen.files.map(({ path, end }) => ({ path: path.slice(url.length), end }));
  return { ...seen, files: [{ path: "index.html", end: 0 }, ...named] };
}

/** All that a first visit fetches unasked, until the lab is kept for offline use. */
async function visit() {
  const asked = new Set();
  const note = (request) => asked.add(new URL(request.url, url).pathname.slice(1) || "index.html");
  server.on("request", note);
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(url);
  await page.getByText(/^Ready for offline use/).waitFor({ timeout: 120_000 });
  await context.close();
  server.off("request", note);
  return [...asked];
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
