// Builds the documentation: puts each page of www/docs into the shell they share, with its equations as MathML.
// Usage: node scripts/docs.mjs DIRECTORY

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import temml from "temml";

const SOURCE = fileURLToPath(new URL("../www/docs", import.meta.url));

/** In the order of the navigation. */
const PAGES = [
  { file: "index.html", name: "Overview" },
  { file: "sleep-lab.html", name: "The Sleep lab" },
  { file: "predict-lab.html", name: "The Predict lab" },
  { file: "connect-lab.html", name: "The Connect lab" },
  { file: "figures.html", name: "Reading the figures" },
  { file: "cite.html", name: "How to cite" },
  { file: "host.html", name: "Host it yourself" },
];

const read = (file) => readFileSync(join(SOURCE, file), "utf8");
const bare = (html) => html.replace(/<[^>]+>/g, "").replace(/\s+/g, " ").trim();

/** The only thing that a pattern finds in a page; it must be there. */
function part(body, pattern, file) {
  const found = pattern.exec(body);
  if (!found) throw new Error(`www/docs/${file} has nothing like ${pattern}`);
  return bare(found[1]);
}

/** Equations between \[ and \] stand alone and scroll in their own box; those between \( and \) run with the text. */
function withEquations(body) {
  const math = (tex, displayMode) => temml.renderToString(tex.replaceAll("&amp;", "&").replaceAll("&lt;", "<").replaceAll("&gt;", ">"), { displayMode, throwOnError: true, strict: true });
  return body
    .replace(/\\\[(.+?)\\\]/gs, (_, tex) => `<div class="equation" tabindex="0" role="group" aria-label="Equation">${math(tex, true)}</div>`)
    .replace(/\\\((.+?)\\\)/gs, (_, tex) => math(tex, false));
}

function navigation(current) {
  const link = ({ file, name }) => `<li><a href="${file === "index.html" ? "./" : file}"${file === current ? ' aria-current="page"' : ""}>${name}</a></li>`;
  return PAGES.map(link).join("\n          ");
}

/** Headings that can be linked to, for pages that are long. */
function contents(body) {
  const heads = [...body.matchAll(/<h2 id="([^"]+)">(.+?)<\/h2>/g)].map(([, id, title]) => `<li><a href="#${id}">${title}</a></li>`);
  return heads.length < 4 ? "" : `<nav class="contents" aria-label="On this page"><ul>${heads.join("")}</ul></nav>`;
}

function page({ file }, shell) {
  const body = read(file);
  const lead = /<p class="lead">(.+?)<\/p>/s;
  const parts = {
    title: part(body, /<h1>(.+?)<\/h1>/s, file),
    description: part(body, lead, file).replaceAll('"', "&quot;"),
    navigation: navigation(file),
    body: withEquations(body.replace(lead, (whole) => `${whole}\n${contents(body)}`)),
  };
  return shell.replace(/\{\{(\w+)\}\}/g, (_, name) => parts[name]);
}

const [out] = process.argv.slice(2);
if (!out) throw new Error("usage: node scripts/docs.mjs DIRECTORY");
mkdirSync(out, { recursive: true });
const shell = read("shell.html");
for (const one of PAGES) writeFileSync(join(out, one.file), page(one, shell));
