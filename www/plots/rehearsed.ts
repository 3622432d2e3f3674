// Accuracy against the rehearsed part of past data: a line a strategy, with its spread, and the paper's numbers where it prints them.

import * as Plot from "@observablehq/plot";
import type { Mark } from "./beside.js";
import { color, HALO } from "./curves.js";
import { axis } from "./figure.js";
import { separate } from "./separate.js";

export interface Line {
  readonly label: string;
  readonly points: readonly Point[];
}

/** All in percent. */
export interface Point {
  readonly fraction: number;
  readonly ours: Mark | null;
  readonly paper: Mark | null;
}

const SYMBOLS = ["circle", "square", "triangle", "star", "wye"] as const;
const DASHES = ["none", "7 3", "2 3", "9 3 2 3", "5 5"] as const;

export function rehearsed(lines: readonly Line[], width: number, fontSize: number): SVGSVGElement | HTMLElement {
  const height = Math.max(220, width * 0.55);
  const [marginTop, marginBottom] = [fontSize, fontSize * 2.9];
  const room = height - marginTop - marginBottom;
  const most = Math.max(...lines.flatMap(({ points }) => points.map(({ fraction }) => fraction)));
  const ends = lines.flatMap(({ label, points }, i) => {
    const last = points.filter(({ ours }) => ours).at(-1);
    return last ? [{ i, label, fraction: last.fraction, mean: last.ours!.mean }] : [];
  });
  const longest = Math.max(0, ...ends.map(({ label }) => label.length));
  return Plot.plot({
    width,
    height,
    marginTop,
    marginBottom,
    marginLeft: 4 * fontSize,
    marginRight: (0.62 * longest + 1.6) * fontSize,
    style: { fontSize: `${fontSize}px`, overflow: "visible" },
    x: { domain: [0, Math.max(1, most)], ticks: width < 480 ? 3 : 6, tickFormat: (x: number) => `${x}\u202f%`, ...axis("rehearsed part of past data") },
    y: { domain: [0, 100], ticks: 5, tickSize: 0, tickFormat: (y: number) => `${y}\u202f%`, label: null, grid: true },
    color: { type: "identity" },
    marks: [
      Plot.ruleY([0], { stroke: "var(--ink-soft)" }),
      ...lines.flatMap((line, i) => marks(line, i, fontSize)),
      ...separate(ends, ({ mean }) => (1 - mean / 100) * room, fontSize * 1.2, room).map(({ item, at }) =>
        Plot.text([item], { x: "fraction", y: 100 * (1 - at / room), text: "label", dx: fontSize * 0.75, textAnchor: "start", fontWeight: 600, fill: `color-mix(in oklab, ${color(item.i)}, var(--ink) 25%)`, ...HALO }),
      ),
    ],
  });
}

function marks({ points }: Line, i: number, fontSize: number): Plot.Markish[] {
  const placed = (of: "ours" | "paper") => points.flatMap(({ fraction, ...point }) => (point[of] ? [{ fraction, ...point[of] }] : []));
  const [ours, paper] = [placed("ours"), placed("paper")];
  const spread = { x: "fraction", y1: (d: Mark) => Math.max(0, d.mean - (d.sd ?? 0)), y2: (d: Mark) => Math.min(100, d.mean + (d.sd ?? 0)) } as const;
  const stroke = color(i);
  return [
    Plot.areaY(ours, { ...spread, fill: stroke, fillOpacity: 0.14 }),
    Plot.line(ours, { x: "fraction", y: "mean", stroke, strokeWidth: fontSize / 5, strokeDasharray: DASHES[i % DASHES.length]! }),
    Plot.dot(ours, { x: "fraction", y: "mean", fill: stroke, stroke: "var(--paper)", r: fontSize / 3.2, symbol: SYMBOLS[i % SYMBOLS.length]! }),
    Plot.ruleX(paper, { ...spread, stroke, strokeOpacity: 0.6 }),
    Plot.dot(paper, { x: "fraction", y: "mean", stroke, fill: "var(--paper)", r: fontSize / 3.2, symbol: "diamond" }),
  ];
}
