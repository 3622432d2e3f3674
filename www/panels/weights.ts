// How sleep changed the weights: a histogram for each weight matrix.

import { card, side, smallType } from "../card.js";
import { el, type Panel } from "../dom.js";
import type { WeightChange } from "../generated/engram.js";
import { kindOf } from "../models.js";
import { asImage } from "../plots/figure.js";
import { histogram } from "../plots/histogram.js";
import { shownPhase } from "../run.js";
import type { State } from "../state.js";
import { matrixNames, weightTables } from "../tables/weights.js";
import { count, percent } from "../words.js";

export function weightsPanel(): Panel<State> {
  return card({
    kind: "weights",
    title: "Weight change in sleep",
    lead: "Weights (count, logarithmic) by how much the shown sleep, or the last one before the shown phase, changed them. The line is at no change, the triangle at the mean.",
    depends: ({ scrub }, run) => {
      const sleep = lastSleep(run.phases, shownPhase(run, scrub)?.phase);
      return sleep ? [sleep] : null;
    },
    draw: (state, run, width) => {
      const sleep = lastSleep(run.phases, shownPhase(run, state.scrub)?.phase)!;
      const room = side(width, sleep.weight_change.length);
      const names = matrixNames(sleep.weight_change.length, kindOf(run.spec));
      const figures = sleep.weight_change.map((change, layer) => figure(change, names[layer]!, sleep.name, room));
      return [el("div", { class: "pair" }, ...figures)];
    },
    tables: (state, run) => weightTables(lastSleep(run.phases, shownPhase(run, state.scrub)?.phase)!, kindOf(run.spec)),
  });
}

type Sleep = { readonly phase: number; readonly name: string; readonly weight_change: readonly WeightChange[] };

const lastSleep = <P extends Sleep>(phases: readonly P[], shown: number | undefined): P | undefined =>
  phases.filter(({ phase, weight_change }) => weight_change.length > 0 && phase <= (shown ?? -1)).at(-1);

function figure(change: WeightChange, matrix: string, sleep: string, width: number): HTMLElement {
  const total = change.histogram.reduce((sum, n) => sum + n, 0);
  const mean = `mean change ${scientific(change.mean)}, ${percent(change.down)} moved down and ${percent(change.up)} up`;
  return el(
    "figure",
    {},
    el("figcaption", {}, `${matrix}, ${sleep}: ${mean}, of ${count(total)} weights`),
    asImage(histogram(change, width, smallType()), `Histogram of weight changes from ${matrix} in ${sleep}: ${mean}, from ${scientific(change.min)} to ${scientific(change.max)}.`),
  );
}

/** A number to two figures, as in −1.8 · 10⁻². */
export function scientific(n: number): string {
  if (n === 0) return "0";
  const [digits, power] = n.toExponential(1).replaceAll("-", "−").split("e");
  return `${digits} · 10${[...power!.replace("+", "")].map(raised).join("")}`;
}

const raised = (sign: string): string => (sign === "−" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(sign)]!);
