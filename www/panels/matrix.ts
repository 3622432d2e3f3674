// The accuracy matrix R: a table that is also a heat map, one row a phase.

import { el, type Panel } from "../dom.js";
import { color, isSleep } from "../plots/curves.js";
import type { Phase, Run } from "../run.js";
import { dataSet, type State } from "../state.js";
import { classNames, learntIn } from "../tasks.js";

export function matrixPanel(): Panel<State> {
  const holder = el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Accuracy matrix" });
  const element = el("section", { class: "panel matrix" }, el("h2", {}, "Accuracy matrix"), el("p", {}, "Accuracy in % on each task's test images (columns) after each phase (rows)."), holder);
  let shown: unknown[] = [];
  return {
    element,
    update(state) {
      const { run } = state;
      element.hidden = !run?.plan;
      const key = [run?.plan, run?.phases.length];
      if (!run?.plan || key.every((part, i) => part === shown[i])) return;
      shown = key;
      holder.replaceChildren(table(state, run));
    },
  };
}

function table(state: State, run: Run): HTMLTableElement {
  const { phases, tasks } = run.plan!;
  const set = dataSet(state, run.spec.data.name);
  const heads = tasks.map((classes, i) =>
    el("th", { scope: "col" }, el("span", { class: "chip", style: `background:${color(i)}` }), classNames(classes, set)),
  );
  const rows = phases.map((name, i) => row(name, run.phases[i], tasks.map((_, task) => i >= learntIn(task, phases))));
  return el(
    "table",
    {},
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Phase"), ...heads, el("th", { scope: "col" }, "All"))),
    el("tbody", {}, ...rows),
  );
}

function row(name: string, phase: Phase | undefined, learnt: boolean[]): HTMLTableRowElement {
  const cells = learnt.map((known, task) => cell(phase?.accuracy[task], known ? "known" : "unknown"));
  return el("tr", isSleep(name) ? { class: "sleep" } : {}, el("th", { scope: "row" }, name), ...cells, cell(phase?.mean, "mean"));
}

function cell(accuracy: number | undefined, kind: "known" | "unknown" | "mean"): HTMLTableCellElement {
  if (accuracy === undefined) return el("td", { class: "empty" }, "");
  return el("td", { class: kind, style: `--heat:${accuracy.toFixed(3)}` }, (100 * accuracy).toFixed(1));
}
