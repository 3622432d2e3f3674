// What is dreamt: the input that the bursts of each class stand for, over runs.

import { smallType } from "../../card.js";
import { el } from "../../dom.js";
import type { MeanDream } from "../../generated/engram.js";
import { asImage } from "../../plots/figure.js";
import { pattern } from "../../plots/pattern.js";
import { picture } from "../../plots/picture.js";
import { dreamsTables } from "../../tables/study.js";
import { count } from "../../words.js";
import { asleep, type FigureOfStudy, type Shown } from "./figure.js";

export const dreamsFigure: FigureOfStudy = {
  analysis: "dreams",
  title: "What is dreamt",
  lead: "For each class that is replayed, the mean input weights of the units of the first hidden layer that spiked in the steps that stand for it, over all sleeps, in units of weight, each on a scale of its own. Orange excites; blue, chequered, inhibits.",
  wide: false,
  has: ({ asleep }) => !!asleep && asleep.dreams.length > 0,
  draw(shown, width) {
    const { dreams } = asleep(shown);
    const side = Math.floor(Math.min(130, Math.max(84, width / 6)));
    const figures = dreams.map((dream) => figure(shown, dream, side));
    const words = imageOf(shown) ? null : el("p", { class: "caption" }, "These data are features, not images, so a dream has no picture: drawn are the weights of the features, one after another.");
    return [...(words ? [words] : []), el("div", { class: "fields-of" }, ...figures)];
  },
  tables: (shown) => dreamsTables(asleep(shown).dreams, (c) => nameOf(shown, c), imageOf(shown)?.width ?? null),
};

const nameOf = ({ set }: Shown, c: number): string => set?.classes[c] ?? String(c);

/** Height and width, where the data are images. */
function imageOf({ set }: Shown): { height: number; width: number } | null {
  return set && "image" in set.shape ? set.shape.image : null;
}

function figure(shown: Shown, { class: c, steps, pattern: values }: MeanDream, side: number): HTMLElement {
  const most = largest(values);
  const image = imageOf(shown);
  const name = nameOf(shown, c);
  const often = `${count(Math.round(steps.mean))}${typeof steps.sd === "number" ? ` ± ${count(Math.round(steps.sd))}` : ""} steps a run`;
  const drawing = image ? picture(values, image.height, image.width, "signed", most, side) : pattern(values, most, 2 * side, smallType());
  const label = steps.mean > 0 ? `What is dreamt of ${name}, in ${often}.` : `${name} is not dreamt of.`;
  return el("figure", { style: `width:${image ? side : 2 * side}px` }, asImage(drawing, label), el("figcaption", {}, el("strong", {}, name), steps.mean > 0 ? `: ${often}` : ": not dreamt of"));
}

const largest = (values: readonly number[]): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
