// The lab without a network, as an installed one, and when a new version comes.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { serve } from "../../scripts/serve.mjs";
import { button, openLab, reach, runToEnd, useLab } from "./lab.mjs";

const REPO = fileURLToPath(new URL("../..", import.meta.url));
const DIST = join(REPO, "dist");

useLab();

const panel = (page) => page.getByRole("region", { name: "Offline use" });
const keepAll = (page) => panel(page).getByRole("button", { name: /^Keep everything/ });
const newVersion = (page) => page.getByRole("status").filter({ hasText: "A new version of the lab is here" });

async function ready(page) {
  await panel(page).getByText(/^Ready for offline use/).waitFor({ timeout: 60_000 });
}

/** A server of this test's own; `asked` are the paths that it was asked for. */
async function ownServer(t, dir = DIST) {
  const { server, url } = await serve({ dir, base: "/lab/" });
  const asked = [];
  server.on("request", (request) => asked.push(request.url));
  const stop = () => {
    server.close();
    server.closeAllConnections();
  };
  t.after(stop);
  return { url, asked, stop };
}

test("after one visit the lab opens and runs without a network and without its server", async (t) => {
  const { url, stop } = await ownServer(t);
  const page = await openLab(t, { at: url, keeps: true });
  await ready(page);
  stop();
  await page.context().setOffline(true);
  await page.reload();
  await button(page, "Run").waitFor();
  await page.getByRole("region", { name: "Recorded run" }).waitFor();
  assert.equal(Object.keys(await runToEnd(page)).length, 10);

  // The whole set was neither used nor kept.
  await page.getByLabel("Preset").selectOption("mnist-src");
  await button(page, "Run").click();
  await page.getByRole("alert").filter({ hasText: /are not kept in this browser: .+ press “Keep everything”/ }).waitFor();
  await keepAll(page).click();
  await panel(page).getByText(/^Not all could be kept: there is no answer from the network/).waitFor();

  // Other addresses of the page are the same page.
  await page.goto(`${url}?embed=1&controls=steer#v=1&preset=quick-mnist-src&seed=3`);
  await button(page, "Run").waitFor();
  assert.equal(await page.getByLabel("Seed", { exact: true }).inputValue(), "3");
  await page.goto(`${url}docs/`);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.goto(`${url}bench.html`);
  await button(page, "Measure").waitFor();
});

test("everything is kept when a person asks for it, and then a whole set runs without a network", async (t) => {
  const { url, asked, stop } = await ownServer(t);
  const page = await openLab(t, { at: url, keeps: true });
  await ready(page);
  assert.equal(asked.filter((path) => path.includes("/full/")).length, 0, "no whole set is fetched unasked");
  await keepAll(page).click();
  await panel(page).getByText(/^Ready for offline use: the lab and all its images are kept/).waitFor({ timeout: 60_000 });
  assert.equal(await keepAll(page).isVisible(), false);
  stop();
  await page.context().setOffline(true);
  await page.goto(`${url}#v=1&preset=mnist-src`);
  await button(page, "Next batch").click();
  await reach(page, /^Paused/);
});

test("who saves data has no images kept unasked, and the rest of the lab all the same", async (t) => {
  const { url, asked } = await ownServer(t);
  const prepare = (page) => page.addInitScript(() => Object.defineProperty(Navigator.prototype, "connection", { get: () => ({ saveData: true }) }));
  const page = await openLab(t, { at: url, keeps: true, prepare });
  await panel(page).getByText(/^The lab is kept for offline use, with 0\.0\sMB of images/).waitFor({ timeout: 60_000 });
  assert.deepEqual(asked.filter((path) => /\/(quick|full)\//.test(path)), []);
  assert.ok(asked.some((path) => path.endsWith("docs/index.html")));
  await keepAll(page).waitFor();
});

test("who opens only the talk has it without a network, with figures that run", async (t) => {
  const { url, stop } = await ownServer(t);
  const page = await openLab(t, { at: url, path: "talk/", ready: "next slide", keeps: true });
  await page.getByText("it needs no network any more").waitFor({ timeout: 60_000 });
  stop();
  await page.context().setOffline(true);
  await page.reload();
  await page.getByRole("heading", { name: "How networks forget" }).waitFor();
  await page.keyboard.press("ArrowRight");
  await page.locator("section.present").frameLocator("iframe").locator(".confusion svg[role=img]").first().waitFor({ timeout: 120_000 });
});

test("what a run used is kept", async (t) => {
  const { url, asked, stop } = await ownServer(t);
  const page = await openLab(t, { at: url, keeps: true });
  await ready(page);
  await page.getByLabel("Preset").selectOption("mnist-src");
  await button(page, "Next batch").click();
  await reach(page, /^Paused/);
  assert.equal(asked.filter((path) => path.includes("mnist/full/")).length, 4);
  stop();
  await page.context().setOffline(true);
  await page.reload();
  await button(page, "Next batch").click();
  await reach(page, /^Paused/);
});

test("a host that changes the lab's files is told as the reason that nothing is kept; the documentation's may differ", async (t) => {
  const dir = mkdtempSync(join(tmpdir(), "engram-site-"));
  t.after(() => rmSync(dir, { recursive: true }));
  cpSync(DIST, dir, { recursive: true, filter: (path) => !path.includes("/full") });
  execFileSync(process.execPath, [join(REPO, "scripts/offline.mjs"), dir]);
  appendFileSync(join(dir, "docs/cite.html"), "<!-- counted -->");
  rmSync(join(dir, "CITATION.cff"));
  const { url } = await ownServer(t, dir);
  await ready(await openLab(t, { at: url, keeps: true }));
  const says = async (pattern) => panel(await openLab(t, { at: url, keeps: true })).getByText(pattern).waitFor({ timeout: 60_000 });
  appendFileSync(join(dir, "bench.js"), "/* counted */");
  await says(/^The lab cannot be kept for offline use here: bench\.js is not the file that the site was built with \(is an upload still going on/);
  rmSync(join(dir, "bench.js"));
  await says(/^The lab cannot be kept for offline use here: the server answers 404 for bench\.js/);
});

test("a new version says so, waits to be asked for, and fetches only what changed", async (t) => {
  const dir = mkdtempSync(join(tmpdir(), "engram-site-"));
  t.after(() => rmSync(dir, { recursive: true }));
  cpSync(DIST, dir, { recursive: true, filter: (path) => !path.includes("/full") });
  const list = () => execFileSync(process.execPath, [join(REPO, "scripts/offline.mjs"), dir]);
  list();
  const { url, asked } = await ownServer(t, dir);
  const page = await openLab(t, { at: url, keeps: true });
  await ready(page);
  const index = join(dir, "index.html");
  writeFileSync(index, readFileSync(index, "utf8").replace("<title>Engram", "<title>Newer Engram"));
  appendFileSync(join(dir, "styles.css"), "/* newer */");
  list();
  asked.length = 0;

  // What will tell of it is there before it has anything to tell, and takes no room.
  const silent = page.locator(".version[role=status]");
  assert.equal((await silent.innerText()).trim(), "");
  assert.equal((await silent.boundingBox())?.height ?? 0, 0);

  // The open page goes on with its own version; the next one too, until it is asked.
  await page.reload();
  await newVersion(page).waitFor({ timeout: 60_000 });
  assert.equal(await page.title(), "Engram");
  assert.deepEqual(asked.filter((path) => !path.endsWith("service-worker.js")).sort(), ["/lab/index.html", "/lab/styles.css"]);

  // A run is not lost unasked, and neither is another page's version.
  await button(page, "Next batch").click();
  await reach(page, /^Paused/);
  await button(page, "End the run and reload").waitFor();
  await button(page, "Stop").click();
  const other = await page.context().newPage();
  await other.goto(url);
  await button(other, "Run").waitFor();
  await newVersion(page).getByRole("button", { name: "Reload" }).click();
  await page.getByText(/The new version is not used yet: other pages of the lab are open/).waitFor();
  assert.equal(await other.title(), "Engram");
  await other.close();
  await button(page, "Reload").click();
  await page.waitForFunction(() => document.title === "Newer Engram");
  await ready(page);
  const kept = await page.evaluate(async () => (await (await caches.open((await caches.keys())[0])).keys()).map(({ url }) => new URL(url).pathname));
  assert.equal(new Set(kept).size, kept.length, "one version of every file is left");
});

test("the lab can be installed", async (t) => {
  const { url } = await ownServer(t);
  const page = await openLab(t, { at: url, keeps: true });
  await ready(page);
  const session = await page.context().newCDPSession(page);
  const { errors, data } = await session.send("Page.getAppManifest");
  assert.deepEqual(errors, []);
  const { installabilityErrors } = await session.send("Page.getInstallabilityErrors");
  // A test's profile is a private one, in which nothing is installed.
  assert.deepEqual(installabilityErrors.filter(({ errorId }) => errorId !== "in-incognito"), []);
  const { icons } = JSON.parse(data);
  assert.deepEqual(icons.filter(({ purpose }) => purpose === "maskable").map(({ sizes }) => sizes), ["192x192", "512x512"]);
  for (const { src, sizes, type } of icons) {
    if (type !== "image/png") continue;
    const size = await page.evaluate(async (src) => {
      const { width, height } = await createImageBitmap(await (await fetch(src)).blob());
      return `${width}x${height}`;
    }, src);
    assert.equal(size, sizes, src);
  }
});
