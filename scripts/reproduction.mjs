// Writes the tables of results/*.md into REPRODUCTION.md, each between its marks: `node scripts/reproduction.mjs`.
//
// The tables come from the finished runs under results/: see REPRODUCTION.md, "What it gave".

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** The document with every `<!-- NAME -->` … `<!-- / -->` filled with results/NAME.md, its headings two levels down. */
export function filled(text) {
  return text.replace(/<!-- ([a-z0-9-]+) -->\n[^]*?<!-- \/ -->/g, (_, name) => {
    const table = readFileSync(at(`results/${name}.md`), "utf8").trim().replace(/^#/gm, "###");
    return `<!-- ${name} -->\n${table}\n<!-- / -->`;
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const document = at("REPRODUCTION.md");
  writeFileSync(document, filled(readFileSync(document, "utf8")));
}
