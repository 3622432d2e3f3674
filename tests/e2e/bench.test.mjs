// The bench page: both engines are timed, kernel by kernel.

import assert from "node:assert/strict";
import test from "node:test";
import { openLab, useLab } from "./lab.mjs";

useLab({ gpu: true });

test("each kernel of both engines is timed against the device's ceilings", async (t) => {
  const page = await openLab(t, { path: "bench.html", ready: "Measure" });
  await page.getByLabel("Hidden units").fill("16");
  await page.getByLabel("Samples a minibatch").fill("2");
  await page.getByRole("button", { name: "Measure" }).click();
  await page.getByText("Measured.").waitFor({ timeout: 120_000 });
  const cards = page.locator(".bench-results section");
  assert.equal(await cards.count(), 2);
  assert.match(await cards.nth(0).getByRole("heading").innerText(), /CPU/);
  assert.match(await cards.nth(1).getByRole("heading").innerText(), /SwiftShader|program that acts as a GPU/);
  for (const card of await cards.all()) {
    assert.equal(await card.locator("tbody tr").count(), 8);
    for (const share of await card.locator("tbody td:last-child").allInnerTexts()) assert.match(share, /^\d+\.\d %$/);
  }
});
