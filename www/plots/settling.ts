// One value along the steps of the free phase.

import * as Plot from "@observablehq/plot";

export function settling(values: readonly number[], scale: "linear" | "log", width: number, fontSize: number): SVGSVGElement | HTMLElement {
  return Plot.plot({
    width,
    height: Math.max(130, width * 0.42),
    marginLeft: 4.2 * fontSize,
    marginRight: fontSize,
    marginTop: fontSize,
    marginBottom: 2.6 * fontSize,
    style: { fontSize: `${fontSize}px`, overflow: "visible" },
    x: { domain: [0, values.length], ticks: 4, tickSize: 3, label: "step", labelAnchor: "center", labelArrow: "none" },
    y: scale === "log" ? { type: "log", ticks: 4, tickFormat: ".0e", tickSize: 0, label: null, grid: true } : { ticks: 4, tickSize: 0, label: null, grid: true, nice: true },
    marks: [Plot.line(values, { x: (_, i) => i + 1, y: (v: number) => v, stroke: "var(--accent)", strokeWidth: 2 })],
  });
}
