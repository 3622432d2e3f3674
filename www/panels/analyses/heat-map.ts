// The accuracy of every task after every phase, over runs (Kubo et al. 2025, Fig. 1).

import { smallType } from "../../card.js";
import { el } from "../../dom.js";
import type { Spread } from "../../generated/engram.js";
import { asImage } from "../../plots/figure.js";
import { heat } from "../../plots/heat.js";
import { labelsInWords, taskLabels } from "../../study.js";
import { heatMapTable } from "../../tables/study.js";
import { percent } from "../../words.js";
import type { FigureOfStudy, Shown } from "./figure.js";

export const heatMapFigure: FigureOfStudy = {
  analysis: "heat-map",
  title: "Accuracy by phase and task",
  lead: "Accuracy in % on each task's test images (columns) after each phase (rows), mean ± s.d. over runs. S1, S2, … are sleeps.",
  wide: false,
  has: () => true,
  draw(shown, width) {
    const { phases, accuracy } = shown.results.heat_map;
    const columns = taskLabels(shown.study, shown.set);
    const svg = heat({ rows: phases.slice(0, accuracy.length), columns, values: accuracy.map((row) => row.map(({ mean }) => mean)), square: false, written: (row, column, wide) => cell(accuracy[row]![column]!, wide) }, Math.min(width, 760), smallType());
    return [el("p", { class: "caption" }, labelsInWords(shown.study)), asImage(svg, described(shown, columns))];
  },
  tables: ({ study, results, set }) => [heatMapTable(results.heat_map, taskLabels(study, set))],
};

/** In %, with the spread where there is room. */
function cell({ mean, sd }: Spread, wide: boolean): string {
  const size = (100 * mean).toFixed(0);
  return wide && typeof sd === "number" ? `${size} ± ${(100 * sd).toFixed(0)}` : size;
}

function described({ results: { heat_map, runs } }: Shown, tasks: readonly string[]): string {
  const last = heat_map.accuracy.at(-1)!;
  const each = tasks.map((task, i) => `${task} ${percent(last[i]!.mean, 0)}`).join(", ");
  return `Accuracy by phase and task, mean of ${runs} ${runs === 1 ? "run" : "runs"}. After ${heat_map.phases[heat_map.accuracy.length - 1]}: ${each}.`;
}
