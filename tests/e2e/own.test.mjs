// A person's own images: dropped or chosen, learnt, refused in words; and the choice between the site's sets.

import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { addressed, button, matrix, openLab, reach, runToEnd, useLab } from "./lab.mjs";

useLab();

const PARALLEL = "#v=1&preset=quick-mnist-parallel&training.epochs=1";
const CLASSES = 4;
const SIDE = 8;

/** The big-endian header of an IDX file, and its values. */
function idx(magic, sizes, values) {
  const header = Buffer.alloc(4 + 4 * sizes.length);
  [magic, ...sizes].forEach((word, i) => header.writeUInt32BE(word, 4 * i));
  return Buffer.concat([header, Buffer.from(values)]);
}

/** Images of one bright quarter, another for each class, on a ground that differs from image to image. */
function images(count, side = SIDE) {
  const pixel = (i, y, x) => {
    const quarter = 2 * Math.floor((2 * y) / side) + Math.floor((2 * x) / side);
    return (quarter === i % CLASSES ? 200 : 20) + ((7 * i + 5 * x + 3 * y) % 40);
  };
  return idx(0x803, [count, side, side], Array.from({ length: count * side * side }, (_, at) => pixel(Math.floor(at / side ** 2), Math.floor(at / side) % side, at % side)));
}

const labels = (count) => idx(0x801, [count], Array.from({ length: count }, (_, i) => i % CLASSES));
const file = (name, buffer) => ({ name, mimeType: "application/octet-stream", buffer });
const TWO = [file("my-images.gz", gzipSync(images(400))), file("my-labels", labels(400))];

const notice = (page) => page.getByRole("alert");
const dataSet = (page) => page.getByLabel("Data set");
const hash = (page) => decodeURIComponent(new URL(page.url()).hash);

/** Drops files on the page, as a person who drags them there. */
async function drop(page, files) {
  const listed = files.map(({ name, buffer }) => ({ name, text: buffer.toString("base64") }));
  const dataTransfer = await page.evaluateHandle((files) => {
    const transfer = new DataTransfer();
    for (const { name, text } of files) transfer.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], name));
    return transfer;
  }, listed);
  await page.dispatchEvent("body", "dragover", { dataTransfer });
  await page.getByText("Drop a saved run here").waitFor();
  await page.dispatchEvent("body", "drop", { dataTransfer });
  assert.ok(await page.locator(".drop").isHidden());
}

/** Chooses files in the controls. */
async function choose(page, files) {
  await dataSet(page).selectOption({ label: "Your own images …" });
  await page.getByLabel("Files of your images").setInputFiles(files);
}

test("dropped files become the data set, and are learnt", async (t) => {
  const page = await openLab(t, { hash: PARALLEL });
  await drop(page, TWO);
  await addressed(page, "data.name=own-");
  assert.match(hash(page), /data\.subset=null.*sleep\.window=null.*tasks\.classes=\[\[0,1\],\[2,3\]\]/);
  assert.equal(await dataSet(page).locator("option:checked").textContent(), "Your images (320 training, 80 test, 8×8)");
  assert.ok(await notice(page).isHidden());
  await page.locator("footer").getByText(/^Your images \(320 .+\)\. They stay in this browser\.$/).waitFor();

  const result = await runToEnd(page);
  assert.ok(Number(result.P.at(-1)) > 60, `${result.P.at(-1)} % of four classes, by chance 25 %`);
  assert.match(await page.locator(".curves .caption").textContent(), /over all 4 classes.*: 80 test images of Your images/);
  assert.equal(await page.locator(".confusion svg g.cell rect").count(), CLASSES ** 2);
});

test("four chosen files bring their own test images, phase by phase with sleep", async (t) => {
  const page = await openLab(t, { hash: "#v=1&preset=quick-mnist-src&sleep.steps=500&training.epochs=10" });
  await choose(page, [
    file("a-test-labels.gz", gzipSync(labels(40))),
    file("train-images", images(400)),
    file("t10k-images", images(40)),
    file("train-labels", labels(400)),
  ]);
  await addressed(page, "own-");
  assert.match(await dataSet(page).locator("option:checked").textContent(), /400 training, 40 test/);
  const result = await runToEnd(page);
  assert.deepEqual(Object.keys(result), ["T1", "S1", "T2", "S2"]);
  assert.ok(Number(result.T1[0]) > 60, `two classes are learnt to ${result.T1[0]} %`);
});

for (const [what, files, says] of [
  ["a broken file", [file("my-images", images(400).subarray(0, 999)), TWO[1]], /my-images: ends after 999 bytes, but its header promises/],
  ["a file of another kind", [file("cat.png", Buffer.from("\x89PNG\r\n")), TWO[1]], /cat\.png: is no IDX file/],
  ["a mismatched pair", [TWO[0], file("my-labels", labels(399))], /my-images\.gz holds 400 images, but my-labels holds 399 labels: they do not belong together/],
  ["labels alone", [TWO[1], file("other-labels", labels(400))], /2 files of labels and 0 of images/],
  ["one file", [TWO[0]], /these are 1 files, but a set is two IDX files/],
]) {
  test(`${what} is refused in words, and changes nothing`, async (t) => {
    const page = await openLab(t, { hash: PARALLEL });
    const before = hash(page);
    await drop(page, files);
    await notice(page).filter({ hasText: says }).waitFor();
    assert.match(await notice(page).textContent(), /^These files were not taken: /);
    assert.equal(hash(page), before);
    assert.equal(await dataSet(page).inputValue(), "mnist");
    await choose(page, files);
    await notice(page).filter({ hasText: says }).waitFor();
    await drop(page, TWO);
    await addressed(page, "own-");
    assert.ok(await notice(page).isHidden(), "sound files are taken afterwards");
  });
}

test("a link to images that are not here asks for them, and goes on once they are dropped", async (t) => {
  const page = await openLab(t, { hash: PARALLEL });
  await drop(page, TWO);
  await addressed(page, "own-");
  const link = new URL(page.url()).hash;

  const other = await openLab(t, { hash: `${link}&seed=5` });
  await notice(other).filter({ hasText: /images of your own \(own-[0-9a-f]{12}\).*drop their files/ }).waitFor();
  await button(other, "Run").click();
  await reach(other, /^Ended by an error/);
  assert.match(await notice(other).textContent(), /drop their files on this page again/);
  await drop(other, TWO);
  await other.waitForFunction(() => document.querySelector("#data-set").selectedOptions[0].text.startsWith("Your images ("));
  assert.match(hash(other), /seed=5/);
  assert.ok("P" in (await runToEnd(other)), "the link's own run");
});

test("files are not taken under a run", async (t) => {
  const page = await openLab(t);
  await button(page, "Next phase").click();
  await reach(page, /^Paused in T1/);
  const before = hash(page);
  await drop(page, TWO);
  await notice(page).filter({ hasText: /Stop it first/ }).waitFor();
  assert.equal(hash(page), before);
  assert.deepEqual(Object.keys(await matrix(page)), ["T1"]);
});

test("another set of the site brings its preset, with seed and order", async (t) => {
  const page = await openLab(t, { hash: "#v=1&preset=quick-mnist-rehearsal&tasks.order=listed&seed=7" });
  const offered = await dataSet(page).locator("option").allTextContents();
  assert.deepEqual([offered[0], offered.includes("Fashion-MNIST"), offered.at(-1)], ["MNIST", true, "Your own images …"]);
  await dataSet(page).selectOption("Fashion-MNIST");
  await addressed(page, "fmnist");
  assert.equal(hash(page), "#v=1&preset=quick-fmnist-rehearsal&seed=7&tasks.order=listed");
  assert.equal(await page.getByLabel("Preset").inputValue(), "quick-fmnist-rehearsal");
});
