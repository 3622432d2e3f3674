// Accessibility (axe) and room: light and dark, narrow and wide, before, during and after a run.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { button, openLab, reach, runToEnd, useLab } from "./lab.mjs";

useLab();

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const WIDTHS = [360, 1280, 1920, 2560];

async function inspect(page, when) {
  for (const colorScheme of ["light", "dark"]) {
    for (const width of WIDTHS) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      const violations = await page.evaluate(async () => {
        const { violations } = await globalThis.axe.run();
        return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
      });
      assert.deepEqual(violations, [], `${when}, ${colorScheme}, ${width} px`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= width, `${when}: the page is ${wide} px wide on a screen of ${width} px`);
    }
  }
}

test("axe finds nothing, and nothing is wider than the screen", async (t) => {
  const page = await openLab(t);
  await page.evaluate(AXE);
  await inspect(page, "before a run");
  await page.evaluate(() => document.querySelectorAll("details").forEach((details) => (details.open = true)));
  await page.locator("#sleep-leak").fill("2");
  await page.getByLabel("Data set").selectOption({ label: "Your own images …" });
  await page.locator(".matrix").getByRole("button", { name: "Close" }).click();
  await inspect(page, "with constants open, one of them wrong, own files asked for, a card of the recorded run closed");
  await page.locator(".matrix").getByRole("button", { name: "Open" }).click();
  await button(page, "Next phase").click();
  await reach(page, /^Paused in T1/);
  await inspect(page, "paused");
  await button(page, "Stop").click();
  await runToEnd(page);
  await button(page, "Teach again").click();
  await reach(page, "Finished");
  await button(page, "Next test image").click();
  await page.locator(".outputs .caption", { hasText: /output/ }).waitFor();
  await inspect(page, "after a run that was acted upon, with a test image tried");
});

test("class names as long as Fashion-MNIST's fit, and messages are accessible", async (t) => {
  const page = await openLab(t, { hash: "#v=1&preset=quick-fmnist-src&tasks.order=listed&engine=gpu" });
  await page.evaluate(AXE);
  await button(page, "Next phase").click();
  await reach(page, /^Paused in T1/);
  await page.evaluate(() => (location.hash = "nonsense"));
  await page.getByRole("alert").filter({ hasText: "This link cannot be read" }).waitFor();
  await page.getByRole("alert").filter({ hasText: "A GPU was asked for" }).waitFor();
  await inspect(page, "Fashion-MNIST with messages");
});

test("the keyboard alone runs, pauses, resumes and stops", async (t) => {
  const page = await openLab(t);
  const tabTo = async (name) => {
    for (let presses = 0; presses < 10; presses++) {
      await page.keyboard.press("Tab");
      if (await button(page, name).evaluate((found) => found === document.activeElement)) return;
    }
    assert.fail(`ten presses of Tab do not reach ${name}`);
  };
  await tabTo("Run");
  await page.keyboard.press("Enter");
  await reach(page, /^Learning/);
  await page.keyboard.press("Enter");
  await reach(page, /^Paused/);
  await page.keyboard.press("Space");
  await reach(page, /^(Learning|Measuring|Sleeping)/);
  await tabTo("Stop");
  await page.keyboard.press("Enter");
  await reach(page, /^Stopped/);
});
