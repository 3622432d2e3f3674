// What the labels' units spiked, a bar a class, and what the right one should have.

import * as Plot from "@observablehq/plot";

export interface Rates {
  readonly names: readonly string[];
  /** Spikes/s by class. */
  readonly spiked: readonly number[];
  /** The same of what was right; none where nothing is known to be. */
  readonly right: readonly number[];
}

export function rates({ names, spiked, right }: Rates, width: number, fontSize: number): SVGSVGElement | HTMLElement {
  const most = Math.max(1, ...spiked, ...right);
  const letters = Math.max(1, Math.floor((width - 4 * fontSize) / names.length / (0.6 * fontSize)));
  const should = right.flatMap((rate, c) => (rate > 0 ? [{ c, rate }] : []));
  return Plot.plot({
    width,
    height: 10 * fontSize,
    marginLeft: 4 * fontSize,
    marginRight: 1,
    marginTop: fontSize,
    marginBottom: 1.6 * fontSize,
    style: { fontSize: `${fontSize}px`, overflow: "visible" },
    x: { domain: names.map((_, c) => c), tickSize: 0, label: null, tickFormat: (c: number) => names[c]!.slice(0, letters) },
    y: { domain: [0, most], ticks: 3, tickSize: 0, label: null, grid: true },
    marks: [
      Plot.barY(spiked, { x: (_, c) => c, y: (rate: number) => rate, fill: "var(--accent)" }),
      Plot.tickY(should, { x: "c", y: "rate", stroke: "var(--spike)", strokeWidth: 4 }),
      Plot.ruleY([0], { stroke: "var(--ink-soft)" }),
    ],
  });
}
