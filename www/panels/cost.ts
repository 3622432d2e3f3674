// What spiking areas did for one sample: spikes, synaptic operations, changes of weights.

import { card } from "../card.js";
import { el, type Panel } from "../dom.js";
import { shownPhase } from "../run.js";
import type { State } from "../state.js";
import { activityRows, costTable, type ActivityRow } from "../tables/areas.js";
import { figures } from "../words.js";

export function costPanel(): Panel<State> {
  return card({
    kind: "cost",
    title: "Spikes and operations for one sample",
    lead: "Means over the samples of the shown phase, counted by the core. A synaptic operation is a number other than 0 that goes through one weight.",
    depends: ({ scrub }, run) => {
      const phase = shownPhase(run, scrub);
      return phase?.answering ? [phase] : null;
    },
    draw: ({ scrub }, run) => {
      const phase = shownPhase(run, scrub)!;
      const head = ["", "While it learnt", "While it answered"].map((name) => el("th", { scope: "col" }, name || el("span", { class: "aside" }, "What")));
      const table = el(
        "table",
        {},
        el("caption", {}, `${phase.name}, for one sample`),
        el("thead", {}, el("tr", {}, ...head)),
        el("tbody", {}, ...activityRows(phase).map(row)),
      );
      return [el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Table of spikes and operations" }, table)];
    },
    tables: (_, run) => [costTable(run)],
  });
}

function row({ name, unit, learning, answering }: ActivityRow): HTMLTableRowElement {
  const cell = (value: number | null) => el("td", {}, value === null ? "–" : figures(value));
  return el("tr", {}, el("th", { scope: "row" }, name, el("span", { class: "unit" }, ` ${unit}`)), cell(learning), cell(answering));
}
