// The bench page: both engines are timed, kernel by kernel.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { openLab, useLab } from "./lab.mjs";

useLab({ gpu: true });

/** What a card saves as, by its button. */
async function save(card, format) {
  const [file] = await Promise.all([card.page().waitForEvent("download"), card.getByRole("button", { name: new RegExp(`as ${format}$`) }).click()]);
  assert.match(file.suggestedFilename(), new RegExp(`^engram-bench-[cg]pu-h16-b2-r1\\.${format.toLowerCase()}$`));
  return readFileSync(await file.path(), "utf8");
}

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
    assert.equal(await card.locator("tbody tr").count(), 10);
    const rows = await save(card, "CSV").then((text) => text.trimEnd().split("\r\n"));
    assert.match(rows[0], /^\ufeffKernel,"?Time of a call, median of five \(s\)/);
    assert.equal(rows.length, 11);
    const { format, shapes, kernels } = JSON.parse(await save(card, "JSON"));
    assert.deepEqual([format, shapes], ["engram-bench", { hidden: 16, batch: 2, replicas: 1 }]);
    assert.deepEqual(kernels.map(({ kernel }) => kernel), await card.locator("tbody th").allInnerTexts());
    for (const share of await card.locator("tbody td:last-child").allInnerTexts()) assert.match(share, /^\d+\.\d %$/);
  }
});
