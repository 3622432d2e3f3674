// The choice of a model: it sets what belongs together, meets no refusal, and what it makes is learnt, slept and answered.

import assert from "node:assert/strict";
import { test } from "node:test";
import { addressed, button, drawn, openLab, runToEnd, useLab } from "./lab.mjs";

useLab();

const MODELS = ["MRNN-EP, predictive", "MRNN-EP, contrastive", "MRNN-BPTT", "RNN-BPTT", "FF-BP", "FF-OWM", "CTRNN-BPTT, row by row", "CTRNN-e-prop, row by row"];
/** Two tasks of a small network, in seconds. */
const SMALL = "#v=1&preset=quick-mnist-src&tasks.order=listed&seed=0&tasks.classes=[[0,1],[2,3]]&network.hidden=[60]&training.epochs=1&sleep.steps=500";

const hash = (page) => decodeURIComponent(new URL(page.url()).hash);
const model = (page) => page.getByLabel("Model", { exact: true });
const constant = (page, label) => page.locator(".constant", { has: page.getByText(label, { exact: true }) });
const open = (page, group) => page.locator(".constants summary", { hasText: group }).click();

async function choose(page, title) {
  await model(page).selectOption({ label: title });
  await drawn(page); // what is away is away, and the model is still the one chosen
  assert.equal(await model(page).locator("option:checked").textContent(), title);
}

test("every model follows every other without a refusal, and the first one ends where the preset began", async (t) => {
  const page = await openLab(t);
  const first = hash(page);
  await page.getByLabel("Computed on").selectOption("GPU");
  for (const from of MODELS) {
    for (const to of MODELS) {
      await choose(page, from);
      await choose(page, to);
      assert.equal(await page.getByRole("alert").filter({ hasText: /refused|allowed|Not changed/ }).count(), 0, `${from} to ${to}`);
    }
  }
  await choose(page, MODELS[0]);
  assert.equal(hash(page), first);
});

test("a model sets its constants, and those of others are away", async (t) => {
  const page = await openLab(t);
  for (const group of ["Network", "Learning", "Sleep"]) await open(page, group);
  const seen = async () => {
    const labels = ["Integration step dt", "Feedback γ", "Nudge β", "Free phase", "Clamped phase", "Tolerance", "Momentum μ", "Dropout"];
    const visible = await Promise.all(labels.map((label) => constant(page, label).or(page.locator(".constant", { has: page.getByLabel(label) })).first().isVisible()));
    return labels.filter((_, i) => visible[i]);
  };
  const rates = () => page.getByLabel("Learning rates α").inputValue();
  const mrnn = ["Integration step dt", "Feedback γ", "Nudge β", "Free phase", "Clamped phase", "Tolerance"];
  assert.deepEqual(await seen(), mrnn);
  await choose(page, "MRNN-BPTT");
  assert.deepEqual([await seen(), await rates()], [mrnn.filter((label) => label !== "Nudge β"), "0.01, 0.01"]);
  await choose(page, "RNN-BPTT");
  assert.deepEqual([await seen(), await page.locator("#network-free_steps").inputValue()], [["Free phase"], "5"]);
  assert.equal(await page.locator("#sleep-feedback").isVisible(), false, "only an MRNN has feedback");
  await choose(page, "CTRNN-e-prop, row by row");
  assert.deepEqual([await seen(), await page.locator("#network-free_steps").inputValue()], [["Integration step dt", "Free phase"], "28"]);
  assert.equal(await page.locator("#sleep-window").isVisible(), false, "rows have no window");
  await choose(page, "FF-BP");
  assert.deepEqual([await seen(), await rates()], [["Momentum μ", "Dropout"], "0.1, 0.1"]);
  assert.deepEqual([await page.locator("#rule-momentum").inputValue(), await page.locator("#rule-dropout").inputValue()], ["0.5", "0.25"]);
  assert.deepEqual(await page.locator("#rule-kind option:enabled").evaluateAll((all) => all.map(({ value }) => value)), ["backprop", "owm"]);
  await page.locator("#network-kind").selectOption("mrnn");
  await drawn(page);
  assert.equal(await model(page).inputValue(), "mrnn-ep");
  assert.equal(await page.locator("#rule-momentum").isVisible(), false);
});

for (const [title, matrices, steps] of [["RNN-BPTT", ["input to hidden", "hidden to itself", "hidden to output"], 5], ["FF-BP", ["input to hidden", "hidden to output"], 1], ["FF-OWM", ["input to hidden", "hidden to output"], 1], ["CTRNN-e-prop, row by row", ["input to hidden", "hidden to itself", "hidden to output"], 28]]) {
  test(`${title} is learnt, sleeps, shows its matrices and answers; its link repeats it`, async (t) => {
    const page = await openLab(t, { hash: SMALL });
    await choose(page, title);
    const first = await runToEnd(page);
    assert.deepEqual(Object.keys(first), ["T1", "S1", "T2", "S2"]);
    const captions = await page.locator(".weights figcaption").allTextContents();
    assert.deepEqual(captions.map((caption) => caption.split(",")[0]), matrices);
    assert.equal(await page.locator(".settling").isVisible(), false, "it does not settle");
    await button(page, "Next test image").click();
    await page.locator(".outputs .caption", { hasText: /^After S2: .*, output/ }).waitFor();
    await page.locator(".see .try .data summary").click();
    const course = page.locator(".try").getByRole("table", { name: "Outputs step by step" });
    await course.waitFor();
    assert.equal(await course.locator("tbody tr").count(), steps, "a row a step");
    const again = await openLab(t, { hash: new URL(page.url()).hash });
    assert.equal(await model(again).locator("option:checked").textContent(), title);
    assert.deepEqual(await runToEnd(again), first);
  });
}

test("another data set keeps the model, a preset brings its own", async (t) => {
  const page = await openLab(t);
  await choose(page, "RNN-BPTT");
  await page.getByLabel("Data set").selectOption({ label: "Fashion-MNIST" });
  await addressed(page, "fmnist");
  assert.equal(await model(page).inputValue(), "rnn-bptt");
  await page.getByLabel("Preset").selectOption("quick-mnist-src");
  await page.waitForFunction(() => document.querySelector("#model").value === "mrnn-ep");
});

test("an arm of another model is named after it", async (t) => {
  const page = await openLab(t);
  await choose(page, "FF-OWM");
  await page.locator(".compare > details > summary").click();
  await button(page, "Add the present settings").click();
  await page.locator(".added li", { hasText: "FF-OWM, sleep A" }).waitFor();
});

test("the plain average runs to its end, and says that nothing can be done to it", async (t) => {
  const page = await openLab(t, { hash: SMALL.replace("quick-mnist-src", "quick-mnist-src&strategy.kind=average") });
  await runToEnd(page);
  await page.getByText("Nothing can be done during this run").waitFor();
  assert.deepEqual(await Promise.all(["Sleep now", "Teach again"].map((name) => button(page, name).getAttribute("aria-disabled"))), ["true", "true"]);
});

test("spiking areas learn from local errors, tell their constants, and answer in spikes", async (t) => {
  const tasks = "tasks.order=listed&tasks.classes=[[0,1],[2,3]]&data.subset.train_per_class=300&data.subset.test_per_class=50";
  const page = await openLab(t, { hash: `#v=1&preset=predict-mnist-isi&${tasks}&network.hidden=[200]&seed=0` });
  assert.equal(await page.locator(".labs [aria-current]").textContent(), "Predict lab");
  assert.equal(await model(page).count(), 0, "there is one model alone");
  await open(page, "Spiking areas");
  assert.equal(await page.getByLabel("Protection of regular units").inputValue(), "100");
  assert.equal(await page.locator("#network-free_steps").isVisible(), false, "they do not settle");
  const run = await runToEnd(page);
  assert.deepEqual(Object.keys(run), ["T1", "T2"]);
  assert.ok(run.T1[0] > 80, `0 and 1 are known at ${run.T1[0]} %`);
  await button(page, "Next test image").click();
  await page.locator(".outputs .caption", { hasText: /^After T2: .*, output/ }).waitFor();
  await page.locator(".see .try .data summary").click();
  const course = page.locator(".try").getByRole("table", { name: "Outputs step by step" });
  await course.waitFor();
  assert.equal(await course.locator("tbody tr").count(), 100, "a row a step, the first hundred of them");
});
