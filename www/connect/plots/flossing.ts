// Exponents that each iteration of flossing began with: thick the largest, thin the others; a colour a gain.

import * as Plot from "@observablehq/plot";
import { color, HALO } from "../../plots/curves.js";
import { axis } from "../../plots/figure.js";
import { separate } from "../../plots/separate.js";
import { roomForZero, zeroLine } from "./exponents.js";

export interface Flossed {
  readonly gain: number;
  readonly place: number;
  /** [exponent][iteration], mean over the seeds that are there. */
  readonly courses: readonly (readonly number[])[];
}

export function flossing(all: readonly Flossed[], iterations: number, width: number, fontSize: number): SVGSVGElement | HTMLElement {
  const height = Math.max(190, Math.min(width * 0.5, 24 * fontSize));
  const [marginTop, marginBottom] = [fontSize * 0.8, fontSize * 2.7];
  const values = all.flatMap(({ courses }) => courses.flat());
  const span = Math.max(0.01, Math.max(0, ...values) - Math.min(0, ...values));
  const [low, high] = [Math.min(0, ...values) - 0.08 * span, Math.max(0, ...values) + 0.12 * span];
  const room = height - marginTop - marginBottom - roomForZero(fontSize);
  const ends = all.flatMap(({ gain, place, courses }) => (courses[0]?.length ? [{ gain, place, x: courses[0].length - 1, y: courses[0].at(-1)! }] : []));
  return Plot.plot({
    width,
    height,
    marginTop,
    marginBottom,
    marginLeft: fontSize * 3.6,
    marginRight: fontSize * 5,
    style: { fontSize: `${fontSize}px`, overflow: "visible" },
    x: { domain: [0, Math.max(1, iterations - 1)], ticks: 5, ...axis("iterations of flossing") },
    y: { domain: [low, high], insetTop: roomForZero(fontSize), ticks: 5, tickSize: 0, label: null, grid: true },
    marks: [
      ...zeroLine(fontSize),
      ...all.flatMap(({ place, courses }) => courses.map((course, i) => Plot.line(course, { x: (_, t) => t, y: (d) => d, stroke: color(place), strokeWidth: i === 0 ? fontSize / 6 : 1, strokeOpacity: i === 0 ? 1 : 0.6 }))),
      ...separate(ends, ({ y }) => ((high - y) / (high - low)) * room, fontSize * 1.2, room).map(({ item: { gain, place, x }, at }) =>
        Plot.text([0], { x: () => x, y: () => high - (at / room) * (high - low), text: () => `gain ${gain}`, dx: fontSize * 0.5, textAnchor: "start", fill: `color-mix(in oklab, ${color(place)}, var(--ink) 25%)`, fontWeight: 700, ...HALO }),
      ),
    ],
  });
}
