// The accuracy matrix R: a table that is also a heat map, one row a phase.

import { card } from "../card.js";
import { el, type Panel } from "../dom.js";
import { color } from "../plots/curves.js";
import { isSleep, shownPhase, type Phase, type Run } from "../run.js";
import { dataSet, type State } from "../state.js";
import { accuracyTable } from "../tables/accuracy.js";
import { learntIn, scenarioOf, taskNames } from "../tasks.js";
import { capital } from "../words.js";

export function matrixPanel(): Panel<State> {
  return card({
    kind: "matrix",
    title: "Accuracy matrix",
    lead: "Accuracy in % on each task's test images (columns) after each phase (rows).",
    depends: ({ scrub }, run) => run.plan && [run.plan, run.phases.length, scrub],
    draw: (state, run) => [
      el("p", { class: "caption" }, `${capital(scenarioOf(run.spec))}.`),
      el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Table of accuracies" }, table(state, run)),
    ],
    tables: (state, run) => [accuracyTable(state, run)],
  });
}

function table(state: State, run: Run): HTMLTableElement {
  const { phases, tasks } = run.plan!;
  const set = dataSet(state, run.spec.data.name);
  const heads = taskNames(tasks, set).map((name, i) =>
    el("th", { scope: "col" }, el("span", { class: "chip", style: `background:${color(i)}` }), name),
  );
  const shown = shownPhase(run, state.scrub)?.phase;
  const rows = phases.map((name, i) => row(name, run.phases[i], tasks.map((_, task) => i >= learntIn(task, phases)), i === shown));
  return el(
    "table",
    {},
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Phase"), ...heads, el("th", { scope: "col" }, "All"))),
    el("tbody", {}, ...rows),
  );
}

function row(name: string, phase: Phase | undefined, learnt: boolean[], shown: boolean): HTMLTableRowElement {
  const cells = learnt.map((known, task) => cell(phase?.accuracy[task], known ? "known" : "unknown"));
  const kinds = [isSleep(name) ? "sleep" : "", shown ? "shown" : ""].join(" ").trim();
  return el("tr", { class: kinds }, el("th", { scope: "row" }, name), ...cells, cell(phase?.mean, "mean"));
}

function cell(accuracy: number | undefined, kind: "known" | "unknown" | "mean"): HTMLTableCellElement {
  if (accuracy === undefined) return el("td", { class: "empty" }, "");
  return el("td", { class: kind, style: `--heat:${accuracy.toFixed(3)}` }, (100 * accuracy).toFixed(1));
}
