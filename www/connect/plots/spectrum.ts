// The first Lyapunov exponents in their order: a line a gain, at birth thin and hollow, after training thick and full.

import * as Plot from "@observablehq/plot";
import { color, type Frame } from "../../plots/curves.js";
import { axis } from "../../plots/figure.js";
import type { Summary } from "../../statistics.js";
import { roomForZero, zeroLine } from "./exponents.js";

export interface Spectrum {
  /** Its place among the gains, which gives its colour. */
  readonly place: number;
  readonly isTrained: boolean;
  readonly exponents: readonly Summary[];
}

export function spectrum(all: readonly Spectrum[], count: number, bounds: readonly [number, number], { width, height, fontSize }: Frame): SVGSVGElement | HTMLElement {
  return Plot.plot({
    width,
    height,
    marginTop: fontSize * 0.8,
    marginBottom: fontSize * 2.7,
    marginLeft: fontSize * 3.6,
    marginRight: fontSize,
    style: { fontSize: `${fontSize}px`, overflow: "visible" },
    x: { domain: [1, Math.max(2, count)], ticks: Math.min(count, 8), tickFormat: "d", inset: fontSize / 2, ...axis("exponent, from the largest") },
    y: { domain: [...bounds], insetTop: roomForZero(fontSize), ticks: 5, tickSize: 0, label: null, grid: true },
    marks: [
      ...zeroLine(fontSize),
      ...all.flatMap(({ place, isTrained, exponents }) => {
        const at = { x: (_: Summary, i: number) => i + 1, y: "mean" } as const;
        const tone = color(place);
        return [
          Plot.ruleX(exponents, { x: at.x, y1: (d) => d.mean - (d.sd ?? 0), y2: (d) => d.mean + (d.sd ?? 0), stroke: tone }),
          Plot.line(exponents, { ...at, stroke: tone, strokeWidth: isTrained ? fontSize / 7 : 1.25, strokeDasharray: isTrained ? "none" : "3 4" }),
          Plot.dot(exponents, { ...at, r: fontSize / 4, ...(isTrained ? { fill: tone, stroke: "var(--paper)" } : { fill: "var(--paper)", stroke: tone, strokeWidth: 1.5 }) }),
        ];
      }),
    ],
  });
}
