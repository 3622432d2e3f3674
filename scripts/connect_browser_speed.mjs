#!/usr/bin/env node
// How fast the Connect lab trains in Chromium, in one Worker: iterations a second of Romo by BPTT and by e-prop.
//
//   make site && node scripts/connect_browser_speed.mjs
//
// 64 units, batch 32, trials of up to 56 steps. A Worker's own seconds are counted, which hold all that a study does, exponents included;
// the median of some rounds, the rules in turn, so that a busy machine slows both. The machine's load stands beside it.

import { execFileSync } from "node:child_process";
import { loadavg, availableParallelism } from "node:os";
import { chromium } from "playwright-core";
import { serve } from "./serve.mjs";

const ROUNDS = 5;
const ITERATIONS = 1500;
const RULES = { bptt: "BPTT", eprop: "e-prop" };

const { server, url } = await serve({ dir: "dist" });
const executablePath = execFileSync("sh", ["-c", `command -v ${process.env.CHROMIUM ?? "chromium"}`], { encoding: "utf8" }).trim();
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"] });

/** Iterations a second of a study of one network: it has one origin, and so one Worker. */
async function measured(rule) {
  const page = await (await browser.newContext()).newPage();
  const hash = `v=1&preset=connect-romo-quick&rules=["${rule}"]&gains=[1]&seeds=1&training.iterations=${ITERATIONS}&exponents.series=1`;
  await page.goto(`${url}#${encodeURI(hash)}`);
  await page.getByRole("button", { name: "Run", exact: true }).click();
  const status = page.locator(".status").filter({ hasText: /^Finished/ });
  await status.waitFor({ timeout: 300_000 });
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Save results as JSON" }).click()]);
  const { seconds } = JSON.parse(await (await download.createReadStream()).setEncoding("utf8").toArray().then((parts) => parts.join("")));
  await page.context().close();
  return ITERATIONS / seconds;
}

const rates = { bptt: [], eprop: [] };
for (let round = 0; round < ROUNDS; round++) for (const rule of Object.keys(RULES)) rates[rule].push(await measured(rule));
const load = `load ${loadavg()[0].toFixed(1)} on ${availableParallelism()} cores`;
for (const [rule, all] of Object.entries(rates)) {
  const sorted = all.toSorted((a, b) => a - b);
  console.log(`${RULES[rule]}: ${Math.round(sorted[Math.floor(ROUNDS / 2)])} iterations/s in Chromium ${browser.version()}, one Worker (median of ${ROUNDS}, ${Math.round(sorted[0])} to ${Math.round(sorted.at(-1))}); ${load}`);
}
await browser.close();
server.close();
