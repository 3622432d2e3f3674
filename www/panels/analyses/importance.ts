// Which synapses carry the classes of two tasks, and whether they still do later: a panel a class (Kubo et al. 2025, Fig. 8).

import { side, smallType } from "../../card.js";
import { el } from "../../dom.js";
import type { KeptBySeeds, Spread } from "../../generated/engram.js";
import { asImage } from "../../plots/figure.js";
import { likeness } from "../../plots/likeness.js";
import { importanceTable, PAIRS } from "../../tables/study.js";
import { decimal, percent } from "../../words.js";
import type { FigureOfStudy } from "./figure.js";

export const importanceFigure: FigureOfStudy = {
  analysis: "importance",
  title: "Which synapses carry a class",
  lead: "A panel for each class of two tasks: cosine between the importance of its synapses to the output at two times, −1 to 1 (1: the same synapses carry it); importance is a unit's mean activity for the class times its weights to the output. T1: task 1 was learnt; T2: task 2; S2: the sleep after it. Lines: ± s.d. over runs.",
  wide: true,
  has: ({ importance }) => importance.length > 0,
  draw({ results: { importance } }, width) {
    const room = side(width, 2);
    return [el("div", { class: "pair" }, ...importance.map((kept) => figure(kept, room)))];
  },
  tables: ({ results: { importance } }) => [importanceTable(importance)],
};

function figure(kept: KeptBySeeds, width: number): HTMLElement {
  const points = PAIRS.flatMap((pair) => (kept[pair] ? [{ pair: pair.replace("-", "–"), ...kept[pair] }] : []));
  const { T1, T2, S2 } = kept.accuracy;
  const after = (name: string, spread: Spread | undefined) => (spread ? [`${percent(spread.mean, 0)} after ${name}`] : []);
  const right = [...after("T1", T1), ...after("T2", T2), ...after("S2", S2)].join(", ");
  const label = `Class ${kept.class}: cosine ${points.map((point) => `${point.pair} ${decimal(point)}`).join(", ")}.`;
  return el("figure", {}, el("figcaption", {}, `class ${kept.class}, right answers: ${right}`), asImage(likeness(points, width, smallType()), label));
}
