// What each area tells the one below to expect, beside what came: the image and its spikes, traces of areas, the labels.

import { card, side, smallType } from "../card.js";
import { el, type Panel } from "../dom.js";
import type { Compared, Watched } from "../generated/engram.js";
import { asImage } from "../plots/figure.js";
import { pattern } from "../plots/pattern.js";
import { picture } from "../plots/picture.js";
import { rates } from "../plots/rates.js";
import { dataSet, type State } from "../state.js";
import { expectedTables } from "../tables/watched.js";
import { areasOf, expectsIt, pairNames, unitOf } from "../watched.js";
import { capital, figures } from "../words.js";
import { imageSize } from "./fields.js";
import { momentWords } from "./rasters.js";

export function expectedPanel(): Panel<State> {
  return card({
    kind: "expected",
    title: "What is expected, and what came",
    lead: "Means over one showing of the image. Of the input and the labels in spikes/s of a unit; of an area in units of its trace, which a spike raises by 1.",
    depends: ({ watching }, run) => (watching?.watched ? [watching, run.plan] : null),
    draw: (state, run, width) => {
      const watched = state.watching!.watched!;
      const [input, labels] = [watched.pairs[0]!, watched.pairs.at(-1)!];
      const between = watched.pairs.slice(1, -1).map((pair, i) => areaPart(pair, i + 1, watched, width));
      const set = dataSet(state, run.spec.data.name);
      const names = labels.expected.map((_, c) => set?.classes[c] ?? String(c));
      return [...inputPart(state, input, watched, width), ...between, labelsPart(labels, names, width), el("p", { class: "caption" }, momentWords(state.watching!))];
    },
    tables: (state) => (state.watching?.watched ? expectedTables(state.watching.watched) : []),
  });
}

/** Mean spikes as pictures: what came, what was expected, and what is left. */
function inputPart(state: State, pair: Compared, watched: Watched, width: number): Node[] {
  const { came, expected } = pair;
  const most = largest([...came, ...expected]);
  const missed = came.map((rate, i) => rate - expected[i]!);
  const size = imageSize(state);
  const by = expectsIt(0, areasOf(watched));
  const parts = [
    ["what came", came, "ink", most],
    [`what ${by} expects`, expected, "ink", most],
    ["came − expected", missed, "signed", largest(missed)],
  ] as const;
  const room = Math.min(180, Math.floor((width - 2 * 16) / 3));
  const figure = ([name, values, paint, full]: (typeof parts)[number]) => {
    const up = `up to ${figures(largest(values))} spikes/s`;
    const label = `The input, ${name}: ${up}.`;
    const drawn = size && size.height * size.width === values.length ? picture(values, size.height, size.width, paint, full, room) : pattern(values, full, room, smallType());
    return el("figure", {}, asImage(drawn, label), el("figcaption", {}, name, el("br"), up));
  };
  return [el("h3", {}, "Input"), el("div", { class: "pair expectations" }, ...parts.map(figure)), el("p", { class: "caption" }, `The darkest of the first two is ${figures(most)} spikes/s; the third has a scale of its own: orange where more came than was expected; blue, chequered, where less.`)];
}

/** One area as the one above it expects it, unit by unit. */
function areaPart({ came, expected }: Compared, at: number, watched: Watched, width: number): HTMLElement {
  const areas = areasOf(watched);
  const name = pairNames(areas)[at]!;
  const room = side(width, 2);
  const most = largest([...came, ...expected]);
  const figure = (what: string, values: readonly number[]) => {
    const words = `${what}: from ${signed(Math.min(...values))} to ${signed(Math.max(...values))} ${unitOf(at, areas)}`;
    return el("figure", {}, el("figcaption", {}, words), asImage(pattern(values, most, room, smallType()), `Units of ${name}, ${words}.`));
  };
  return el("div", {}, el("h3", {}, `${capital(name)}, ${came.length} units`), el("div", { class: "pair" }, figure("what came, its mean trace", came), figure(`what ${expectsIt(at, areas)} expects`, expected)));
}

function labelsPart({ came, expected }: Compared, names: readonly string[], width: number): HTMLElement {
  const best = expected.indexOf(Math.max(...expected));
  const should = came.findIndex((rate) => rate > 0);
  const right = should < 0 ? "" : ` The mark: what the right one, ${names[should]}, is taught to spike, ${figures(came[should]!)} spikes/s.`;
  const words = `The labels' units spiked most at ${names[best]}, ${figures(expected[best]!)} spikes/s.${right}`;
  return el("div", {}, el("h3", {}, "Labels"), asImage(rates({ names, spiked: expected, right: came }, Math.min(width, 560), smallType()), words), el("p", { class: "caption" }, words));
}

const largest = (values: readonly number[]): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

const signed = (value: number): string => (value < 0 ? `−${figures(-value)}` : figures(value));
