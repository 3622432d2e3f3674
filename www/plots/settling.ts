// One value along the steps of the free phase.

import * as Plot from "@observablehq/plot";
import { axis, smallFrame } from "./figure.js";

export function settling(values: readonly number[], scale: "linear" | "log", width: number, fontSize: number): SVGSVGElement | HTMLElement {
  return Plot.plot({
    ...smallFrame(width, fontSize),
    x: { domain: [0, values.length], ticks: 4, ...axis("step") },
    y: scale === "log" ? { type: "log", ticks: 4, tickFormat: ".0e", tickSize: 0, label: null, grid: true } : { ticks: 4, tickSize: 0, label: null, grid: true, nice: true },
    marks: [Plot.line(values, { x: (_, i) => i + 1, y: (v: number) => v, stroke: "var(--accent)", strokeWidth: 2 })],
  });
}
