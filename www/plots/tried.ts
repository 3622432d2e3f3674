// What a search tried: fitness against one constant, on the scale that it is searched on.

import * as Plot from "@observablehq/plot";
import type { Scale } from "../generated/engram.js";
import { percent } from "../words.js";
import { HALO, type Frame } from "./curves.js";
import { axis } from "./figure.js";

export interface Dot {
  readonly x: number;
  /** 0 to 1. */
  readonly fitness: number;
  /** Over task orders; `null`: there are not several. */
  readonly sd: number | null;
  readonly kind: "all orders" | "first orders" | "given up";
  /** Of the one that is marked. */
  readonly label?: string;
}

export interface Across {
  readonly low: number;
  readonly high: number;
  readonly scale: Scale;
  readonly label: string;
}

export function tried(dots: readonly Dot[], across: Across, { width, height, fontSize }: Frame): SVGSVGElement | HTMLElement {
  const of = (kind: Dot["kind"]) => dots.filter((dot) => dot.kind === kind && !dot.label);
  const marked = dots.filter(({ label }) => label);
  const place = { x: "x", y: "fitness" } as const;
  const at = dots.map((dot) => ({ ...dot, x: along(across, dot.x) }));
  const put = (some: readonly Dot[]) => at.filter((_, i) => some.includes(dots[i]!));
  const spreads = put(dots).flatMap(({ x, fitness, sd }) => (sd === null ? [] : [{ x, low: Math.max(0, fitness - sd), high: Math.min(1, fitness + sd) }]));
  return Plot.plot({
    width,
    height,
    marginLeft: 4.2 * fontSize,
    marginRight: 2.5 * fontSize,
    marginTop: 1.5 * fontSize,
    marginBottom: 3 * fontSize,
    style: { fontSize: `${fontSize}px`, overflow: "visible" },
    x: { ...scaled(across, width / (6 * fontSize)), ...axis(across.label) },
    y: { domain: [0, top(dots)], ticks: 5, tickFormat: (y: number) => percent(y, 0), tickSize: 0, label: null, grid: true, nice: true },
    marks: [
      Plot.ruleX(spreads, { x: "x", y1: "low", y2: "high", stroke: "var(--accent)", strokeOpacity: 0.45 }),
      Plot.dot(put(of("first orders")), { ...place, r: fontSize / 4, stroke: "var(--ink-soft)", fill: "var(--paper)" }),
      Plot.dot(put(of("given up")), { ...place, r: fontSize / 3.5, symbol: "times", stroke: "var(--warn-edge)", strokeWidth: 1.5 }),
      Plot.dot(put(of("all orders")), { ...place, r: fontSize / 3.2, fill: "var(--accent)", stroke: "var(--paper)" }),
      Plot.dot(put(marked), { ...place, r: fontSize / 1.7, symbol: "star", fill: "var(--spike)", stroke: "var(--ink)", strokeWidth: 1.5 }),
      Plot.text(put(marked), { ...place, ...HALO, text: "label", dy: -fontSize, lineAnchor: "bottom", fill: "var(--ink)", fontWeight: 700 }),
    ],
  });
}

const top = (dots: readonly Dot[]): number => Math.min(1, Math.max(0.1, ...dots.map(({ fitness, sd }) => fitness + (sd ?? 0))));

/** Where a value lies: a scale that is logarithmic to 1 is one of what a value lacks to 1. */
export const along = ({ scale }: Pick<Across, "scale">, value: number): number => (scale === "log_rest" ? -Math.log10(1 - value) : value);

function scaled(across: Across, ticks: number): Plot.ScaleOptions {
  const domain = [along(across, across.low), along(across, across.high)];
  if (across.scale === "linear") return { type: "linear", domain, ticks };
  if (across.scale === "log") return { type: "log", domain, ticks: Math.min(ticks, 6), tickFormat: (x: number) => short(x) };
  return { type: "linear", domain, ticks: nines(across), tickFormat: (x: number) => short(1 - 10 ** -x) };
}

/** 0.9, 0.99, 0.999: as far as they are within the bounds. */
function nines({ low, high }: Across): number[] {
  return [0, 1, 2, 3, 4, 5, 6].flatMap((n) => [1, 2, 5].map((part) => 1 - part * 10 ** -n)).filter((value) => value >= low && value <= high).map((value) => along({ scale: "log_rest" }, value));
}

const short = (value: number): string => String(Number(value.toPrecision(6)));
