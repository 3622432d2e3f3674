// Acting upon a run: sleep now and longer, teach again; noted in the address, and repeated from it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { addressed, button, matrix, openLab, reach, runToEnd, status, useLab } from "./lab.mjs";

useLab();

const SEQUENTIAL = "#v=1&preset=quick-mnist-sequential&tasks.order=listed&seed=0";
/** Learns each task for seconds, so that a person, or this test, can act in the midst of one. */
const LONG = `${SEQUENTIAL}&tasks.classes=[[0,1],[2,3],[4,5]]&training.epochs=12`;
const SLEEPY = "#v=1&preset=quick-mnist-src&tasks.order=listed&seed=0&tasks.classes=[[0,1],[2,3]]&sleep.steps=400000";
const done = (page) => page.locator(".done li span").allTextContents();
const hash = (page) => new URL(page.url()).hash;

test("a network that is put to sleep while it learns goes on learning, and the link repeats it", async (t) => {
  const page = await openLab(t, { hash: LONG });
  await button(page, "Run").click();
  await reach(page, /^Learning \(T3\)/);
  await button(page, "Sleep now").click();
  await reach(page, "Finished");
  const acted = await matrix(page);
  assert.deepEqual(Object.keys(acted), ["T1", "T2", "T3a", "N1", "T3"]);
  assert.match((await done(page))[0], /^In T3a, after [\d,]+ samples: sleep 21,168 steps$/);
  assert.equal(await page.locator(".curves svg g.rect rect").count(), 1, "the nap is shaded");
  assert.equal(await page.locator(".weights figure").count(), 2, "what it changed is shown");

  const again = await openLab(t, { hash: hash(page) });
  assert.match((await done(again))[0], /sleep 21,168 steps$/, "what will be done is listed before the run");
  assert.deepEqual(await runToEnd(again), acted);
  assert.equal(hash(again), hash(page));
});

test("a sleep that is under way can be made longer", async (t) => {
  const page = await openLab(t, { hash: SLEEPY });
  await button(page, "Run").click();
  await reach(page, /^Sleeping \(S1\)/);
  await page.getByLabel("for", { exact: true }).fill("7000");
  await button(page, "Sleep longer").click();
  await page.locator(".status").filter({ hasText: "of 407,000 sleep steps" }).waitFor();
  await reach(page, "Finished");
  assert.deepEqual(Object.keys(await matrix(page)), ["T1", "S1", "T2", "S2"], "no phase was added");
  assert.match((await done(page))[0], /^In S1, after [\d,]+ steps: sleep 7,000 steps longer$/);
});

test("a run that is over goes on when classes are taught again, and what was done can be taken back", async (t) => {
  const page = await openLab(t, { hash: SEQUENTIAL });
  const before = await runToEnd(page);
  await page.getByLabel("Classes", { exact: true }).selectOption({ label: "2 / 3" });
  await button(page, "Teach again").click();
  await page.locator(".done li").waitFor();
  await reach(page, "Finished");
  const after = await matrix(page);
  assert.deepEqual(Object.keys(after), ["T1", "T2", "T3", "T4", "T5", "A1"]);
  assert.ok(Number(after.A1[1]) > Number(before.T5[1]) + 40, `2 and 3 are known again: ${after.A1[1]} %`);
  assert.match((await done(page))[0], /^After T5: teach 2 \/ 3 again$/);
  await page.locator(".done").getByRole("button", { name: "Remove" }).click();
  await addressed(page, "actions", false);
  assert.deepEqual(await runToEnd(page), before);
});

test("a paused run does what it is told, and stands still again", async (t) => {
  const page = await openLab(t, { hash: SEQUENTIAL });
  await button(page, "Next phase").click();
  await reach(page, /^Paused in T1/);
  await button(page, "Sleep now").click();
  await reach(page, /^Paused in N1/);
  assert.deepEqual(Object.keys(await matrix(page)), ["T1", "N1"]);
  for (const samples of [32, 64]) {
    await button(page, "Next batch").click();
    await reach(page, new RegExp(`^Paused in T2. ${samples} of`));
  }
  await button(page, "Teach again").click();
  await reach(page, /^Paused in A1/);
  assert.deepEqual(Object.keys(await matrix(page)), ["T1", "N1", "T2a", "A1"]);
});

test("what is done to a run after the controls were changed is not kept, and that is said", async (t) => {
  const page = await openLab(t, { hash: SEQUENTIAL + "&tasks.classes=[[0,1],[2,3]]" });
  await runToEnd(page);
  await page.getByLabel("Seed").fill("7");
  await page.getByLabel("Seed").press("Enter");
  await page.getByText("not kept in the address").waitFor();
  const before = hash(page);
  await button(page, "Sleep now").click();
  await page.locator(".matrix tbody th", { hasText: "N1" }).waitFor();
  await reach(page, "Finished");
  assert.equal(hash(page), before);
});

test("other tasks take away what was done to the former", async (t) => {
  const actions = encodeURIComponent('[{"phase":1,"done":0,"act":{"kind":"sleep","steps":500}}]');
  const page = await openLab(t, { hash: `${SEQUENTIAL}&actions=${actions}` });
  assert.equal((await done(page)).length, 1);
  await page.locator(".constants summary", { hasText: "Tasks and strategy" }).click();
  await page.getByLabel("Tasks class numbers").fill("0 1 | 2 3");
  await page.getByLabel("Tasks class numbers").press("Enter");
  await addressed(page, "actions", false);
  assert.equal((await done(page)).length, 0);
});

test("what cannot be done is told in words, and the run stands as it stood", async (t) => {
  const page = await openLab(t, { hash: SEQUENTIAL });
  await button(page, "Next phase").click();
  await reach(page, /^Paused in T1/);
  const before = [await status(page), await matrix(page), hash(page)];
  await page.getByLabel("for", { exact: true }).fill("0");
  await button(page, "Sleep now").click();
  await page.getByRole("alert").filter({ hasText: "Not done: a sleep lasts a whole number of steps from 1 to 1,000,000." }).waitFor();
  await button(page, "Resume").waitFor();
  assert.deepEqual([await status(page), await matrix(page), hash(page)], before);
});

test("a link with actions that do not fit is told in words", async (t) => {
  const actions = encodeURIComponent('[{"phase":0,"done":0,"act":{"kind":"teach","classes":[11],"epochs":1}}]');
  const page = await openLab(t, { hash: `${SEQUENTIAL}&actions=${actions}` });
  await button(page, "Run").click();
  await page.getByRole("alert").filter({ hasText: "`actions[0].act.classes` is 11" }).waitFor();
});
