// Parts of a whole along all sleeps, a row a class: how much of what hidden spikes stand for is which class.

import * as Plot from "@observablehq/plot";
import type { Spread } from "../generated/engram.js";
import { percent } from "../words.js";
import { color } from "./curves.js";

export interface Replay {
  readonly slices: readonly Slice[];
  /** Names of the rows. */
  readonly labels: readonly string[];
  /** Names of the phases. */
  readonly phases: readonly string[];
}

interface Slice {
  readonly phase: number;
  /** By row; none in a slice without spikes. */
  readonly classes: readonly Spread[];
  readonly silent: Spread;
}

/** Of a row that holds 100 %; the rest keeps rows apart. */
const FULL = 0.86;

export function replay({ slices, labels, phases }: Replay, width: number, fontSize: number): SVGSVGElement | HTMLElement {
  const rows = [...labels.map((label, i) => ({ label, fill: color(i), part: ({ classes }: Slice) => classes[i]?.mean ?? NaN })), { label: "silent", fill: "var(--ink-soft)", part: ({ silent }: Slice) => silent.mean }];
  const longest = Math.min(12, Math.max(...rows.map(({ label }) => label.length)));
  const begins = slices.flatMap(({ phase }, i) => (slices[i - 1]?.phase === phase ? [] : [i]));
  const middles = begins.map((begin, i) => ({ x: (begin + (begins[i + 1] ?? slices.length)) / 2, name: phases[slices[begin]!.phase] ?? "" }));
  return Plot.plot({
    width,
    height: rows.length * Math.max(24, 2.1 * fontSize) + 2 * fontSize,
    marginLeft: (0.62 * longest + 0.8) * fontSize,
    marginRight: 3.4 * fontSize,
    marginTop: 1.8 * fontSize,
    marginBottom: 2,
    style: { fontSize: `${fontSize}px`, overflow: "visible" },
    x: { domain: [0, slices.length], axis: null },
    y: { domain: [0, rows.length], reverse: true, axis: null },
    color: { type: "identity" },
    marks: [
      Plot.text(middles, { x: "x", text: "name", frameAnchor: "top", lineAnchor: "bottom", dy: -5, fill: "var(--ink-soft)", fontWeight: 700 }),
      Plot.ruleX(begins, { stroke: "var(--edge)" }),
      ...rows.flatMap((row, i) => rowMarks(row, i, slices)),
      Plot.text(rows, { x: 0, y: (_, i) => i + 0.6, text: "label", textAnchor: "end", dx: -6, fill: "var(--ink)" }),
      Plot.text(rows, { x: slices.length, y: (_, i) => i + 0.6, text: ({ part }) => written(lastMean(slices, part)), textAnchor: "start", dx: 6, fill: "var(--ink)" }),
    ],
  });
}

interface Row {
  readonly fill: string;
  readonly part: (slice: Slice) => number;
}

/** A slice is as wide as any other, and level: the last one is drawn to its end. */
function rowMarks({ fill, part }: Row, i: number, slices: readonly Slice[]): Plot.Markish[] {
  const bars = slices.map((slice, x) => ({ x, part: part(slice) })).filter((bar) => bar.part > 0);
  return [
    Plot.ruleY([i + 1], { stroke: "var(--line)" }),
    Plot.rect(bars, { x1: "x", x2: (bar) => bar.x + 1, y1: i + 1, y2: (bar) => i + 1 - FULL * bar.part, fill, inset: 0, shapeRendering: "crispEdges" }),
  ];
}

/** Over the slices of the last sleep that have any; `null`: none has. */
function lastMean(slices: readonly Slice[], part: Row["part"]): number | null {
  const parts = slices.filter(({ phase }) => phase === slices.at(-1)!.phase).map(part).filter((n) => !Number.isNaN(n));
  return parts.length > 0 ? parts.reduce((sum, n) => sum + n, 0) / parts.length : null;
}

const written = (part: number | null): string => (part === null ? "–" : percent(part, 0));
