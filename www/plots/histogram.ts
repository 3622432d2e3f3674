// Counts in equal bins, on a logarithmic scale: most weights change little, and the few others matter.

import * as Plot from "@observablehq/plot";
import { axis, smallFrame } from "./figure.js";

export interface Histogram {
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  /** Counts in equal bins from `min` to `max`. */
  readonly histogram: readonly number[];
  /** Where `mean` is over runs: theirs. */
  readonly means?: readonly number[];
}

export function histogram({ mean, min, max, histogram, means = [] }: Histogram, width: number, fontSize: number): SVGSVGElement | HTMLElement {
  const bin = (max - min) / histogram.length || 1;
  const bars = histogram.map((n, i) => ({ n, from: min + i * bin, to: min + (i + 1) * bin })).filter(({ n }) => n > 0);
  const top = Math.max(10, ...histogram) * 2;
  const ticks = [1, 100, 10_000, 1_000_000].filter((tick) => tick <= top);
  const frame = smallFrame(width, fontSize);
  // Marks of the runs' means are an em high.
  const insetTop = frame.height - frame.marginTop - frame.marginBottom - fontSize;
  return Plot.plot({
    ...frame,
    x: { domain: [Math.min(min, 0), Math.max(max, 0) || bin], ticks: 3, ...axis("change of weight") },
    y: { type: "log", domain: [0.8, top], ticks, tickFormat: (n: number) => (n >= 1e6 ? `${n / 1e6}M` : n >= 1000 ? `${n / 1000}k` : String(n)), tickSize: 0, label: null },
    marks: [
      Plot.ruleY(ticks, { stroke: "var(--line)" }),
      Plot.rect(bars, { x1: "from", x2: "to", y1: 0.8, y2: ({ n }) => Math.max(n, 0.9), fill: "var(--accent)", inset: 0.25 }),
      Plot.ruleX([0], { stroke: "var(--ink)" }),
      Plot.tickX(means, { x: (d) => d, stroke: "var(--ink)", strokeWidth: 1.5, insetTop }),
      Plot.dot([mean], { x: (d) => d, y: () => 0.8, symbol: "triangle", r: fontSize / 3, dy: fontSize / 2.5, fill: "var(--ink)", clip: false }),
    ],
  });
}
