// Which parts of sleep matter: what presets and their ablations gave.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { openLab, useLab } from "./lab.mjs";

useLab();

const PRESETS = JSON.parse(readFileSync(new URL("../../presets/presets.json", import.meta.url), "utf8"));
const card = (page) => page.getByRole("region", { name: "Which parts of sleep matter" });

test("the figure's numbers are those of the presets, with what made them", async (t) => {
  const page = await openLab(t, { hash: "#v=1&preset=quick-mnist-src" });
  await card(page).locator("details.data > summary").click();
  const parts = PRESETS.filter(({ ablates, reported }) => ablates === "quick-mnist-src" && reported);
  assert.ok(parts.length >= 7);
  const rows = card(page).locator("tbody tr");
  await rows.first().waitFor();
  const shown = await rows.evaluateAll((rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent)));
  assert.deepEqual(shown.map(([label]) => label).filter((label) => label === "whole" || label === "no sleep"), ["whole", "no sleep"]);
  assert.equal(shown.length, parts.length + 2);
  for (const { name, reported } of parts) {
    const row = shown.find((cells) => cells[4] === reported.command);
    assert.ok(row, `${name} is in the table`);
    assert.deepEqual(row.slice(1), [reported.accuracy, reported.sd, reported.n].map(String).concat(reported.command, reported.commit));
  }
  const spoken = await card(page).getByRole("img").getAttribute("aria-label");
  const whole = PRESETS.find(({ name }) => name === "quick-mnist-src").reported.accuracy;
  assert.match(spoken, new RegExp(`whole ${Math.round(100 * whole)}\\s*%`));
});

test("it stands beside the preset and its ablations alone", async (t) => {
  const page = await openLab(t, { hash: "#v=1&preset=quick-mnist-src" });
  await card(page).getByRole("img").waitFor();
  await page.getByLabel("Preset").selectOption("quick-mnist-src-no-feedback");
  await card(page).getByRole("img").waitFor();
  await page.getByLabel("Preset").selectOption("quick-fmnist-src");
  await card(page).waitFor({ state: "hidden" });
});

test("presets whose data this site lacks are not offered", async (t) => {
  const prepare = async (page) => {
    const sets = [{ name: "mnist", quick: [], full: [] }];
    await page.route("**/data/index.json", (route) => route.fulfill({ json: { sets } }));
  };
  const page = await openLab(t, { hash: "#v=1&preset=quick-mnist-src", prepare });
  await page.waitForFunction(() => !document.querySelector('#preset option[value="quick-fmnist-src"]'));
  assert.equal(await page.locator('#preset option[value="mnist-src"]').count(), 1);
});
