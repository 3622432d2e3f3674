// Every spike of spiking areas while an image is shown to them: a raster for each population, over the ms of the showing.

import { card, smallType } from "../card.js";
import { el, type Panel } from "../dom.js";
import type { Spiking, Watched } from "../generated/engram.js";
import { asImage } from "../plots/figure.js";
import { picture } from "../plots/picture.js";
import { raster } from "../plots/raster.js";
import { timeAxis } from "../plots/time.js";
import type { Run } from "../run.js";
import { dataSet, type State } from "../state.js";
import { singleSpikes } from "../tables/watched.js";
import { classNames } from "../tasks.js";
import { answerOf, areasOf, populationNames, rateOf, spikesOf, type Watching } from "../watched.js";
import { count, figures } from "../words.js";
import { imageSize } from "./fields.js";

/** `next` takes the next test image. */
export function rastersPanel(next: () => Promise<void>): Panel<State> {
  return card({
    kind: "rasters",
    title: "Spikes while an image is shown",
    lead: "Each row of dots is a unit, from left to right the ms of the showing. No label is told, and nothing is learnt from it. The image is also under Try it, where you can draw one.",
    depends: ({ watching, pad }, run) => (watching ? [watching, pad.label, run.plan] : null),
    draw: (state, run, width) => {
      const watching = state.watching!;
      const another = el("button", { type: "button", click: () => void next() }, "Another test image");
      const top = el("div", { class: "looked-at" }, ...imageOf(state, watching), el("p", { class: "caption" }, momentWords(watching)), another);
      return watching.watched ? [top, ...rows(state, run, watching.watched, watching.label, width)] : [top];
    },
    tables: (state) => (state.watching?.watched ? [singleSpikes(state.watching.watched)] : []),
  });
}

/** Of which network and image something was seen. */
export function momentWords({ watched, of }: Watching): string {
  if (!watched) return `The network ${of} was too large to keep.`;
  const ms = watched.dt * watched.populations[0]!.spikes.length;
  return `The network ${of}; the image was shown for ${figures(ms)} ms, in steps of ${watched.dt} ms. n = 1 showing.`;
}

function imageOf(state: State, { values, label }: Watching): Node[] {
  const size = imageSize(state);
  if (!size || values.length !== size.height * size.width) return [];
  const set = dataSet(state, (state.run?.spec ?? state.spec).data.name);
  const words = label === null ? "A drawing" : `A test image of class ${classNames([label], set)}`;
  return [asImage(picture(values, size.height, size.width, "ink", 1, 56), `${words}, ${size.width} × ${size.height} pixels.`), el("p", {}, words)];
}

function rows(state: State, run: Run, watched: Watched, label: number | null, width: number): HTMLElement[] {
  const em = parseFloat(getComputedStyle(document.documentElement).fontSize);
  // On narrow screens names and numbers stand above the dots.
  const isNarrow = width < 34 * em;
  const room = Math.max(80, isNarrow ? width - 2 * em : width - 13 * em);
  const names = populationNames(areasOf(watched));
  const last = watched.populations.length - 1;
  const drawn = watched.populations.map((spiking, i) => {
    const isLabels = i === last;
    const said = isLabels ? answerWords(state, run, watched, label) : null;
    return row(spiking, watched.dt, names[i]!, room, said, isLabels ? shortNames(state, run, spiking.units) : []);
  });
  const ms = watched.dt * watched.populations[0]!.spikes.length;
  const time = asImage(timeAxis(ms, room, smallType()), `Time from 0 to ${figures(ms)} ms.`);
  const axis = el("div", { class: "layer" }, el("span"), el("div", { class: "trace" }, time), el("span"));
  return [el("div", { class: isNarrow ? "stacked" : "" }, ...drawn, axis)];
}

/** The classes' names where they are short enough to stand before a row. */
function shortNames(state: State, run: Run, units: number): string[] {
  const classes = dataSet(state, run.spec.data.name)?.classes ?? [];
  return classes.length === units && classes.every((name) => name.length <= 2) ? [...classes] : [];
}

function row(spiking: Spiking, dt: number, name: string, width: number, said: Node | null, units: readonly string[]): HTMLElement {
  const all = spikesOf(spiking);
  const rate = `${figures(rateOf(spiking, dt))} spikes/s a unit`;
  const label = `Single spikes of ${name}: ${count(all)} of ${count(spiking.units)} units in ${spiking.spikes.length} steps, ${rate}.`;
  const height = Math.max(48, Math.min(12 * spiking.units, units.length > 0 ? Infinity : 96));
  const dots = asImage(raster(spiking.spikes, spiking.units, width, height, colorOf(name), units), label);
  const value = el("span", { class: "value" }, el("strong", {}, count(all)), " spikes", el("br"), rate, said);
  return el("div", { class: "layer" }, el("span", {}, name, el("span", { class: "value" }, ` ${count(spiking.units)} units`)), el("div", { class: "trace framed" }, dots), value);
}

/** What came in one colour, what is expected in another. */
const colorOf = (name: string): string => (name === "input" ? "var(--ink)" : name === "expected input" || name === "labels" ? "var(--accent)" : "var(--spike)");

function answerWords(state: State, run: Run, watched: Watched, label: number | null): HTMLElement {
  const set = dataSet(state, run.spec.data.name);
  const answer = answerOf(watched);
  if (!answer) return el("span", { class: "verdict" }, "no answer");
  const right = label === null ? "" : answer.label === label ? ", which is right" : `, but it is ${classNames([label], set)}`;
  return el("span", { class: `verdict ${answer.label === label ? "works" : ""}` }, `answers ${classNames([answer.label], set)}${right}`);
}
