// How many units of an area keep how much of a change, where those that spiked regularly are protected.

import * as Plot from "@observablehq/plot";
import { axis, smallFrame } from "./figure.js";

const BINS = 20;

/** `left`: what protection leaves each unit, 0 to 1. */
export function protectedUnits(left: readonly number[], width: number, fontSize: number): SVGSVGElement | HTMLElement {
  const counts = Array.from({ length: BINS }, () => 0);
  left.forEach((part) => counts[Math.min(BINS - 1, Math.floor(part * BINS))]!++);
  const bars = counts.map((n, i) => ({ n, from: i / BINS, to: (i + 1) / BINS }));
  return Plot.plot({
    ...smallFrame(width, fontSize),
    x: { domain: [0, 1], ticks: 5, ...axis("part of a change that is left") },
    y: { domain: [0, 1.05 * Math.max(1, ...counts)], ticks: 4, tickSize: 0, label: null, grid: true },
    marks: [Plot.rect(bars, { x1: "from", x2: "to", y1: 0, y2: "n", fill: "var(--accent)", inset: 0.5 }), Plot.ruleY([0], { stroke: "var(--ink-soft)" })],
  });
}
