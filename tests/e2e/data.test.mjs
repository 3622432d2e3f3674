// What is said when data are missing or broken; and that the lab can go on afterwards.

import assert from "node:assert/strict";
import { test } from "node:test";
import { button, openLab, reach, useLab } from "./lab.mjs";

useLab();

const broken = [
  ["a missing file", "**/train-images*", { status: 404, body: "not found" }, /train-images\S+ answers 404/],
  ["a missing list of sets", "**/data/index.json", { status: 404, body: "not found" }, /index\.json answers 404/],
  ["a list that is not one", "**/data/index.json", { status: 200, body: "<html>" }, /does not list any data sets/],
  ["a site without this set", "**/data/index.json", { status: 200, body: '{"sets":[]}' }, /does not hold the data set mnist/],
  ["a file of nonsense", "**/train-labels*", { status: 200, body: "nonsense" }, /train-labels/],
];

for (const [what, path, answer, says] of broken) {
  test(`${what} is told in words, and the next run works`, async (t) => {
    const page = await openLab(t);
    await page.route(path, (route) => route.fulfill(answer));
    await button(page, "Run").click();
    const notice = page.getByRole("alert").filter({ hasText: says });
    await notice.waitFor({ timeout: 20_000 });
    assert.match(await page.locator(".status").textContent(), /by an error/);
    await page.unroute(path);
    await button(page, "Next phase").click();
    await reach(page, /^Paused in T1/);
  });
}

test("the licence of the images is shown where they are used", async (t) => {
  const page = await openLab(t);
  await page.getByText(/Images: MNIST.*LeCun.*Licence/).waitFor();
  await page.getByLabel("Preset").selectOption("quick-fmnist-src");
  await page.getByText(/Images: Fashion-MNIST.*Zalando.*Licence/).waitFor();
});
