// An axis of milliseconds, below figures that share it.

import * as Plot from "@observablehq/plot";
import { axis } from "./figure.js";

export function timeAxis(ms: number, width: number, fontSize: number): SVGSVGElement | HTMLElement {
  return Plot.plot({
    width,
    height: 3 * fontSize,
    marginLeft: 0,
    marginRight: 0,
    marginTop: 1,
    marginBottom: 3 * fontSize - 1,
    style: { fontSize: `${fontSize}px`, overflow: "visible" },
    x: { domain: [0, ms], ticks: 5, ...axis("ms since the image appeared") },
    marks: [Plot.ruleY([0], { stroke: "var(--ink-soft)" })],
  });
}
