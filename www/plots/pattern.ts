// A row of weights as bars from zero, where they are not those of an image.

import * as Plot from "@observablehq/plot";

export function pattern(values: readonly number[], most: number, width: number, fontSize: number): SVGSVGElement | HTMLElement {
  return Plot.plot({
    width,
    height: 5 * fontSize,
    margin: 1,
    x: { domain: [0, values.length], axis: null },
    y: { domain: [-most || -1, most || 1], axis: null },
    marks: [
      Plot.rect(values, { x1: (_, i) => i, x2: (_, i) => i + 1, y1: 0, y2: (value: number) => value, fill: "var(--accent)", inset: 0 }),
      Plot.ruleY([0], { stroke: "var(--ink-soft)" }),
    ],
  });
}
