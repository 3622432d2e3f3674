// How alike two patterns are, for several pairs: a point for the mean on a line from −1 or 0 to 1, with its spread.

import * as Plot from "@observablehq/plot";
import type { Spread } from "../generated/engram.js";
import { axis } from "./figure.js";

export interface Likeness extends Spread {
  readonly pair: string;
}

export function likeness(points: readonly Likeness[], width: number, fontSize: number): SVGSVGElement | HTMLElement {
  const least = Math.min(0, ...points.map(({ mean, sd }) => mean - (sd ?? 0)));
  const clamp = (x: number) => Math.min(1, Math.max(-1, x));
  const spreads = points.filter(({ sd }) => typeof sd === "number");
  return Plot.plot({
    width,
    height: (1.9 * points.length + 3.4) * fontSize,
    marginLeft: 4.2 * fontSize,
    marginRight: 3.4 * fontSize,
    marginTop: 0.5 * fontSize,
    marginBottom: 2.9 * fontSize,
    style: { fontSize: `${fontSize}px`, overflow: "visible" },
    x: { domain: [Math.max(-1, Math.floor(4 * least) / 4), 1], ticks: 5, grid: true, ...axis("cosine") },
    y: { domain: points.map(({ pair }) => pair), tickSize: 0, label: null },
    marks: [
      Plot.ruleX([0], { stroke: "var(--ink-soft)" }),
      Plot.ruleY(points, { y: "pair", x1: 0, x2: "mean", stroke: "var(--accent)", strokeWidth: fontSize / 3, strokeOpacity: 0.35 }),
      Plot.ruleY(spreads, { y: "pair", x1: (d) => clamp(d.mean - d.sd!), x2: (d) => clamp(d.mean + d.sd!), stroke: "var(--ink)", strokeWidth: 1.5 }),
      Plot.dot(points, { x: "mean", y: "pair", r: fontSize / 2.6, fill: "var(--accent)", stroke: "var(--paper)" }),
      Plot.text(points, { y: "pair", text: ({ mean }) => mean.toFixed(2).replace("-", "−"), frameAnchor: "right", textAnchor: "start", dx: 6, fill: "var(--ink)", fontWeight: 600 }),
    ],
  });
}
