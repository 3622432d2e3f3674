// Opens the built site in Chromium, from a sub-path, and reads it as a person would.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { after, before } from "node:test";
import { chromium } from "playwright-core";
import { serve } from "../../scripts/serve.mjs";

export const DIST = fileURLToPath(new URL("../../dist", import.meta.url));
/** Far more than a quick run takes, for slow machines. */
export const RUN_LIMIT = 240_000;

/** Milliseconds by which every frame comes late, to find tests that read the page before it shows what they wait for. */
const LATE_FRAMES = Number(process.env.LATE_FRAMES ?? 0);

let browser, server, url;

/** Has Chromium offer WebGPU, computed by SwiftShader on the CPU: the same on every machine, and slow. */
const SOFTWARE_GPU = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];

/** Gives a test file a server and a browser, with a GPU or without one, for as long as its tests run. */
export function useLab({ gpu = false } = {}) {
  before(async () => {
    assert.ok(existsSync(`${DIST}/index.html`), "dist/ holds no site: run `make site` first");
    ({ server, url } = await serve({ dir: DIST, base: "/some/sub/path/" }));
    browser = await chromium.launch({
      executablePath: chromiumPath(),
      args: ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", ...(gpu ? SOFTWARE_GPU : [])],
    });
  });
  after(async () => {
    await browser?.close();
    server?.close();
  });
}

function chromiumPath() {
  const name = process.env.CHROMIUM ?? "chromium";
  try {
    return execFileSync("sh", ["-c", `command -v "${name}"`], { encoding: "utf8" }).trim();
  } catch {
    assert.fail("Chromium is not on PATH (Debian: apt-get install chromium), nor named by the variable CHROMIUM");
  }
}

/** A page at the lab, or at another `path` of the site, ready for use once there is such a button (`null`: at once); at the end of the test it must have kept to its own host and its policy.
 *  `at`: on another server; `keeps`: with the service worker, whose answers a test cannot put others in place of. */
export async function openLab(t, { path = "", ready = "Run", hash = "", at = url, ...rest } = {}) {
  const page = await openPage(t, { ...rest, hosts: [at] });
  await page.goto(at + path + hash);
  if (ready) await button(page, ready).waitFor();
  if (ready === "Run") await page.locator(".see > *").first().waitFor({ state: "attached" }); // the figures come after the controls
  return page;
}

/** A page of another origin around the lab: `html` is told the lab's address. Its own address comes with it. */
export async function openAround(t, html, rest = {}) {
  const dir = mkdtempSync(join(tmpdir(), "engram-around-"));
  writeFileSync(join(dir, "index.html"), `<!doctype html><title>Around</title><link rel="icon" href="data:,">${html(url)}`);
  const around = await serve({ dir });
  t.after(() => around.server.close());
  const page = await openPage(t, { ...rest, hosts: [around.url, ...(rest.hosts ?? [])] });
  await page.goto(around.url);
  return page;
}

async function openPage(t, { size = [1280, 800], scheme = "light", permissions = [], hosts = [], keeps = false, prepare = async () => {} }) {
  const context = await browser.newContext({ viewport: { width: size[0], height: size[1] }, colorScheme: scheme, permissions, serviceWorkers: keeps ? "allow" : "block" });
  const wrong = [];
  const allowed = [url, "data:", `blob:${new URL(url).origin}`, "blob:null", ...hosts];
  await context.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
  });
  if (LATE_FRAMES) await context.addInitScript(lateFrames, LATE_FRAMES);
  context.on("request", (request) => {
    if (!allowed.some((start) => request.url().startsWith(start))) wrong.push(`request to ${request.url()}`);
  });
  const page = await context.newPage();
  page.on("pageerror", (error) => wrong.push(`error on the page: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" && /^policy:|Content Security Policy/.test(message.text())) wrong.push(message.text());
  });
  await prepare(page);
  t.after(async () => {
    await context.close();
    assert.deepEqual(wrong, []);
  });
  return page;
}

/** In the page: frames come `late` milliseconds later than they would, in the same order. */
function lateFrames(late) {
  const [request, cancel] = [window.requestAnimationFrame.bind(window), window.cancelAnimationFrame.bind(window)];
  const asked = new Map();
  let last = 0;
  window.requestAnimationFrame = (draw) => {
    const id = ++last;
    const one = {};
    asked.set(id, one);
    one.timer = setTimeout(() => {
      one.frame = request((now) => {
        asked.delete(id);
        draw(now);
      });
    }, late);
    return id;
  };
  window.cancelAnimationFrame = (id) => {
    const one = asked.get(id);
    if (!one) return;
    asked.delete(id);
    clearTimeout(one.timer);
    if (one.frame) cancel(one.frame);
  };
}

/** The most Workers that a page has at once from now on. Looked at a moment after each begins, when the end of the one before has been
 *  told, too; their work takes far longer. */
export function countWorkers(page) {
  const seen = { most: 0 };
  page.on("worker", () => setTimeout(() => (seen.most = Math.max(seen.most, page.workers().length)), 100));
  return seen;
}

/** Every Worker of the page has ended, or does within moments: it takes one until the end is told. */
export async function noWorkerIsLeft(page, why) {
  for (let tries = 0; tries < 40 && page.workers().length > 0; tries++) await page.waitForTimeout(50);
  assert.equal(page.workers().length, 0, why);
}

export const button = (page, name) => page.getByRole("button", { name, exact: true });

export const status = (page) => page.locator(".status").textContent();

/**
 * Waits until the line of status matches. Every change is seen, also one that stands for a few frames only: a quick run
 * passes through a phase sooner than a locator asks again. Where another lab is shown meanwhile, its line is watched from then on.
 */
export async function reach(page, pattern, timeout = RUN_LIMIT) {
  const wanted = typeof pattern === "string" ? new RegExp(pattern.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")) : pattern;
  const until = Date.now() + timeout;
  for (;;) {
    const left = Math.max(1, until - Date.now());
    try {
      const last = await page.locator(".status").evaluate(watchStatus, [wanted.source, wanted.flags, left], { timeout: left });
      if (last === GONE) continue;
      assert.equal(last, null, `the line of status is not ${wanted} after ${timeout} ms, but "${last}"`);
      return;
    } catch (error) {
      if (!/context was destroyed|navigation/i.test(error.message)) throw error;
    }
  }
}

/** What is said of a line that is not in the page any more. */
const GONE = 0;

/** Waits until the page shows what it has been told so far, laid out: its parts hear of a change with the next frame. */
export const drawn = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

/** Presses a button and returns after how many milliseconds the line of status says so: within so many. */
export async function answered(page, name, says, within) {
  const milliseconds = await page.evaluate(
    async ([name, says]) => {
      const line = document.querySelector(".status");
      const pressed = performance.now();
      [...document.querySelectorAll("button")].find(({ textContent }) => textContent === name).click();
      while (!line.textContent.startsWith(says) && performance.now() < pressed + 60_000) await new Promise(requestAnimationFrame);
      return performance.now() - pressed;
    },
    [name, says],
  );
  assert.ok(milliseconds < within, `${name} is answered at once, not after ${Math.round(milliseconds)} ms`);
  return Math.round(milliseconds);
}

/** Waits until the address says `part` (or, with `says` false, says it no more) and the page shows it: the address is ahead by a frame. */
export async function addressed(page, part, says = true) {
  await page.waitForFunction(([part, says]) => decodeURIComponent(location.hash).includes(part) === says, [part, says]);
  await drawn(page);
}

/** In the page: null once the text matches, the text that stood there when time was out, or 0 (GONE) where the line left the page. */
function watchStatus(element, [source, flags, milliseconds]) {
  const pattern = new RegExp(source, flags);
  return new Promise((resolve) => {
    const observer = new MutationObserver(look);
    const limit = setTimeout(() => end(element.textContent), milliseconds);
    const leaving = setInterval(() => element.isConnected || end(0), 50);
    observer.observe(element, { childList: true, characterData: true, subtree: true });
    // The line may still speak of what was before the latest click: parts hear of a change with the next frame.
    requestAnimationFrame(look);

    function look() {
      if (pattern.test(element.textContent)) end(null);
    }

    function end(text) {
      observer.disconnect();
      clearTimeout(limit);
      clearInterval(leaving);
      resolve(text);
    }
  });
}

/** The accuracy matrix as the table shows it: { T1: ["99.8", …, mean], … }; phases to come are left out. */
export function matrix(page) {
  return page.locator(".matrix tbody tr").evaluateAll((rows) =>
    Object.fromEntries(
      rows
        .map((row) => [...row.cells].map((cell) => cell.textContent))
        .filter(([, first]) => first !== "")
        .map(([phase, ...cells]) => [phase, cells]),
    ),
  );
}

/** Runs what the controls say to its end and returns the matrix. */
export async function runToEnd(page) {
  await button(page, "Run").click();
  await reach(page, "Finished");
  return matrix(page);
}
