// A file of `engram reproduce`: dropped or chosen, read as a table, drawn, saved, closed; refused in words.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { overflow, violations } from "./axe.mjs";
import { button, drawn, openLab, reach, useLab } from "./lab.mjs";

useLab();

const path = (name) => fileURLToPath(new URL(`../shared/results/${name}.json`, import.meta.url));
const results = (page) => page.getByRole("region", { name: "Results of a reproduction" });
const choose = (page, files) => page.locator("#open-run").setInputFiles(files);
const chunks = (page) => page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name));

/** Drops a file on the page, as a person who drags it there. */
async function drop(page, name, text) {
  const dataTransfer = await page.evaluateHandle(([name, text]) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([text], name, { type: "application/json" }));
    return transfer;
  }, [name, text]);
  await page.dispatchEvent("body", "dragover", { dataTransfer });
  await page.dispatchEvent("body", "drop", { dataTransfer });
}

/** The words of each row of a table, heads of row groups left out. */
const rows = (table) => table.locator("tbody tr").evaluateAll((rows) => rows.map((row) => [...row.cells].filter(({ scope }) => scope !== "rowgroup").map((cell) => cell.innerText.replace(/\s+/g, " "))));

test("a dropped table is shown with ours, the paper's and a verdict, its claims and what made it", async (t) => {
  const page = await openLab(t);
  const before = await chunks(page);
  await drop(page, "table2.json", readFileSync(path("table2"), "utf8"));
  const panel = results(page);
  await panel.waitFor();
  assert.ok((await chunks(page)).length > before.length, "what reads results is loaded with the first of them");
  await panel.getByRole("heading", { name: "Table 2: final accuracy over all classes, in %" }).waitFor();
  assert.ok(await panel.locator("h2").evaluate((heading) => heading === document.activeElement), "the focus is where the news is");

  const table = panel.getByRole("region", { name: "Results", exact: true }).getByRole("table", { name: "Final accuracy, % of test images" });
  assert.deepEqual(await table.locator("thead th").evaluateAll((heads) => heads.map(({ scope, textContent }) => [scope, textContent])), ["Data", "Strategy", "MRNN-EP", "MRNN-BPTT", "RNN-BPTT"].map((head) => ["col", head]));
  assert.deepEqual(await rows(table), [
    ["one task after another", "27.5 ± 2.1 % n = 3 verified paper 24.76 ± 3.03 % (+1.6 SE)", "23.0 ± 5.1 % n = 3 verified paper 20.88 ± 1.87 % (+0.7 SE)", "no preset yet paper 20.43 ± 1.07 %"],
    ["sleep after every task (SRC)", "60.4 ± 3.4 % n = 3 verified paper 64.74 ± 4.33 % (−1.6 SE)", "41.3 ± 1.7 % n = 2 diverged; 1 of 3 diverged; constants not tuned paper 64.50 ± 5.62 % (−9.0 SE)", "no preset yet paper 54.20 ± 5.25 %"],
    ["one task after another", "35.1 ± 2.1 % n = 3 surrogate paper 19.98 ± 0.31 % (+12.4 SE)", "not run paper 19.30 ± 0.50 %", "–"],
    ["sleep after every task (SRC)", "75.2 ± 2.0 % n = 3 surrogate paper 68.30 % (+6.1 SE)", "51.0 % n = 1 incomplete; constants not tuned paper 60.10 ± 2.20 %", "–"],
  ]);
  assert.deepEqual(await table.locator("th[scope=rowgroup]").allInnerTexts(), ["MNIST", "CIFAR10-ResNet56\nin place of CIFAR-10"]);

  const claims = await rows(panel.getByRole("region", { name: "Claims" }));
  assert.equal(claims.length, 4);
  assert.deepEqual(claims[0].slice(0, 2), ["SRC adds about 40 points on MNIST", "does not hold"]);
  assert.match(claims[2][1], /^holds surrogate data/);
  const made = await panel.locator("ul").innerText();
  for (const part of ["engram reproduce table2 --orders 3", "Engram 0.1.0", "seeds 100 to 102", "0.11 core-hours", "mnist/mrnn-bptt/src with seed 102 diverged"]) assert.ok(made.includes(part), part);

  const figures = await panel.locator("svg[role=img]").evaluateAll((all) => all.map((one) => one.getAttribute("aria-label")));
  assert.equal(figures.length, 2, "a drawing for each data set");
  assert.match(figures[0], /sleep after every task \(SRC\): MRNN-EP ours 60\.4\u00a0±\u00a03\.4\u202f%, the paper’s 64\.74/);

  await button(page, "Close the results").click();
  await panel.waitFor({ state: "detached" });
});

test("a chosen figure is a line a strategy; results are accessible and fit, light and dark, narrow and wide", async (t) => {
  const page = await openLab(t);
  for (const name of ["table2", "fig5"]) {
    await choose(page, path(name));
    await results(page).getByRole("heading", { name: name === "fig5" ? /^Fig\. 5/ : /^Table 2/ }).waitFor();
    await results(page).locator("svg[role=img]").first().waitFor();
    for (const colorScheme of ["light", "dark"]) {
      for (const width of [360, 1280, 2560]) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 800 });
        await drawn(page);
        assert.deepEqual(await violations(page), [], `${name}, ${colorScheme}, ${width} px`);
        assert.ok((await overflow(page)) <= 0, `${name}: nothing is wider than ${width} px`);
      }
    }
  }
  const table = await rows(results(page).getByRole("region", { name: "Results", exact: true }));
  assert.deepEqual(table.map(([fraction]) => fraction), ["0 %", "2 %", "10 %", "30 %"]);
  assert.deepEqual(table.at(-1).slice(1), ["not run", "78.2 % n = 1 incomplete"]);
  const figure = results(page).locator("svg[role=img]");
  assert.equal(await figure.count(), 1);
  assert.match(await figure.getAttribute("aria-label"), /rehearsal and SRC: 0 % rehearsed 60\.4 %; 2 % rehearsed/);
  assert.equal(await figure.locator("g.line path").count(), 2);
});

test("results are saved as pictures and data that say where they come from", async (t) => {
  const page = await openLab(t);
  await choose(page, path("table2"));
  await results(page).waitFor();
  const save = async (label) => {
    await results(page).locator("summary", { hasText: "Save" }).click();
    const [file] = await Promise.all([page.waitForEvent("download"), results(page).getByRole("button", { name: label }).click()]);
    return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
  };
  const csv = await save("Every cell as CSV");
  assert.equal(csv.name, "engram-results-cells-table2.csv");
  assert.match(csv.bytes.toString(), /mnist\/mrnn-ep\/src,MNIST,MRNN-EP,sleep after every task \(SRC\),,60\.4/);
  const svg = (await save("Figure as SVG")).bytes.toString();
  assert.match(svg, /table2: engram reproduce table2 --orders 3/);
  assert.doesNotMatch(svg, /<metadata/, "there is no Spec");
  assert.deepEqual([...(await save("Figure as PNG")).bytes.subarray(1, 4)].map((byte) => String.fromCharCode(byte)).join(""), "PNG");
  const json = JSON.parse((await save("All data as JSON")).bytes);
  assert.match(json.source, /engram reproduce table2 --orders 3 · engram 0\.1\.0 · seeds 100 to 102/);
  assert.equal(json.tables.length, 3);
});

test("a file that is no results is refused in words, also during a run, and what is open stays", async (t) => {
  const page = await openLab(t);
  await choose(page, path("table2"));
  await results(page).waitFor();
  await button(page, "Next phase").click();
  await reach(page, /^Paused in T1/);
  const notice = page.getByRole("alert").filter({ hasText: "was not opened" });
  for (const [text, why] of [["{", "it is not JSON"], ['{"format":1}', "it is no results file"], ['{"format":9,"name":"x"}', "version 9 of the format"], ['{"format":1,"name":"x"}', "`title` is missing"]]) {
    await drop(page, "other.json", text);
    await notice.filter({ hasText: why }).waitFor();
  }
  assert.ok(await results(page).isVisible());
});

test("Engram's own tables are opened from the page and by an address, and one that is not there is told", async (t) => {
  const page = await openLab(t);
  await page.getByRole("group", { name: "The paper's tables, reproduced" }).getByRole("button", { name: "Table 2" }).click();
  await results(page).getByRole("heading", { name: "Table 2" }).waitFor();
  const ours = JSON.parse(readFileSync(new URL("../../results/table2.json", import.meta.url), "utf8"));
  const cell = ours.cells.find(({ id }) => id === "mnist/mrnn-ep/src");
  assert.ok((await results(page).innerText()).replace(/\s/g, " ").includes(`${cell.ours.mean.toFixed(1)} ± ${cell.ours.sd.toFixed(1)}`));

  await button(page, "Close the results").click();
  await results(page).waitFor({ state: "detached" });
  await page.waitForFunction(() => document.activeElement.textContent === "Table 2"); // the focus goes back to where it was
  await button(page, "Table 2").press("Enter");
  await results(page).waitFor();

  const linked = await openLab(t, { path: "?results=fig5" });
  await results(linked).getByRole("heading", { name: "Fig. 5" }).waitFor();
  const areas = await openLab(t, { path: "?results=predict" });
  await results(areas).getByRole("heading", { name: /^Spiking areas over long rows/ }).waitFor();
  assert.match(await results(areas).innerText(), /Five pairs of classes, task-incremental \(told which task\)/);

  await page.route("**/results/table3.json", (route) => route.fulfill({ status: 404 }));
  await button(page, "Table 3").click();
  await page.getByRole("alert").filter({ hasText: "Table 3 was not opened: the site has no such file." }).waitFor();
  assert.equal(await results(page).count(), 1, "what was shown stays");
});
