// The Connect lab: its tab, the knob, a study from its beginning to its table, and nothing lost on the way.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { overflow, violations } from "./axe.mjs";
import { answered, addressed, button, drawn, openLab, reach, status, useLab } from "./lab.mjs";

useLab();

/** Twelve small networks, in some seconds. */
const SMALL = "#v=1&preset=connect-romo-quick&network.units=16&training.batch=16&training.iterations=120&gains=[0.2,1]&training.window=10";
/** The same, for so long that it does not end by itself, and is not quick. */
const LONG = SMALL.replace("iterations=120", "iterations=90000").replace("units=16", "units=64").replace("batch=16", "batch=32");

const tab = (page, name) => page.getByRole("navigation", { name: "Labs" }).getByRole("link", { name });
const current = (page) => page.locator(".labs [aria-current=page]").textContent();
const hash = (page) => decodeURIComponent(new URL(page.url()).hash);
const notice = (page) => page.locator("#lab > .notice");
const card = (page, kind) => page.locator(`.see .${kind}`);
const rule = (page, name) => page.getByRole("checkbox", { name, exact: true });
const labelsOf = (page, kind) => page.locator(`.${kind} svg[role=img]`).evaluateAll((all) => all.map((svg) => svg.getAttribute("aria-label")));

/** The outcome as the page shows it: a list of the texts of each row's cells. */
const outcome = (page) => card(page, "outcome").locator(".body tbody tr").evaluateAll((rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent)));

async function run(page) {
  await button(page, "Run").click();
  await reach(page, /^Finished/);
}

/** The saved results of the study that is shown. */
async function results(page) {
  const [download] = await Promise.all([page.waitForEvent("download"), button(page, "Save results as JSON").click()]);
  return JSON.parse(readFileSync(await download.path(), "utf8"));
}

/** The first number in a text as the page writes it. */
const numberIn = (text) => Number(/−?\d+(\.\d+)?/.exec(text)[0].replace("−", "-"));

test("the lab has its tab, opens on its usual study, and the address says which it is", async (t) => {
  const page = await openLab(t);
  await tab(page, "Connect lab").click();
  await page.getByText("A small recurrent network learns a task").waitFor();
  assert.equal(await current(page), "Connect lab");
  assert.equal(hash(page), "#v=1&preset=connect-romo-quick");
  assert.equal(await page.title(), "Connect lab · Engram");
  const offered = await page.locator("#preset option").evaluateAll((all) => all.map(({ value }) => value));
  assert.ok(offered.length >= 1 && offered.every((name) => name.startsWith("connect-")), offered.join());
  assert.equal(await page.locator("#gains").inputValue(), "0.2, 0.8, 1.5");
  // Before a study there is the task.
  await card(page, "trial").locator("svg").first().waitFor();
  const [inputs, outputs] = await labelsOf(page, "trial");
  assert.match(inputs, /^Inputs of test trial 1: stimulus\. Time in τ: fixation from 0 to 3, first stimulus from 3 to 4, delay from 4/);
  assert.match(outputs, /There is no network yet/);
  await tab(page, "Sleep lab").click();
  await page.getByText("remembers them after sleep").waitFor();
  assert.match(hash(page), /preset=quick-mnist-src/);
  await page.goBack();
  await page.getByText("A small recurrent network learns a task").waitFor();
});

test("a study runs to its end: curves, exponents and spectrum say what the table says", async (t) => {
  const page = await openLab(t, { hash: SMALL });
  assert.equal(await current(page), "Connect lab", "the link opens it");
  await run(page);
  assert.match(await status(page), /^Finished: 12 networks, 1,440 training iterations in [\d.]+\ss of computing\.$/);
  const rows = await outcome(page);
  assert.deepEqual(rows.map(([gain, rule, rate]) => [gain, rule, rate]), [["0.2", "BPTT", "0.001"], ["1", "BPTT", "0.001"], ["0.2", "e-prop", "0.001"], ["1", "e-prop", "0.001"]]);
  for (const [, , , loss, accuracy, exponents, n] of rows) {
    assert.match(loss, /^\d\.\d+ ± \d\.\d+$/);
    assert.match(accuracy, /^[\d.]+ ± [\d.]+\s%$/);
    assert.match(exponents, /^−\d\.\d+ ± \d\.\d+ → −?\d\.\d+ ± \d\.\d+$/);
    assert.equal(n, "3");
  }
  const whole = await results(page);
  assert.equal(whole.networks.length, 12);
  assert.deepEqual(whole.runs[0].seeds, [0, 1, 2]);
  // The table's means are those of the networks, computed here once more.
  for (const [i, [gain, , , loss, accuracy, exponents]] of rows.entries()) {
    const of = whole.networks.filter(({ arm }) => String(arm.gain) === gain && arm.rule === (i < 2 ? "bptt" : "eprop"));
    const mean = (value) => of.reduce((sum, record) => sum + value(record), 0) / of.length;
    assert.equal(of.length, 3);
    assert.ok(Math.abs(numberIn(loss) - mean(({ test }) => test.loss)) < 1e-3);
    assert.ok(Math.abs(numberIn(accuracy) - 100 * mean(({ test }) => test.accuracy)) < 0.06);
    assert.ok(Math.abs(numberIn(exponents) - mean(({ untrained }) => untrained[0])) < 0.01);
    assert.ok(of.every(({ curve }) => curve.length === 12));
  }
  // What of the paper it bears out, as the core says from the same networks.
  const said = await card(page, "outcome").locator(".claims li").allTextContents();
  assert.equal(said.length, 6, "two gains by two rules: learns worse, moves more, ends near zero");
  assert.deepEqual(said.map((text) => text.split(" ")[0]), whole.claims.map(({ answer }) => answer));
  assert.match(said[0], /^(holds|fails|undecided) BPTT: a gain of 0\.2 learns worse than one of 1: −?\d\.\d+ \(−?\d\.\d+ to −?\d\.\d+\) loss, n\s=\s3/);
  const curves = await labelsOf(page, "learning");
  assert.match(curves[0], /^Learning curves by BPTT\. Latest loss: gain 0\.2 [\d.]+ ± [\d.]+, gain 1 [\d.]+ ± [\d.]+\.$/);
  assert.match(curves[1], /^Learning curves by e-prop\./);
  assert.ok(numberIn(curves[0].split("gain 1 ")[1]) < numberIn(curves[0].split("gain 0.2 ")[1]), "a larger gain learns faster");
  const largest = await labelsOf(page, "exponents");
  // As the table has it: at birth and after training, of the first gain.
  const [birth, trained] = rows[0][5].split(" → ");
  assert.ok(largest[0].startsWith(`Largest Lyapunov exponent in 1/step, BPTT: gain 0.2 at birth ${birth}, gain 0.2 after training ${trained}, gain 1 at birth`), largest[0]);
  const spectra = await labelsOf(page, "spectrum");
  assert.ok(spectra[1].includes(`gain 0.2 before training from ${birth} down to`), spectra[1]);
  // Means over the same seeds are the same at birth, whatever the rule.
  assert.equal(rows[2][5].split(" → ")[0], birth);
  await page.getByLabel("accuracy", { exact: true }).check();
  await page.locator(".learning svg").first().getByText("chance").waitFor();
  assert.match((await labelsOf(page, "learning"))[0], /Latest accuracy, as a fraction: gain 0\.2 0\.\d+/);
  await card(page, "outcome").locator("summary").first().click();
  const [file] = await Promise.all([page.waitForEvent("download"), button(page, "What each gain, rule and treatment came to as CSV").click()]);
  const csv = readFileSync(await file.path(), "utf8");
  assert.equal(csv.trim().split("\r\n").length, 5);
  assert.match(csv, /Gain,Rule,Flossed,Learning rate,Mean loss from iteration 200 on,.*,Loss at the end,.*,Test loss,/);
});

test("each figure leads to how to read it, and the equations are there", async (t) => {
  const page = await openLab(t, { hash: `${SMALL}&flossing.when=always&flossing.iterations=5` });
  await run(page);
  await card(page, "trajectories").locator("svg").waitFor();
  const links = await page.locator("a.manual").evaluateAll((all) => all.map(({ href }) => href));
  const kinds = links.map((href) => new URL(href).hash.slice(1)).sort();
  assert.deepEqual(kinds, ["exponents", "flossing", "learning", "outcome", "spectrum", "trajectories", "trial"]);
  await page.goto(links[0]);
  for (const kind of kinds) assert.equal(await page.locator(`:is(h2, h3)#${kind}`).count(), 1, kind);
  await page.getByRole("link", { name: "The Connect lab" }).first().click();
  await page.locator("math").first().waitFor();
  assert.ok((await page.locator("math").count()) > 30);
});

test("a network is looked into: its answer to a trial, and its trajectories", async (t) => {
  const page = await openLab(t, { hash: SMALL.replace("iterations=120", "iterations=900") });
  await run(page);
  await page.getByLabel("Gain", { exact: true }).selectOption("1");
  const answer = card(page, "trial").locator(".answer");
  await answer.filter({ hasText: /^(Right|Wrong): in the decision it says .* Gain 1, BPTT, seed 0, after 900 iterations\.$/ }).waitFor();
  const first = await labelsOf(page, "trial");
  await button(page, "Next trial").click();
  await card(page, "trial").locator('svg[aria-label*="test trial 2"]').waitFor();
  assert.notDeepEqual(await labelsOf(page, "trial"), first);
  await button(page, "Previous trial").click();
  await card(page, "trial").locator('svg[aria-label*="test trial 1:"]').waitFor();
  assert.deepEqual(await labelsOf(page, "trial"), first, "the same trial, the same answer");
  const [ways] = await labelsOf(page, "trajectories");
  const [, a, b] = /^Trajectories of 24 test trials .* which hold ([\d.]+)\s% and ([\d.]+)\s% of the variance; right answers: first larger, second larger\.$/.exec(ways);
  assert.ok(Number(a) >= Number(b) && Number(a) + Number(b) <= 100.5);
  await page.getByLabel("Rule", { exact: true }).selectOption("eprop");
  await answer.filter({ hasText: "e-prop" }).waitFor();
  // One that was stopped can still be asked.
  await button(page, "Begin again").click();
  await reach(page, /^Learning/);
  await answered(page, "Stop", "Stopped", 250);
  await button(page, "Next trial").click();
  await card(page, "trial").locator('svg[aria-label*="test trial 2"]').waitFor();
});

test("turning the knob begins the study anew, and the curves before stay in sight", async (t) => {
  const page = await openLab(t, { hash: SMALL });
  await run(page);
  const knob = page.getByLabel("Gain of the initial weights");
  await knob.fill("0.5");
  await addressed(page, "gains=[0.5]");
  await reach(page, /^(Measuring|Learning|Finished: 6)/);
  await reach(page, /^Finished: 6 networks/);
  assert.deepEqual((await outcome(page)).map(([gain]) => gain), ["0.5", "0.5"]);
  const drawing = page.locator(".learning svg").first();
  assert.match(await drawing.textContent(), /gain 0\.5/);
  assert.match(await drawing.textContent(), /1, before/);
  assert.equal(await page.getByLabel("Gain, as a number").inputValue(), "0.5");
  // By its number, twice within its rest: once.
  await page.getByLabel("Gain, as a number").fill("1.2");
  await page.getByLabel("Gain, as a number").fill("1.25");
  await addressed(page, "gains=[1.25]");
  await reach(page, /^Finished: 6 networks/);
  assert.match(await drawing.textContent(), /0\.5, before/);
});

test("a study of other networks stays in sight beside the next one, with what was otherwise", async (t) => {
  const page = await openLab(t, { hash: SMALL });
  assert.match(await status(page), /^Ready: 12 networks, 1,440 training iterations, about \d+.* on a usual machine\. All is computed here/);
  await run(page);
  await page.locator("summary", { hasText: "Network" }).click();
  await page.locator("#network-units").fill("24");
  await page.locator("#network-units").press("Enter");
  await run(page);
  const drawing = page.locator(".learning svg").first();
  assert.match(await drawing.textContent(), /0\.2, N 16/);
  assert.match(await drawing.textContent(), /gain 0\.2/);
  await page.locator(".learning .caption").getByText("Dotted, grey: means of the study before, with N 16.").waitFor();
});

test("while some networks are flossed, curves of the others grow", async (t) => {
  const page = await openLab(t, { hash: "#v=1&preset=connect-flossing-quick&flossing.iterations=2000" });
  await button(page, "Run").click();
  await reach(page, /^Flossing and learning/);
  await page.locator(".learning svg").first().getByText("gain 0.2").waitFor();
  assert.match(await status(page), /^Flossing and learning/);
  assert.match((await labelsOf(page, "learning"))[0], /^Learning curves by e-prop\. Latest loss: gain 0\.2/);
  assert.match((await labelsOf(page, "learning"))[1], /flossed first\. Nothing measured yet/);
  await button(page, "Stop").click();
});

test("a long study is not lost to the knob", async (t) => {
  const page = await openLab(t, { hash: LONG });
  await button(page, "Run").click();
  await reach(page, /^Learning/);
  assert.ok(await page.getByLabel("Gain of the initial weights").isDisabled());
  await page.getByText("A long study goes on: stop it first").waitFor();
  await button(page, "Stop").click();
  await reach(page, /^Stopped/);
  assert.ok(await page.getByLabel("Gain of the initial weights").isEnabled());
});

test("pause and stop answer at once; what is paused stands still, and comes to the same table", async (t) => {
  const page = await openLab(t, { hash: SMALL.replace("iterations=120", "iterations=600") });
  await run(page);
  const whole = await outcome(page);
  await button(page, "Begin again").click();
  await reach(page, /^Learning · [1-9]/);
  t.diagnostic(`paused ${await answered(page, "Pause", "Paused", 250)} ms after the press`);
  const still = await status(page);
  const [, part] = /^Paused at (\d+)/.exec(still);
  assert.ok(Number(part) < 100, still);
  await page.waitForTimeout(700);
  assert.equal(await status(page), still, "nothing goes on");
  await button(page, "Resume").click();
  await reach(page, /^Finished/);
  assert.deepEqual(await outcome(page), whole);
  await button(page, "Begin again").click();
  await reach(page, /^Learning/);
  t.diagnostic(`stopped ${await answered(page, "Stop", "Stopped", 250)} ms after the press`);
});

test("controls write the address, and the link reopens the same study", async (t) => {
  const page = await openLab(t, { hash: "#v=1&preset=connect-romo-quick" });
  await page.getByLabel("Task", { exact: true }).selectOption("dms");
  // As much of a state outlasts a step as before.
  await page.locator(".leak").getByText("A step dt is 100 ms, τ is 200 ms: the leak a = 1 − dt/τ is 0.5.").waitFor();
  await rule(page, "BPTT").uncheck();
  await rule(page, "RFLO, random feedback").check();
  await page.getByLabel("Gains to compare").fill("0.4 1");
  await page.getByLabel("Gains to compare").press("Enter");
  await page.locator("summary", { hasText: "Network" }).click();
  await page.locator("#network-tau").fill("100");
  await page.locator("#network-tau").press("Enter");
  await page.locator(".leak").getByText("has no memory: it knows only the step before").waitFor();
  const said = hash(page);
  const other = await openLab(t, { hash: new URL(page.url()).hash });
  assert.equal(hash(other), said);
  assert.equal(await other.getByLabel("Task", { exact: true }).inputValue(), "dms");
  assert.equal(await other.getByLabel("Gains to compare").inputValue(), "0.4, 1");
  assert.equal(await rule(other, "BPTT").isChecked(), false);
  assert.ok(await rule(other, "RFLO, random feedback").isChecked());
  assert.equal(await other.locator("#network-tau").inputValue(), "100");
});

for (const [what, wrong, says] of [
  ["an unknown field", "#v=1&preset=connect-romo-quick&network.dreams=9", /no field `network\.dreams`/],
  ["a value out of range", "#v=1&preset=connect-romo-quick&network.units=9000", /`network\.units` is 9000, but from 1 to 512 is allowed/],
  ["an unknown preset", "#v=1&preset=connect-nightmare", /no preset `connect-nightmare`/],
]) {
  test(`a link with ${what} is refused in words, and the lab opens all the same`, async (t) => {
    const page = await openLab(t, { hash: wrong });
    assert.match(await notice(page).textContent(), says);
    assert.equal(await current(page), "Connect lab");
    assert.equal(new URL(page.url()).hash, wrong, "what was in the address is still there");
    assert.equal(await page.locator("#gains").inputValue(), "0.2, 0.8, 1.5");
  });
}

test("a wrong link or control during a study changes nothing but the message", async (t) => {
  const page = await openLab(t, { hash: SMALL });
  await run(page);
  const before = await outcome(page);
  await page.evaluate(() => (location.hash = "v=1&preset=connect-romo-quick&gains=many"));
  await notice(page).filter({ hasText: "Nothing was changed" }).waitFor();
  assert.deepEqual(await outcome(page), before);
  assert.equal(await page.locator("#gains").inputValue(), "0.2, 1");
  await rule(page, "BPTT").uncheck();
  await rule(page, "e-prop").click();
  await notice(page).filter({ hasText: /Not changed: .*one rule or more is wanted/ }).waitFor();
  assert.ok(await rule(page, "e-prop").isChecked(), "what was refused is not ticked");
});

test("flossing moves exponents to zero, and both treatments stand side by side", async (t) => {
  const page = await openLab(t, { hash: `${SMALL}&flossing.when=both&flossing.rate=0.01&flossing.iterations=60&seeds=2` });
  await Promise.all([reach(page, /^Flossing/), button(page, "Run").click()]);
  await reach(page, /^Finished: 16 networks/);
  const [label] = await labelsOf(page, "flossing");
  const [, from, to] = /gain 0\.2 from (−?[\d.]+) to (−?[\d.]+)/.exec(label).map((text) => Number(text.replace("−", "-")));
  assert.ok(from < -0.4 && Math.abs(to) < 0.15, label);
  assert.deepEqual(await page.locator(".learning figcaption", { hasText: /^(BPTT|e-prop)/ }).allTextContents(), ["BPTT", "BPTT, flossed first", "e-prop", "e-prop, flossed first"]);
  const rows = await outcome(page);
  assert.deepEqual(rows.map(([gain, rule, flossed]) => `${gain} ${rule} ${flossed}`), ["BPTT", "e-prop"].flatMap((rule) => ["no", "yes"].flatMap((flossed) => ["0.2", "1"].map((gain) => `${gain} ${rule} ${flossed}`))));
  const [birth, flossed] = rows[2][6].split(" → ").map(numberIn);
  assert.ok(birth < -0.4 && Math.abs(flossed) < 0.15, rows[2][6]);
  assert.equal(rows[0][6].split(" → ").length, 2, "not flossed: at birth, and after training");
  assert.match((await labelsOf(page, "exponents"))[1], /gain 0\.2 after flossing/);
});

test("trained networks are put to sleep, and measured again", async (t) => {
  const page = await openLab(t, { hash: "#v=1&preset=connect-two-af-sleep&network.units=16&training.iterations=60&training.window=10&gains=[0.5,1]&seeds=2&sleep.steps=600" });
  const when = page.getByLabel("Sleep", { exact: true });
  assert.equal(await when.inputValue(), "after");
  await when.selectOption("never");
  await addressed(page, "sleep=null");
  await when.selectOption("after");
  await addressed(page, "sleep=null", false);
  await page.locator(".constants summary", { hasText: "Sleep" }).click();
  const steps = page.getByLabel("Length of the sleep");
  assert.equal(await steps.inputValue(), "3000", "the preset's");
  await steps.fill("600");
  await steps.press("Enter");
  await addressed(page, "sleep.steps=600");
  await run(page);
  const heads = await card(page, "outcome").locator("thead th").allTextContents();
  assert.deepEqual(heads.slice(4), ["Test accuracy", "After sleep: loss", "Accuracy", "λ before → after → after sleep, 1/step", "n"]);
  const labels = await labelsOf(page, "exponents");
  assert.equal(labels.length, 2);
  for (const label of labels) assert.match(label, /gain 0\.5 after training .*gain 0\.5 after sleep/);
  await card(page, "trial").getByText("after 60 iterations and sleep.").waitFor();
  const { networks, lines } = await results(page);
  assert.equal(networks.length, 8);
  for (const { slept } of networks) assert.ok(slept.spikes[0] > 0 && slept.exponents.length === networks[0].trained.length);
  const rows = await outcome(page);
  lines.forEach(({ slept }, i) => assert.equal(numberIn(rows[i][6]), Number((100 * slept.test_accuracy.mean).toFixed(1))));
});

test("a study that is saved goes on where it was, in another page", async (t) => {
  const long = SMALL.replace("iterations=120", "iterations=500");
  const page = await openLab(t, { hash: long });
  await run(page);
  const whole = await outcome(page);
  await button(page, "Begin again").click();
  await reach(page, /^Learning · [1-9]/);
  await button(page, "Pause").click();
  await reach(page, /^Paused at/);
  assert.ok(Number(/(\d+)/.exec(await status(page))[1]) < 100);
  const [download] = await Promise.all([page.waitForEvent("download"), button(page, "Save study").click()]);
  assert.match(download.suggestedFilename(), /^engram-study-connect-romo-quick-seeds0-2-[0-9a-f]{6}\.engram$/);
  const buffer = readFileSync(await download.path());

  const other = await openLab(t, { hash: "#v=1&preset=connect-romo-quick" });
  const open = (bytes) => other.locator("#open-study").setInputFiles({ name: "kept.engram", mimeType: "application/octet-stream", buffer: bytes });
  for (const [bytes, says] of [
    [buffer.subarray(0, buffer.length - 7), /kept\.engram was not opened: it is damaged/],
    [Buffer.from("nothing of the kind"), /kept\.engram was not opened: it is no saved study/],
    [Buffer.concat([buffer.subarray(0, 400), Buffer.from([buffer[400] ^ 1]), buffer.subarray(401)]), /it is damaged/],
  ]) {
    await open(bytes);
    await notice(other).filter({ hasText: says }).waitFor();
    assert.match(await status(other), /^Ready/);
  }
  await open(buffer);
  await reach(other, /^Finished/);
  assert.equal(hash(other), hash(page));
  assert.deepEqual(await outcome(other), whole);
});

test("a saved study that is dropped on another lab opens in its own", async (t) => {
  const page = await openLab(t, { hash: SMALL });
  await run(page);
  const [download] = await Promise.all([page.waitForEvent("download"), button(page, "Save study").click()]);
  const bytes = readFileSync(await download.path()).toString("base64");
  const other = await openLab(t);
  await other.evaluate((bytes) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0))], "kept.engram"));
    dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, cancelable: true }));
  }, bytes);
  await other.getByText("A small recurrent network learns a task").waitFor();
  await reach(other, /^Finished/);
  assert.equal(await current(other), "Connect lab");
  assert.deepEqual(await outcome(other), await outcome(page));
});

test("a study goes on while another lab is looked at", async (t) => {
  const page = await openLab(t, { hash: LONG });
  await button(page, "Run").click();
  await reach(page, /^Learning/);
  const left = hash(page);
  await tab(page, "Predict lab").click();
  await page.getByText("Areas of spiking units predict one another").waitFor();
  await page.locator(".labs .under-way").waitFor();
  await tab(page, "Connect lab").click();
  await reach(page, /^Learning/);
  assert.equal(hash(page), left);
});

test("in a frame, learning curves alone are shown, and the page around may start them", async (t) => {
  const page = await openLab(t, { path: "?embed=1&panels=learning&autoplay=1", hash: SMALL, ready: null });
  await reach(page, /^Finished/);
  assert.equal(await page.locator(".see > *").count(), 1);
  assert.match((await labelsOf(page, "learning"))[0], /Latest loss/);
});

test("axe finds nothing in the Connect lab, light and dark, narrow and wide, before a study and after one", async (t) => {
  const page = await openLab(t, { hash: `${SMALL}&flossing.when=both&flossing.iterations=20&training.iterations=40` });
  await card(page, "trial").locator("svg").first().waitFor();
  const inspect = async (when) => {
    for (const colorScheme of ["light", "dark"]) {
      for (const width of [360, 1280, 1920]) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 800 });
        await drawn(page);
        assert.deepEqual(await violations(page), [], `${when}, ${colorScheme}, ${width} px`);
        assert.ok((await overflow(page)) <= 0, `${when}: nothing is wider than ${width} px`);
      }
    }
  };
  await inspect("before a study");
  await run(page);
  await card(page, "trajectories").locator("svg").waitFor();
  await page.evaluate(() => document.querySelectorAll("#lab details:not(.save)").forEach((details) => (details.open = true)));
  await inspect("after a study, with its data open");
});
