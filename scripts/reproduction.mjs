// Writes the tables of results/*.md into REPRODUCTION.md, each between its marks: `node scripts/reproduction.mjs`.
//
// The tables come from the finished runs under results/: see REPRODUCTION.md, "What it gave".

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** What the machine was busy with, from every line under results/: each finished run once, every evaluation of a search, every part of
 *  a study. Seconds are of the wall, as each was told: on a machine that does other things at the same time they are more than its own. */
function hours() {
  const runs = new Map();
  const searches = [];
  const studies = [];
  for (const file of readdirSync(at("results")).filter((name) => name.endsWith(".jsonl"))) {
    for (const line of readFileSync(at(`results/${file}`), "utf8").split("\n").filter((line) => line.startsWith("{"))) {
      const { event, spec, seconds, evaluation } = JSON.parse(line);
      if (event === "finished") runs.set(JSON.stringify(spec), seconds);
      else if (event === "study") studies.push(seconds);
      else if (evaluation) searches.push(evaluation.trials.reduce((sum, trial) => sum + trial.seconds, 0));
    }
  }
  const row = (what, list) => `| ${what} | ${list.length} | ${(list.reduce((sum, n) => sum + n, 0) / 3600).toFixed(1)} |`;
  return [
    "| under [results](results) | | core-hours |",
    "|---|---|---|",
    row("finished runs, each Spec once", [...runs.values()]),
    row("evaluations of searches for constants", searches),
    row("parts of studies of the Connect lab", studies),
  ].join("\n");
}

/** The document with every `<!-- NAME -->` … `<!-- / -->` filled with results/NAME.md, its headings two levels down; `hours` with
 *  what all of it took. */
export function filled(text) {
  return text.replace(/<!-- ([a-z0-9-]+) -->\n[^]*?<!-- \/ -->/g, (_, name) => {
    if (name === "hours") return `<!-- hours -->\n${hours()}\n<!-- / -->`;
    const table = readFileSync(at(`results/${name}.md`), "utf8").trim().replace(/^#/gm, "###");
    return `<!-- ${name} -->\n${table}\n<!-- / -->`;
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const document = at("REPRODUCTION.md");
  writeFileSync(document, filled(readFileSync(document, "utf8")));
}
