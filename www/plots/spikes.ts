// Mean spikes a step of one layer along all sleeps of a run.

import * as Plot from "@observablehq/plot";

export interface SpikePoint {
  /** Sleep steps since the first sleep began. */
  readonly step: number;
  /** Mean spikes a step in the slice that ended there. */
  readonly spikes: number;
}

export interface SpikeTrace {
  readonly points: readonly SpikePoint[];
  /** Steps of all sleeps to come, and where each begins. */
  readonly steps: number;
  readonly begins: readonly number[];
  /** Where spikes a step should lie, if that is known of the layer. */
  readonly works: readonly [number, number] | null;
  readonly label: string;
}

export function spikes({ points, steps, begins, works }: SpikeTrace, width: number, height: number): Element {
  const top = Math.max(...points.map((point) => point.spikes), Number.MIN_VALUE);
  const good = works && works[0] < top ? [[works[0], Math.min(works[1], top)] as const] : [];
  return Plot.plot({
    width,
    height,
    margin: 1,
    x: { domain: [0, steps], axis: null },
    y: { domain: [0, top], axis: null },
    marks: [
      Plot.rect(good, { x1: 0, x2: steps, y1: (d) => d[0], y2: (d) => d[1], fill: "var(--good)" }),
      Plot.ruleX(begins, { stroke: "var(--line)" }),
      Plot.areaY(points, { x: "step", y: "spikes", fill: "var(--spike)", fillOpacity: 0.25 }),
      Plot.lineY(points, { x: "step", y: "spikes", stroke: "var(--spike)", strokeWidth: 1.5 }),
      Plot.ruleY([0], { stroke: "var(--ink-soft)" }),
    ],
  });
}
