// Learnt weights of the first area: what its units have the inputs expect, and what they hear of the inputs' errors.

import { card, smallType } from "../card.js";
import { el, type Panel } from "../dom.js";
import type { FirstUnit } from "../generated/engram.js";
import { picture } from "../plots/picture.js";
import type { State } from "../state.js";
import { unitsTable } from "../tables/watched.js";
import { count } from "../words.js";
import { imageSize } from "./fields.js";
import { momentWords } from "./rasters.js";

export function unitsPanel(): Panel<State> {
  return card({
    kind: "units",
    title: "What units of the first area expect",
    lead: "Of the units that spiked most at this image: left, what each has the pixels expect (its row of W₀); right, what their errors are worth to it (its column of E₀). Orange: above 0; blue, chequered: below.",
    depends: (state) => (state.watching?.watched && imageSize(state) ? [state.watching] : null),
    draw: (state, _, width) => {
      const { first } = state.watching!.watched!;
      const { height, width: columns } = imageSize(state)!;
      const most = { expects: largest(first.flatMap(({ expects }) => expects)), hears: largest(first.flatMap(({ hears }) => hears)) };
      const across = Math.max(1, Math.floor(width / (10 * smallType())));
      const side = Math.min(96, Math.floor((width / across - 16) / 2) - 3);
      const figure = ({ unit, spikes, expects, hears }: FirstUnit) => {
        const label = `Unit ${unit + 1}, ${spikes} spikes: its weights of predictions, and those of errors.`;
        const pair = el("span", { role: "img", "aria-label": label }, picture(expects, height, columns, "signed", most.expects, side), picture(hears, height, columns, "signed", most.hears, side));
        return el("figure", {}, pair, el("figcaption", {}, `unit ${unit + 1}, ${count(spikes)} spikes`));
      };
      const scale = `Full colour: W₀ ${most.expects.toPrecision(2)}, E₀ ${most.hears.toPrecision(2)}, in units of weight. ${momentWords(state.watching!)}`;
      return [el("div", { class: "fields-of" }, ...first.map(figure)), el("p", { class: "caption" }, scale)];
    },
    tables: (state) => (state.watching?.watched ? [unitsTable(state.watching.watched, imageSize(state)!.width)] : []),
  });
}

const largest = (values: readonly number[]): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
