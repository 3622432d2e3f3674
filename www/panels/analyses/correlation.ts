// How alike the classes are to the hidden layers before and after the last sleep, over runs (Kubo et al. 2025, Fig. 6).

import { side, smallType } from "../../card.js";
import { el } from "../../dom.js";
import type { Correlated } from "../../generated/engram.js";
import { asImage } from "../../plots/figure.js";
import { heat } from "../../plots/heat.js";
import { classLabels, labelsInWords } from "../../study.js";
import { correlationTables } from "../../tables/study.js";
import { decimal } from "../../words.js";
import { asleep, type FigureOfStudy } from "./figure.js";

export const correlationFigure: FigureOfStudy = {
  analysis: "correlation",
  title: "Correlation of the classes in the hidden layers",
  lead: "Pearson's correlation between the mean hidden activities of each two classes, −1 to 1, mean over runs; blue above zero, orange and with a minus below. The distance from the identity is the root mean square off the diagonal: 0 where no two classes are alike, 1 where all are the same.",
  wide: false,
  has: ({ asleep }) => !!asleep,
  draw(shown, width) {
    const labels = classLabels(shown.study, shown.set);
    const { before, after } = asleep(shown).correlation;
    const room = Math.min(560, side(width, 2));
    const figures = [figure("before the last sleep", before, labels, room), figure("after it", after, labels, room)];
    return [el("p", { class: "caption" }, labelsInWords(shown.study)), el("div", { class: "pair" }, ...figures)];
  },
  tables: (shown) => correlationTables(asleep(shown).correlation, classLabels(shown.study, shown.set)),
};

function figure(when: string, { correlation, distance_from_identity }: Correlated, labels: readonly string[], width: number): HTMLElement {
  const values = correlation.map((row) => row.map(({ mean }) => mean));
  const svg = heat({ rows: labels, columns: labels, values, square: true, written: (row, column) => short(values[row]![column]!) }, width, smallType());
  const words = `${when}: distance from the identity ${decimal(distance_from_identity)}`;
  return el("figure", {}, el("figcaption", {}, words), asImage(svg, `Correlation ${words}.`));
}

/** `.52`, `−.30`, `1`: without what every number has. */
function short(r: number): string {
  return r.toFixed(2).replace("-", "−").replace("0.", ".").replace("1.00", "1").replace(/^−?\.00$/, "0");
}
