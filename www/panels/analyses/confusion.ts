// Which class is taken for which before and after the last sleep, over runs (Kubo et al. 2025, Fig. 3 and 4).

import { side, smallType } from "../../card.js";
import { el } from "../../dom.js";
import type { Spread } from "../../generated/engram.js";
import { asImage } from "../../plots/figure.js";
import { heat } from "../../plots/heat.js";
import { classLabels, labelsInWords } from "../../study.js";
import { meanConfusionTable } from "../../tables/study.js";
import { percent } from "../../words.js";
import { asleep, type FigureOfStudy } from "./figure.js";

/** Below this part a cell has no number: a matrix full of zeros hides what is there. */
const WRITTEN = 0.005;

export const confusionFigure: FigureOfStudy = {
  analysis: "confusion",
  title: "Confusion before and after the last sleep",
  lead: "Of each class's test images (rows), the part in % that got each answer (columns), mean over runs; right answers lie on the diagonal. Classes are in the order they were learnt.",
  wide: false,
  has: ({ asleep }) => !!asleep,
  draw(shown, width) {
    const labels = classLabels(shown.study, shown.set);
    const { before, after } = asleep(shown).confusion;
    const room = Math.min(560, side(width, 2));
    const figures = [figure("before the last sleep", before, labels, room), figure("after it", after, labels, room)];
    return [el("p", { class: "caption" }, labelsInWords(shown.study)), el("div", { class: "pair" }, ...figures)];
  },
  tables: (shown) => [meanConfusionTable(asleep(shown).confusion, classLabels(shown.study, shown.set))],
};

function figure(when: string, parts: readonly (readonly Spread[])[], labels: readonly string[], width: number): HTMLElement {
  const values = parts.map((row) => row.map(({ mean }) => mean));
  const right = values.reduce((sum, row, c) => sum + row[c]!, 0) / values.length;
  const written = (row: number, column: number) => (values[row]![column]! >= WRITTEN ? (100 * values[row]![column]!).toFixed(0) : "");
  const svg = heat({ rows: labels, columns: labels, values, square: true, written }, width, smallType());
  const words = `${when}: ${percent(right)} right, mean over classes`;
  return el("figure", {}, el("figcaption", {}, words), asImage(svg, `Confusion ${words}.`));
}
