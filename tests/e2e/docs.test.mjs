// The documentation: every page accessible, legible, linked to and from; equations as MathML; the lab's figures explained.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { overflow, violations } from "./axe.mjs";
import { drawn, openLab, useLab } from "./lab.mjs";

useLab();

const PAGES = ["", "sleep-lab.html", "predict-lab.html", "connect-lab.html", "figures.html", "cite.html", "host.html"];
const openPage = (t, page, options) => openLab(t, { path: `docs/${page}`, ready: null, ...options });

for (const path of PAGES) {
  test(`docs/${path} is accessible and fits, light and dark, narrow and wide`, async (t) => {
    const page = await openPage(t, path);
    for (const colorScheme of ["light", "dark"]) {
      for (const width of [360, 1920]) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 800 });
        await drawn(page);
        assert.deepEqual(await violations(page), [], `${colorScheme}, ${width} px`);
        assert.ok((await overflow(page)) <= 0, `nothing is wider than ${width} px`);
      }
    }
  });
}

test("every page has the same navigation, and says where it is", async (t) => {
  const page = await openPage(t, "");
  const navigation = () => page.locator("header nav a").evaluateAll((links) => links.map(({ href, textContent }) => [href, textContent]));
  const first = await navigation();
  assert.equal(first.length, PAGES.length);
  for (const [href, name] of first) {
    await page.goto(href);
    assert.deepEqual(await navigation(), first);
    assert.equal(await page.locator("header [aria-current=page]").textContent(), name);
    assert.equal(await page.locator("h1").count(), 1);
  }
});

test("every link leads to a page and a heading that are there", async (t) => {
  const page = await openPage(t, "");
  const site = new URL("..", page.url());
  const found = new Set();
  for (const path of ["docs/", ...PAGES.slice(1).map((path) => `docs/${path}`), "talk/"]) {
    await page.goto(new URL(path, site).href);
    for (const href of await page.locator("a[href]").evaluateAll((links) => links.map(({ href }) => href))) found.add(href);
  }
  assert.ok(found.size > 20);
  for (const href of found) {
    const response = await page.request.get(href);
    assert.ok(response.ok(), href);
    const { hash } = new URL(href);
    if (hash && !hash.startsWith("#/")) assert.match(await response.text(), new RegExp(` id="${hash.slice(1)}"`), href);
  }
});

for (const path of ["sleep-lab.html", "predict-lab.html"]) test(`the equations of docs/${path} are MathML that the browser sets`, async (t) => {
  const page = await openPage(t, path);
  const equations = await page.locator("math").evaluateAll((all) =>
    all.map((math) => ({ namespace: math.namespaceURI, width: math.getBoundingClientRect().width, text: math.textContent, broken: math.querySelector("merror") !== null })),
  );
  assert.ok(equations.length > 30);
  for (const { namespace, width, text, broken } of equations) {
    assert.equal(namespace, "http://www.w3.org/1998/Math/MathML");
    assert.ok(width > 4 && !broken, text);
  }
  assert.doesNotMatch(await page.locator("main").innerText(), /\\[a-z(\[]/i, "nothing of the source is left");
  // A fraction is set as one: the denominator stands below.
  const [above, below] = await page.locator("mfrac").first().evaluate((fraction) => [...fraction.children].map((child) => child.getBoundingClientRect().top));
  assert.ok(below > above);
});

test("each figure of the lab leads to how to read it, in another tab", async (t) => {
  const page = await openLab(t);
  await page.locator(".matrix").waitFor();
  const links = await page.locator("a.manual").evaluateAll((all) => all.map(({ href, target }) => ({ href, target })));
  const kinds = links.map(({ href }) => new URL(href).hash.slice(1)).sort();
  const analyses = ["confusion", "correlation", "dreams", "heat-map", "importance", "replay", "weights"].map((name) => `analysis-${name}`);
  assert.deepEqual(kinds, ["ablations", "analyses", ...analyses, "compare", "confusion", "curves", "fields", "matrix", "result", "search", "settling", "spikes", "try", "weights"]);
  assert.ok(links.every(({ target }) => target === "_blank"));
  await page.goto(links[0].href);
  for (const kind of kinds) assert.equal(await page.locator(`:is(h2, h3)#${kind}`).count(), 1, kind);
});

test("every option of an embedded lab is written down", async (t) => {
  const source = (path) => readFileSync(new URL(`../../www/${path}`, import.meta.url), "utf8");
  const listed = (name) => [...new RegExp(`${name} = \\[([^\\]]+)\\]`).exec(source("embed.ts"))[1].matchAll(/"([^"]+)"/g)].map(([, value]) => value);
  const page = await openPage(t, "host.html");
  const rows = await page.locator("#embed ~ .scroll tbody tr").evaluateAll((rows) => rows.map((row) => [row.cells[0].textContent, [...row.cells[1].querySelectorAll("code")].map((code) => code.textContent)]));
  const values = Object.fromEntries(rows);
  assert.deepEqual(values.panels.sort(), listed("PANELS").sort());
  assert.deepEqual(values.theme.sort(), listed("THEMES").sort());
  assert.deepEqual(values.controls.sort(), listed("CONTROLS").sort());
});

test("what to cite is what CITATION.cff says, of the version that is built", async (t) => {
  const file = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
  const cff = file("CITATION.cff");
  const [, version] = /^version: (.+)$/m.exec(cff);
  assert.equal(version, /^version = "(.+)"$/m.exec(file("Cargo.toml"))[1]);
  const page = await openPage(t, "cite.html");
  const text = (await page.locator("main").textContent()).replace(/\s+/g, " ");
  assert.ok(text.includes(`version = {${version}}`));
  for (const [, title] of cff.matchAll(/title: "?([^"\n]+)"?/g)) assert.ok(text.includes(title), title);
  const served = await page.request.get(new URL("../CITATION.cff", page.url()).href);
  assert.equal(await served.text(), cff);
});
