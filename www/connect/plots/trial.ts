// A trial of a task over its time: what comes in, or what is wanted and what the network answers; its parts shaded and named.

import * as Plot from "@observablehq/plot";
import type { TrialEpoch } from "../../generated/engram.js";
import { color, HALO } from "../../plots/curves.js";
import { axis } from "../../plots/figure.js";
import { separate } from "../../plots/separate.js";
import { dashOf } from "./learning.js";

export interface Strip {
  /** Each a line: a value a step. */
  readonly lines: readonly { readonly name: string; readonly wanted: readonly number[]; readonly answer: readonly number[] | null }[];
  readonly epochs: readonly TrialEpoch[];
  /** Whether a step counts for the loss. */
  readonly mask: readonly number[] | null;
  /** Steps of the longest trial, and how long one is. */
  readonly steps: number;
  readonly dt: number;
  readonly unit: string;
  /** Letters of the longest name of a line, above and below. */
  readonly letters: number;
  /** Whether the axis of time and the names of the parts are written. */
  readonly isLast: boolean;
  readonly isFirst: boolean;
}

export function trial({ lines, epochs, mask, steps, dt, unit, letters, isFirst, isLast }: Strip, width: number, fontSize: number): SVGSVGElement | HTMLElement {
  const [marginLeft, marginRight, marginBottom] = [fontSize * 2.6, fontSize * (1 + 0.6 * letters), isLast ? fontSize * 2.7 : fontSize * 0.5];
  const perStep = (width - marginLeft - marginRight) / steps;
  const named = isFirst ? inRows(epochs, perStep, LETTER * fontSize) : [];
  const marginTop = fontSize * (isFirst ? 0.8 + 1.1 * (1 + Math.max(...named.map(({ row }) => row))) : 0.6);
  const room = 8 * fontSize;
  const values = lines.flatMap(({ wanted, answer }) => [...wanted, ...(answer ?? [])]);
  const [low, high] = [Math.min(0, ...values), Math.max(0.5, ...values) * 1.05];
  const steppedOf = (row: readonly number[]) => [...row.map((y, t) => ({ x: t * dt, y })), { x: row.length * dt, y: row.at(-1) ?? 0 }];
  const duringOf = (row: readonly number[]) => row.map((y, t) => ({ x: (t + 0.5) * dt, y }));
  const shaded = epochs.filter((_, i) => i % 2 === 1);
  const counted = mask ? mask.flatMap((m, t) => (m > 0 ? [t] : [])) : [];
  const ends = lines.map(({ name, wanted, answer }, i) => ({ name, i, y: (answer ?? wanted).at(-1) ?? 0 }));
  return Plot.plot({
    width,
    height: room + marginTop + marginBottom,
    marginTop,
    marginBottom,
    marginLeft,
    marginRight,
    style: { fontSize: `${fontSize}px`, overflow: "visible" },
    x: { domain: [0, steps * dt], ...(isLast ? { ticks: 6, ...axis(`time, ${unit === "τ" ? "in units of τ = 1" : unit}`) } : { axis: null }) },
    y: { domain: [low, high], ticks: 3, tickSize: 0, label: null, grid: true },
    marks: [
      Plot.rect(shaded, { x1: (d: TrialEpoch) => d.steps[0] * dt, x2: (d: TrialEpoch) => d.steps[1] * dt, y1: low, y2: high, fill: "var(--dusk)" }),
      // What counts for the loss is a bar at the foot.
      Plot.rect(counted, { x1: (t: number) => t * dt, x2: (t: number) => (t + 1) * dt, y1: low, y2: low + 0.035 * (high - low), fill: "var(--ink-soft)", inset: 0 }),
      Plot.ruleY([0], { stroke: "var(--ink-soft)" }),
      ...lines.flatMap(({ wanted, answer }, i) => [
        Plot.line(steppedOf(wanted), { x: "x", y: "y", curve: "step-after", stroke: color(i), ...(answer || mask ? { strokeWidth: fontSize / 4, strokeOpacity: 0.35 } : { strokeWidth: fontSize / 7, strokeDasharray: dashOf(i) }) }),
        ...(answer ? [Plot.line(duringOf(answer), { x: "x", y: "y", stroke: color(i), strokeWidth: fontSize / 7, strokeDasharray: dashOf(i) })] : []),
      ]),
      ...named.map(({ epoch, row }) => Plot.text([epoch], { x: middle(epoch) * dt, frameAnchor: "top", dy: -fontSize * (0.3 + 1.1 * row), lineAnchor: "bottom", text: "name", fill: "var(--ink-soft)", fontSize: fontSize * 0.9 })),
      ...separate(ends, ({ y }) => (1 - (y - low) / (high - low)) * room, fontSize * 1.15, room).map(({ item: { name, i }, at }) =>
        Plot.text([0], { x: () => lines[i]!.wanted.length * dt, y: () => low + (1 - at / room) * (high - low), text: () => name, dx: 6, textAnchor: "start", fill: `color-mix(in oklab, ${color(i)}, var(--ink) 25%)`, fontWeight: 600, ...HALO }),
      ),
    ],
  });
}

/** The width of a letter of the parts' names, in ems. */
const LETTER = 0.55;

const middle = ({ steps: [from, to] }: TrialEpoch): number => (from + to) / 2;

/** Names of parts in as few rows as hold them without one running into another. */
export function inRows(epochs: readonly TrialEpoch[], perStep: number, letter: number): { readonly epoch: TrialEpoch; readonly row: number }[] {
  const ends: number[] = [];
  return epochs.map((epoch) => {
    const half = (epoch.name.length * letter) / 2;
    const from = middle(epoch) * perStep - half;
    const found = ends.findIndex((end) => end + letter < from);
    const row = found < 0 ? ends.length : found;
    ends[row] = from + 2 * half;
    return { epoch, row };
  });
}
