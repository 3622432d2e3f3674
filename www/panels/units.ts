// Weights of the first area: what its units have the inputs and the labels expect, and what they hear of both errors; and how
// regular they were, where that protects them.

import { card, side, smallType } from "../card.js";
import { el, type Panel } from "../dom.js";
import type { FirstUnit } from "../generated/engram.js";
import { asImage } from "../plots/figure.js";
import { picture } from "../plots/picture.js";
import { protectedUnits } from "../plots/protected.js";
import { shownPhase, type Run } from "../run.js";
import type { State } from "../state.js";
import { labelsTable, regularityTables, unitsTable } from "../tables/watched.js";
import { count } from "../words.js";
import { imageSize } from "./fields.js";
import { momentWords } from "./rasters.js";

export function unitsPanel(): Panel<State> {
  return card({
    kind: "units",
    title: "What units of the first area expect",
    lead: "Of the units that spiked most at this image: left, what each has the pixels expect (its row of W₀); right, what their errors are worth to it (its column of E₀); below, the same of the labels, a square a class (W_Y, E_Y). Orange: above 0; blue, chequered: below.",
    depends: (state, run) => (state.watching?.watched && imageSize(state) ? [state.watching, run.phases.length, state.scrub] : null),
    draw: (state, run, width) => {
      const { first } = state.watching!.watched!;
      const { height, width: columns } = imageSize(state)!;
      const of = (values: (unit: FirstUnit) => readonly number[]) => largest(first.flatMap(values));
      const most = { expects: of(({ expects }) => expects), hears: of(({ hears }) => hears), says: of(({ says }) => says), told: of(({ told }) => told) };
      const across = Math.max(1, Math.floor(width / (10 * smallType())));
      const room = Math.min(96, Math.floor((width / across - 16) / 2) - 3);
      const figure = ({ unit, spikes, expects, hears, says, told }: FirstUnit) => {
        const label = `Unit ${unit + 1}, ${spikes} spikes: its weights of predictions, and those of errors. It has the labels expect most of class ${says.indexOf(Math.max(...says))}.`;
        const pair = (left: SVGSVGElement, right: SVGSVGElement) => el("span", {}, left, right);
        const labels = (values: readonly number[], full: number) => picture(values, 1, values.length, "signed", full, room);
        const pictures = [
          pair(picture(expects, height, columns, "signed", most.expects, room), picture(hears, height, columns, "signed", most.hears, room)),
          pair(labels(says, most.says), labels(told, most.told)),
        ];
        return el("figure", {}, el("div", { role: "img", "aria-label": label }, ...pictures), el("figcaption", {}, `unit ${unit + 1}, ${count(spikes)} spikes`));
      };
      const full = `W₀ ${most.expects.toPrecision(2)}, E₀ ${most.hears.toPrecision(2)}, W_Y ${most.says.toPrecision(2)}, E_Y ${most.told.toPrecision(2)}`;
      const scale = `Full colour: ${full}, in units of weight. ${momentWords(state.watching!)}`;
      return [el("div", { class: "fields-of" }, ...first.map(figure)), el("p", { class: "caption" }, scale), ...protectedPart(state, run, width)];
    },
    tables: (state, run) => (state.watching?.watched ? [unitsTable(state.watching.watched, imageSize(state)!.width), labelsTable(state.watching.watched), ...regularityTables(shownPhase(run, state.scrub))] : []),
  });
}

/** How much of a change protection leaves the units of each area, after the phase that is shown. */
function protectedPart(state: State, run: Run, width: number): HTMLElement[] {
  const phase = shownPhase(run, state.scrub);
  const areas = phase?.regularity ?? [];
  if (!phase || areas.length === 0) return [];
  const protection = run.spec.areas?.protection ?? 0;
  const figure = (omegas: readonly number[], area: number) => {
    const left = omegas.map((omega) => 1 / (1 + protection * omega));
    const free = left.filter((part) => part > 0.5).length;
    const words = `area ${area + 1}: ${count(free)} of ${count(left.length)} units keep more than half of their changes`;
    return el("figure", {}, el("figcaption", {}, words), asImage(protectedUnits(left, side(width, 2), smallType()), `Protection after ${phase.name}, ${words}.`));
  };
  return [
    el("h3", {}, `Which units are protected, after ${phase.name}`),
    el("div", { class: "pair protected" }, ...areas.map(figure)),
    el("p", { class: "caption" }, "Units by what protection leaves of a change of the weights that lead to them, 1/(1 + c·Ω): on the left those that were regular in the tasks so far."),
  ];
}

const largest = (values: readonly number[]): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
