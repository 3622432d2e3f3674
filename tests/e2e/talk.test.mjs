// The talk: slide by slide with the keyboard; a live figure runs while its slide is shown, and stands still while it is not.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { overflow, violations } from "./axe.mjs";
import { button, openLab, RUN_LIMIT, useLab } from "./lab.mjs";

useLab();

const openTalk = (t, options) => openLab(t, { path: "talk/", ready: "next slide", ...options });
const present = (page) => page.locator("section.present");
const title = (page) => present(page).getByRole("heading");
const lab = (page) => present(page).frameLocator("iframe");
const onSlide = (page, name) => title(page).filter({ hasText: name }).waitFor();

for (const [size, scheme] of [[[1280, 720], "light"], [[1920, 1080], "dark"], [[390, 844], "light"]]) {
  test(`six slides by keyboard, accessible, with figures that run: ${size.join(" × ")}, ${scheme}`, async (t) => {
    const page = await openTalk(t, { size, scheme });
    for (const name of ["How networks forget", "A network learns", "It forgets", "It sleeps", "It remembers", "Why?"]) {
      await onSlide(page, name);
      await page.waitForTimeout(900); // until the slide stands
      assert.deepEqual(await violations(page), [], name);
      assert.ok((await overflow(page)) <= 0, name);
      if ((await present(page).locator("iframe").count()) > 0) {
        await lab(page).locator(".curves g.dot path, .confusion svg[role=img]").first().waitFor({ timeout: RUN_LIMIT });
        const box = await present(page).locator("iframe").boundingBox();
        assert.ok(box.height > 200 && box.y + box.height <= size[1], `${name}: the figure is ${box.height} px high, on the slide`);
      }
      await page.keyboard.press("ArrowRight");
    }
  });
}

test("a figure stands still while its slide is hidden, and goes on where it was", async (t) => {
  const page = await openTalk(t, { hash: "#/3" });
  await onSlide(page, "It sleeps");
  const now = page.frameLocator("section:nth-of-type(4) iframe").locator(".curves .now");
  const place = () => now.evaluate((line) => line.style.translate);
  const moves = async (from) => {
    for (const end = Date.now() + RUN_LIMIT; (await place()) === from; await page.waitForTimeout(50)) assert.ok(Date.now() < end, "the line of the run moves on");
  };
  await now.waitFor({ timeout: RUN_LIMIT });
  await moves(await place());
  await page.keyboard.press("ArrowRight");
  await onSlide(page, "It remembers");
  await page.waitForTimeout(1500); // until the slice of work under way is done
  const hidden = await place();
  await page.waitForTimeout(1500);
  assert.equal(await place(), hidden, "it stands still");
  await page.keyboard.press("ArrowLeft");
  await moves(hidden);
});

test("a figure that was clicked has the keyboard, says so, and gives it back when the pointer leaves", async (t) => {
  const page = await openTalk(t, { hash: "#/2" });
  await onSlide(page, "It forgets");
  const hint = page.locator("#keyboard");
  const box = await present(page).locator("iframe").boundingBox();
  await lab(page).locator(".curves svg").first().waitFor({ timeout: RUN_LIMIT });
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  await hint.filter({ hasText: "The figure has the keyboard" }).waitFor();
  assert.deepEqual(await violations(page), []);
  await page.keyboard.press("ArrowRight");
  await page.waitForTimeout(300);
  await onSlide(page, "It forgets");
  await page.mouse.move(box.x + box.width / 2, box.y - 30, { steps: 5 });
  await hint.filter({ hasText: /^$/ }).waitFor({ state: "attached" });
  await page.keyboard.press("ArrowRight");
  await onSlide(page, "It sleeps");
});

test("the numbers are those stored with the presets", async (t) => {
  const page = await openTalk(t, { hash: "#/4" });
  await onSlide(page, "It remembers");
  const presets = JSON.parse(readFileSync(new URL("../../presets/presets.json", import.meta.url), "utf8"));
  const rows = await present(page).locator("tbody tr").evaluateAll((rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent.replaceAll("\u202f", " "))));
  const shown = ["sequential", "rehearsal", "src", "src-rehearsal", "parallel"].map((name) => presets.find((preset) => preset.name === `quick-mnist-${name}`).reported);
  assert.equal(rows.length, shown.length);
  for (const [i, { accuracy, sd, n }] of shown.entries()) {
    assert.equal(rows[i][1], `${(100 * accuracy).toFixed(1)} ± ${(100 * sd).toFixed(1)} %`);
    assert.equal(rows[i][2], String(n));
  }
});

test("the talk's links lead to the lab and the documentation", async (t) => {
  const page = await openTalk(t, { hash: "#/5", ready: "previous slide" });
  await present(page).getByRole("link", { name: "Try it yourself" }).click();
  // The lab may go on with the slide's own run.
  await button(page, "Next phase").waitFor();
  assert.equal(new URL(page.url()).search, "");
});
