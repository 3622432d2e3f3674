// How the last sleep changed each weight matrix, over runs (Kubo et al. 2025, Fig. 7).

import { side, smallType } from "../../card.js";
import { el } from "../../dom.js";
import type { LayerChange, Spread } from "../../generated/engram.js";
import { kindOf } from "../../models.js";
import { asImage } from "../../plots/figure.js";
import { histogram } from "../../plots/histogram.js";
import { pooled } from "../../plots/pooled.js";
import { analysedSeeds } from "../../study.js";
import { changeTables } from "../../tables/study.js";
import { matrixNames } from "../../tables/weights.js";
import { count, percent, spread } from "../../words.js";
import { scientific } from "../weights.js";
import { asleep, type FigureOfStudy } from "./figure.js";

export const weightsFigure: FigureOfStudy = {
  analysis: "weights",
  title: "Weight change in the last sleep",
  lead: "Weights (count, logarithmic, mean over runs) by how much the last sleep changed them. The line is at no change, the triangle at the mean over runs; each run's mean is a short mark.",
  wide: false,
  has: ({ asleep }) => !!asleep,
  draw(shown, width) {
    const { weights } = asleep(shown);
    const room = side(width, weights.length);
    const names = matrixNames(weights.length, kindOf(shown.study.spec));
    return [el("div", { class: "pair" }, ...weights.map((change, layer) => figure(change, names[layer]!, room)))];
  },
  tables: (shown) => changeTables(asleep(shown).weights, kindOf(shown.study.spec), analysedSeeds(shown.study)),
};

function figure({ mean, down, up, runs }: LayerChange, matrix: string, width: number): HTMLElement {
  const bins = pooled(runs);
  const total = runs[0]!.histogram.reduce((sum, n) => sum + n, 0);
  const words = `mean change ${scientific(mean.mean)}${typeof mean.sd === "number" ? ` ± ${scientific(mean.sd)}` : ""}, ${part(down)} moved down and ${part(up)} up`;
  const label = `Histogram of weight changes from ${matrix} in the last sleep: ${words}, from ${scientific(bins.min)} to ${scientific(bins.max)}.`;
  return el(
    "figure",
    {},
    el("figcaption", {}, `${matrix}: ${words}, of ${count(total)} weights`),
    asImage(histogram({ ...bins, mean: mean.mean, means: runs.map((run) => run.mean) }, width, smallType()), label),
  );
}

/** A part of all weights, over runs. */
const part = ({ mean, sd }: Spread): string => (typeof sd === "number" ? spread(mean, sd) : percent(mean));
