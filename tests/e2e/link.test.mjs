// The Spec in the URL's hash: read, written, refused.

import assert from "node:assert/strict";
import { test } from "node:test";
import { addressed, button, matrix, openLab, reach, runToEnd, useLab } from "./lab.mjs";

useLab();

const notice = (page) => page.getByRole("alert");

test("without a hash the lab opens on its usual start and says so in the address", async (t) => {
  const page = await openLab(t);
  assert.match(page.url(), /#v=1&preset=quick-mnist-src&tasks\.order=listed$/);
  assert.equal(await page.getByLabel("Preset").inputValue(), "quick-mnist-src");
  assert.equal(await page.getByLabel("Seed").inputValue(), "0");
});

test("controls write the hash, and the link reopens the same run", async (t) => {
  const page = await openLab(t);
  await page.getByLabel("Preset").selectOption("quick-mnist-sequential");
  await page.getByLabel("Order of tasks").selectOption("shuffled");
  await page.getByLabel("Seed").fill("3");
  await page.getByLabel("Seed").press("Enter");
  await addressed(page, "seed=3");
  const hash = new URL(page.url()).hash;
  assert.equal(hash, "#v=1&preset=quick-mnist-sequential&seed=3");
  const first = await runToEnd(page);

  const other = await openLab(t, { hash });
  assert.equal(await other.getByLabel("Order of tasks").inputValue(), "shuffled");
  assert.equal(await other.getByLabel("Seed").inputValue(), "3");
  assert.deepEqual(await runToEnd(other), first);
});

test("a field that differs from the preset is read from the link and shown", async (t) => {
  const page = await openLab(t, { hash: "#v=1&preset=quick-mnist-src&sleep.steps=500" });
  await page.getByText("Differs from the preset: sleep.steps = 500.").waitFor();
});

for (const [what, hash, says] of [
  ["an unknown field", "#v=1&preset=quick-mnist-src&sleep.dreams=9", /no field `sleep\.dreams`/],
  ["a value out of range", "#v=1&preset=quick-mnist-src&sleep.leak=2", /`sleep\.leak` is 2, but from 0 to 1 is allowed/],
  ["an unknown preset", "#v=1&preset=nightmare", /no preset `nightmare`/],
  ["another version", "#v=99&preset=quick-mnist-src", /version 99/],
  ["no link at all", "#%00%ff<script>alert(1)</script>", /cannot be read/],
]) {
  test(`a link with ${what} is refused in words, and the lab opens all the same`, async (t) => {
    const page = await openLab(t, { hash });
    assert.match(await notice(page).textContent(), says);
    assert.equal(new URL(page.url()).hash, new URL(hash, "http://x").hash, "what was in the address is still there");
    assert.equal(await page.getByLabel("Preset").inputValue(), "quick-mnist-src");
    await button(page, "Next phase").click();
    await reach(page, /^Paused in T1/);
    assert.ok(await notice(page).isHidden());
  });
}

test("a faulty link during a run changes nothing but the message", async (t) => {
  const page = await openLab(t);
  await button(page, "Next phase").click();
  await reach(page, /^Paused in T1/);
  const before = await matrix(page);
  await page.evaluate(() => (location.hash = "v=1&preset=quick-mnist-src&seed=many"));
  await notice(page).filter({ hasText: "Nothing was changed" }).waitFor();
  assert.deepEqual(await matrix(page), before);
  await button(page, "Next phase").click();
  await reach(page, /^Paused in S1/);
});

test("another link during a run ends it and is shown in the controls", async (t) => {
  const page = await openLab(t);
  await button(page, "Next phase").click();
  await reach(page, /^Paused in T1/);
  await page.evaluate(() => (location.hash = "v=1&preset=quick-fmnist-src&seed=7"));
  await reach(page, /^Stopped/);
  assert.equal(await page.getByLabel("Preset").inputValue(), "quick-fmnist-src");
  assert.equal(await page.getByLabel("Seed").inputValue(), "7");
});

test("a seed that cannot be is refused with what is allowed", async (t) => {
  const page = await openLab(t);
  await page.getByLabel("Seed").fill("-1");
  await page.getByLabel("Seed").press("Enter");
  await notice(page).filter({ hasText: /Not changed: seed/ }).waitFor();
  await page.getByLabel("Seed").blur();
  assert.match(page.url(), /tasks\.order=listed$/);
});
