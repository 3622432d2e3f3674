// The lab in a frame: on another origin, kept apart, ordered about by the page around it, unloaded and loaded again.

import assert from "node:assert/strict";
import { test } from "node:test";
import { serve } from "../../scripts/serve.mjs";
import { button, DIST, matrix, openAround, openLab, reach, status, useLab } from "./lab.mjs";

useLab();

const TWO = "#v=1&preset=quick-mnist-src&tasks.order=listed&seed=0&tasks.classes=[[0,1],[2,3]]";
const LONG = `${TWO}&training.epochs=30`;
const frame = (page) => page.frameLocator("iframe");
const order = (page, message) => page.evaluate((message) => document.querySelector("iframe").contentWindow.postMessage(message, "*"), message);
/** Waits until the frame stands still where it is. */
const standsStill = async (lab) => {
  await reach(lab, /^Paused/);
  const before = await status(lab);
  await new Promise((done) => setTimeout(done, 700));
  assert.equal(await status(lab), before);
};

test("a frame shows what is asked for, in its colours, and nothing else", async (t) => {
  const page = await openAround(t, (url) => `<iframe style="width:900px;height:600px" src="${url}?embed=1&panels=curves,matrix&theme=dark${TWO}"></iframe>`);
  const lab = frame(page);
  await button(lab, "Run").click();
  await reach(lab, "Finished");
  assert.deepEqual(Object.keys(await matrix(lab)), ["T1", "S1", "T2", "S2"]);
  assert.equal(await lab.locator(".panel:visible").count(), 2);
  assert.equal(await lab.locator("header h1").isVisible(), false);
  assert.equal(await lab.getByLabel("Preset").count(), 0);
  assert.equal(await lab.locator("body").evaluate((body) => getComputedStyle(body).backgroundColor), "rgb(18, 20, 26)");
  assert.match(await lab.getByRole("link", { name: "Open in Engram" }).getAttribute("href"), /#v=1&preset=quick-mnist-src/);
});

test("a run starts by itself where that is asked for, without any control", async (t) => {
  const page = await openAround(t, (url) => `<iframe style="width:900px;height:600px" src="${url}?embed=1&panels=curves,progress&controls=none&autoplay=1${TWO}"></iframe>`);
  await reach(frame(page), "Finished");
  assert.equal(await frame(page).getByRole("button", { name: "Run" }).count(), 0);
});

test("start, pause and stop are obeyed from anyone, and nothing is posted back", async (t) => {
  const page = await openAround(t, (url) => `<script>heard = []; addEventListener("message", ({ data }) => heard.push(data))</script><iframe style="width:900px;height:600px" src="${url}?embed=1&panels=curves${LONG}"></iframe>`);
  const lab = frame(page);
  await button(lab, "Run").waitFor();
  for (const nonsense of ["start", { engram: "run" }, { kind: "start" }, null]) await order(page, nonsense);
  await new Promise((done) => setTimeout(done, 300));
  assert.match(await status(lab), /^Ready/);
  await order(page, "slide:start");
  await reach(lab, /^Learning \(T1\)/);
  await order(page, "slide:stop");
  await standsStill(lab);
  await order(page, { engram: "start" });
  await reach(lab, /^Learning/);
  await order(page, { engram: "pause" });
  await standsStill(lab);
  await order(page, { engram: "stop" });
  await reach(lab, /^Stopped/);
  assert.deepEqual(await page.evaluate(() => globalThis.heard), []);
});

for (const [how, before] of [["in mid-run", null], ["while its slide is hidden", "slide:stop"]]) {
  test(`a frame that is unloaded ${how} and loaded again goes on`, async (t) => {
    const page = await openAround(t, (url) => `<iframe style="width:900px;height:600px" src="${url}?embed=1&panels=curves,matrix${LONG}"></iframe>`);
    const lab = frame(page);
    await order(page, "slide:start");
    await lab.locator(".matrix tbody tr").first().locator("td.known").first().waitFor();
    if (before) {
      await order(page, before);
      await reach(lab, /^Paused/);
    }
    await new Promise((done) => setTimeout(done, 500)); // a phase's end and a stop are written at once
    await page.evaluate(() => {
      const frame = document.querySelector("iframe");
      globalThis.address = frame.src;
      frame.src = "about:blank";
    });
    await page.waitForFunction(() => document.querySelector("iframe").src === "about:blank");
    await page.evaluate(() => {
      const frame = document.querySelector("iframe");
      // As reveal.js does, once the frame has loaded.
      frame.addEventListener("load", () => frame.contentWindow.postMessage("slide:start", "*"));
      frame.src = globalThis.address;
    });
    await reach(lab, /^(Learning|Sleeping|Measuring) \((S1|T2|S2)\)/);
    assert.ok("T1" in (await matrix(lab)), "what was measured is there");
    const place = await status(lab);
    await lab.locator(".status").filter({ hasNotText: place }).waitFor(); // and on it goes
  });
}

test("kept apart by `sandbox` it runs, and says what it cannot do", async (t) => {
  const page = await openAround(t, (url) => `<iframe sandbox="allow-scripts" style="width:900px;height:700px" src="${url}?embed=1&panels=curves,matrix&controls=steer${TWO}"></iframe>`);
  const lab = frame(page);
  await button(lab, "Run").click();
  await reach(lab, "Finished");
  assert.deepEqual(Object.keys(await matrix(lab)), ["T1", "S1", "T2", "S2"]);
  await lab.getByText("Runs kept in this browser").click();
  await lab.getByText("In this frame nothing can be kept.").waitFor();
  await lab.getByLabel("Seed").fill("1");
  await lab.getByLabel("Seed").press("Enter");
  await button(lab, "Copy link").click();
  assert.match(await lab.getByLabel("To be copied by hand").inputValue(), /#v=1&preset=quick-mnist-src/);
  assert.equal(await lab.getByRole("alert").count(), 0);
});

test("kept apart on a host that does not allow that, it says which header is missing", async (t) => {
  const { server, url } = await serve({ dir: DIST, cors: false });
  t.after(() => server.close());
  const page = await openAround(t, () => `<iframe sandbox="allow-scripts" style="width:900px;height:700px" src="${url}?embed=1&panels=curves${TWO}"></iframe>`, { hosts: [url] });
  await frame(page).getByRole("alert").filter({ hasText: "In a frame with “sandbox” the lab runs where its host sends the header Access-Control-Allow-Origin: *" }).waitFor();
  assert.equal(await frame(page).getByText("Opening the lab").count(), 0);
});

test("where its script does not come, the page says so", async (t) => {
  const page = await openLab(t, { ready: null, prepare: (page) => page.route("**/main.js", (route) => route.abort()) });
  await page.getByRole("alert").filter({ hasText: "The lab's script was not loaded. Is the network, or the server, still there?" }).waitFor();
});

test("the element makes such a frame, and orders it about", async (t) => {
  const page = await openAround(t, (url) => `<script src="${url}engram-lab.js" defer></script><engram-lab preset="quick-mnist-sequential" seed="3" panel="matrix" controls="none" theme="light"></engram-lab>`);
  const element = page.locator("engram-lab");
  await element.evaluate((element) => element.start()); // before anybody can hear it
  const inner = element.locator("iframe");
  const src = new URL(await inner.getAttribute("src"));
  assert.equal(src.search, "?embed=1&panels=matrix&theme=light&controls=none");
  assert.equal(src.hash, "#v=1&preset=quick-mnist-sequential&seed=3");
  assert.match(await inner.getAttribute("title"), /matrix of quick-mnist-sequential/);
  const lab = element.frameLocator("iframe");
  await lab.locator(".matrix tbody tr").nth(1).locator("td.known").first().waitFor();
  await element.evaluate((element) => element.setAttribute("link", "https://example.org/#v=1&preset=quick-mnist-src&seed=9"));
  assert.equal(new URL(await inner.getAttribute("src")).hash, "#v=1&preset=quick-mnist-src&seed=9");
});

test("an address that asks for what there is not says so, and shows the plain figure", async (t) => {
  const page = await openLab(t, { path: "?embed=1&panels=curves,sleepiness&theme=dark", hash: TWO });
  await page.getByRole("alert").filter({ hasText: "`panels` does not know `sleepiness`; it knows progress, recording, curves" }).waitFor();
  assert.equal(await page.locator(".panel.curves").count(), 1);
});

test("the code that is copied shows the very run, on any page", async (t) => {
  const page = await openLab(t, { hash: TWO, permissions: ["clipboard-read", "clipboard-write"] });
  await page.getByText("Embed in a page or slide").click();
  await page.getByLabel("Figure").selectOption("matrix");
  await page.getByLabel("Colours").selectOption("dark");
  await button(page, "Copy embed code").click();
  await page.getByText("The code was copied.").waitFor();
  const code = await page.evaluate(() => navigator.clipboard.readText());
  const around = await openAround(t, () => code);
  const lab = around.locator("engram-lab").frameLocator("iframe");
  await button(lab, "Run").click();
  await reach(lab, "Finished");
  assert.deepEqual(Object.keys(await matrix(lab)), ["T1", "S1", "T2", "S2"]);
  assert.equal(await lab.locator("body").evaluate((body) => getComputedStyle(body).backgroundColor), "rgb(18, 20, 26)");
});
