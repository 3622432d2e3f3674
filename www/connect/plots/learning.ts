// A panel of learning curves: a line a gain with its band of one standard deviation; the study before it faintly behind.

import * as Plot from "@observablehq/plot";
import { color, HALO, type Frame } from "../../plots/curves.js";
import { axis } from "../../plots/figure.js";
import { separate } from "../../plots/separate.js";
import { percent } from "../../words.js";
import type { Point } from "../curves.js";

export interface LearningCurve {
  readonly gain: number;
  /** Its place among the gains, which gives its colour; `null`: of the study before. */
  readonly place: number | null;
  /** What was otherwise in the study before, `N 128`; empty where its gains alone are others. */
  readonly otherwise: string;
  readonly points: readonly Point[];
}

export interface Learning {
  readonly curves: readonly LearningCurve[];
  readonly measure: "loss" | "accuracy";
  readonly scale: "log" | "linear";
  /** The right end of the axis. */
  readonly iterations: number;
  readonly bounds: readonly [number, number];
}

const DASHES = ["none", "9 3", "3 3", "12 3 3 3", "6 6", "1 3"] as const;
/** Lines that cross are told apart without their colours. */
export const dashOf = (place: number): string => DASHES[place % DASHES.length]!;

export function learning({ curves, measure, scale, iterations, bounds }: Learning, { width, height, fontSize }: Frame): SVGSVGElement | HTMLElement {
  const [marginTop, marginBottom, marginLeft, marginRight] = [fontSize * 0.8, fontSize * 2.7, fontSize * 3.6, fontSize * 6.2];
  const room = height - marginTop - marginBottom;
  const isLog = scale === "log" && measure === "loss";
  const [low, high] = bounds;
  const within = (value: number) => Math.min(high, Math.max(low, value));
  const shareOf = (value: number) => (isLog ? Math.log(within(value) / low) / Math.log(high / low) : (within(value) - low) / (high - low));
  const valueAt = (share: number) => (isLog ? low * (high / low) ** share : low + share * (high - low));
  const ends = curves.flatMap(({ points, place, gain, otherwise }) => (points.length > 0 ? [{ place, gain, otherwise, last: points.at(-1)! }] : []));
  const fill = (place: number | null) => (place === null ? "var(--ink-soft)" : `color-mix(in oklab, ${color(place)}, var(--ink) 25%)`);
  const name = ({ place, gain, otherwise }: Pick<LearningCurve, "place" | "gain" | "otherwise">) => (place === null ? `${gain}, ${otherwise || "before"}` : `gain ${gain}`);
  return Plot.plot({
    width,
    height,
    marginTop,
    marginBottom,
    marginLeft,
    marginRight,
    style: { fontSize: `${fontSize}px`, overflow: "visible" },
    x: { domain: [0, iterations], ticks: Math.max(2, Math.floor(width / (9 * fontSize))), ...axis("training iterations") },
    y: {
      type: isLog ? "log" : "linear",
      domain: [low, high],
      tickSize: 0,
      label: null,
      ...(measure === "accuracy" ? { ticks: [0, 0.25, 0.5, 0.75, 1], tickFormat: (y: number) => percent(y, 0) } : isLog ? { ticks: ticksOfLog(low, high), tickFormat: (y: number) => String(Number(y.toPrecision(2))) } : { ticks: 5 }),
      grid: true,
    },
    marks: [
      ...(measure === "accuracy" ? [Plot.ruleY([0.5], { stroke: "var(--ink-soft)", strokeDasharray: "2 5" }), Plot.text([0.5], { y: (d) => d, frameAnchor: "left", dx: 6, dy: -3, textAnchor: "start", lineAnchor: "bottom", text: () => "chance", fill: "var(--ink-soft)", ...HALO })] : []),
      ...curves.flatMap(({ place, points }) => {
        const line = { x: "at", y: (d: Point) => within(d.mean) } as const;
        if (place === null) return [Plot.line(points, { ...line, stroke: "var(--ink-soft)", strokeOpacity: 0.6, strokeWidth: fontSize / 9, strokeDasharray: "2 4" })];
        return [
          Plot.areaY(points, { x: "at", y1: (d) => within(d.low), y2: (d) => within(d.high), fill: color(place), fillOpacity: 0.16 }),
          Plot.line(points, { ...line, stroke: color(place), strokeWidth: fontSize / 6, strokeDasharray: dashOf(place) }),
        ];
      }),
      ...separate(ends, ({ last }) => (1 - shareOf(last.mean)) * room, fontSize * 1.2, room).map(({ item, item: { place, last }, at }) =>
        Plot.text([0], { x: () => last.at, y: () => valueAt(1 - at / room), text: () => name(item), dx: fontSize * 0.5, textAnchor: "start", fill: fill(place), fontWeight: place === null ? 400 : 700, ...HALO }),
      ),
    ],
  });
}

/** Round numbers of every power of ten, as many as can be read. */
function ticksOfLog(low: number, high: number): number[] {
  const powers = Array.from({ length: 24 }, (_, i) => 10 ** (i - 16));
  const within = (steps: readonly number[]) => powers.flatMap((power) => steps.map((step) => step * power)).filter((tick) => tick >= low && tick <= high);
  const found = [[1, 1.5, 2, 3, 4, 5, 6, 8], [1, 2, 3, 5], [1, 2, 5], [1, 3], [1]].map(within);
  return found.find(({ length }) => length <= 6) ?? found.at(-1)!;
}
