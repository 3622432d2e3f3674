// Accuracies at the end, one a row: mean and spread over seeds.

import * as Plot from "@observablehq/plot";
import type { Ablated } from "../ablations.js";
import { percent } from "../words.js";
import { HALO } from "./curves.js";
import { axis } from "./figure.js";

const SYMBOL = { whole: "diamond", part: "circle", none: "square" } as const;
const FILL = { whole: "var(--accent)", part: "var(--ink)", none: "var(--ink-soft)" } as const;

interface Point {
  readonly label: string;
  readonly kind: Ablated["kind"];
  readonly mean: number;
  readonly sd: number;
}

/** Height of a row, in ems. */
const ROW = 2.9;

/** `chance` and accuracies from 0 to 1. */
export function ablations(rows: readonly Ablated[], chance: number, width: number, fontSize: number): SVGSVGElement | HTMLElement {
  const points = rows.map(({ label, kind, preset: { reported } }): Point => ({ label, kind, mean: reported.accuracy, sd: reported.sd }));
  const whole = points.find(({ kind }) => kind === "whole");
  return Plot.plot({
    width,
    height: (points.length * ROW + 4.4) * fontSize,
    marginTop: fontSize * 1.5,
    marginBottom: fontSize * 2.9,
    marginLeft: fontSize,
    marginRight: fontSize * 3.5,
    style: { fontSize: `${fontSize}px`, overflow: "visible" },
    x: { domain: [0, 1], ticks: 5, tickFormat: (x: number) => percent(x, 0), ...axis("accuracy over all classes") },
    y: { type: "point", domain: points.map(({ label }) => label), axis: null, padding: 0.6 },
    color: { type: "identity" },
    marks: [
      Plot.gridX({ ticks: 5, stroke: "var(--line)" }),
      Plot.ruleX([chance], { stroke: "var(--ink-soft)", strokeDasharray: "2 4" }),
      Plot.text([chance], { x: (d: number) => d, frameAnchor: "top", lineAnchor: "bottom", dy: -fontSize / 3, text: () => "chance", fill: "var(--ink-soft)" }),
      ...(whole ? [Plot.ruleX([whole.mean], { stroke: "var(--accent)", strokeOpacity: 0.5 })] : []),
      Plot.ruleY(points, { y: "label", x1: (d: Point) => Math.max(0, d.mean - d.sd), x2: (d: Point) => Math.min(1, d.mean + d.sd), stroke: (d: Point) => FILL[d.kind], strokeWidth: fontSize / 6 }),
      Plot.dot(points, { x: "mean", y: "label", r: fontSize / 2.6, symbol: (d: Point) => SYMBOL[d.kind], fill: (d: Point) => FILL[d.kind], stroke: "var(--paper)" }),
      // Names stand above their marks: there is room for them on a phone, too.
      Plot.text(points, { x: 0, y: "label", dy: -fontSize * 1.05, textAnchor: "start", text: "label", fill: "var(--ink)", ...HALO }),
      Plot.text(points, { x: (d: Point) => Math.min(1, d.mean + d.sd), y: "label", dx: fontSize * 0.6, textAnchor: "start", text: (d: Point) => percent(d.mean, 0), fill: "var(--ink)", ...HALO }),
    ],
  });
}
