// Receptive fields: what the hidden units that a phase changed most see of the input, before it and after it.

import { card, smallType } from "../card.js";
import { el, type Panel } from "../dom.js";
import type { Field } from "../generated/engram.js";
import { picture } from "../plots/picture.js";
import type { Run } from "../run.js";
import { dataSet, type State } from "../state.js";
import { fieldsTable } from "../tables/fields.js";

export function fieldsPanel(): Panel<State> {
  return card({
    kind: "fields",
    title: "Receptive fields",
    lead: "Weights from the pixels to the hidden units that the shown phase changed most: before it, after it, and the change, which has a scale of its own. Orange excites; blue, chequered, inhibits.",
    depends: (state, run) => (state.fields && run.phases[state.fields.phase] && imageSize(state) ? [state.fields] : null),
    draw: (state, run, width) => {
      const { phase, fields } = state.fields!;
      if (!fields) return [el("p", {}, "The networks around this phase were too large to keep.")];
      const before = phaseBefore(run, phase);
      const across = Math.max(1, Math.floor(width / (13 * smallType())));
      const side = Math.min(110, Math.floor((width / across - 16) / 3) - 3);
      const { height, width: columns } = imageSize(state)!;
      const figures = fields.map((field) => figure(field, height, columns, side));
      return [el("p", { class: "caption" }, `After ${before} | after ${run.phases[phase]!.name} | change`), el("div", { class: "fields-of" }, ...figures)];
    },
    tables: (state, run) => {
      const { phase, fields } = state.fields!;
      return fields ? [fieldsTable(fields, imageSize(state)!.width, phaseBefore(run, phase), run.phases[phase]!.name)] : [];
    },
  });
}

const phaseBefore = (run: Run, phase: number): string => run.phases[phase - 1]?.name ?? "the start";

/** Height and width of the run's images, if its data are images. */
export function imageSize(state: State): { height: number; width: number } | null {
  const shape = dataSet(state, (state.run?.spec ?? state.spec).data.name)?.shape;
  return shape && "image" in shape ? shape.image : null;
}

function figure({ unit, change: length, before, after }: Field, height: number, width: number, side: number): HTMLElement {
  const change = after.map((weight, i) => weight - before[i]!);
  const most = largest([...before, ...after]);
  const named = `Weights to hidden unit ${unit + 1} before, after, and their change, whose length is ${length.toFixed(2)}.`;
  const pair = el("span", { role: "img", "aria-label": named }, ...[before, after, change].map((weights) => picture(weights, height, width, "signed", weights === change ? largest(change) : most, side)));
  return el("figure", {}, pair, el("figcaption", {}, `unit ${unit + 1}, |ΔW| ${length.toFixed(2)}`));
}

const largest = (values: readonly number[]): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
