// The largest Lyapunov exponent by gain: at birth, after flossing where that was done, after training, after sleep; means and spreads.

import * as Plot from "@observablehq/plot";
import { color, HALO, type Frame } from "../../plots/curves.js";
import { axis } from "../../plots/figure.js";
import type { Summary } from "../../statistics.js";
import { STAGES, type Stage } from "../curves.js";

export interface Exponent extends Summary {
  readonly gain: number;
  readonly stage: Stage;
}

/** The line at zero, and its name above all marks. */
export const zeroLine = (fontSize: number): Plot.Markish[] => [
  Plot.ruleY([0], { stroke: "var(--ink)", strokeWidth: 1.5 }),
  Plot.text(["— at 0: states neither part nor meet"], { frameAnchor: "top-left", dx: 2, text: (d) => d, fill: "var(--ink-soft)", fontSize: 0.95 * fontSize, ...HALO }),
];

/** Room for that name. */
export const roomForZero = (fontSize: number): number => 1.7 * fontSize;

export function exponents(all: readonly Exponent[], gains: readonly number[], bounds: readonly [number, number], { width, height, fontSize }: Frame): SVGSVGElement | HTMLElement {
  const apart = Math.min(fontSize * 0.6, width / gains.length / 9);
  // Symmetrically about the gain, as many as there are.
  const stages = (Object.keys(STAGES) as Stage[]).filter((stage) => all.some((one) => one.stage === stage));
  const dx = (stage: Stage) => (2 * stages.indexOf(stage) - (stages.length - 1)) * apart;
  const marks = stages.flatMap((stage) => {
    const its = all.filter((one) => one.stage === stage);
    const place = { x: "gain", dx: dx(stage) } as const;
    const tone = ({ gain }: Exponent) => color(gains.indexOf(gain));
    return [
      Plot.ruleX(its, { ...place, y1: (d) => d.mean - (d.sd ?? 0), y2: (d) => d.mean + (d.sd ?? 0), stroke: tone, strokeWidth: fontSize / 8 }),
      stage === "trained" || stage === "slept"
        ? Plot.dot(its, { ...place, y: "mean", r: fontSize / 2.6, symbol: stage === "slept" ? "square" : "circle", fill: tone, stroke: "var(--paper)" })
        : Plot.dot(its, { ...place, y: "mean", r: fontSize / 2.8, symbol: stage === "flossed" ? "diamond" : "circle", fill: "var(--paper)", stroke: tone, strokeWidth: fontSize / 7 }),
    ];
  });
  return Plot.plot({
    width,
    height,
    marginTop: fontSize * 0.8,
    marginBottom: fontSize * 2.7,
    marginLeft: fontSize * 3.6,
    marginRight: fontSize,
    style: { fontSize: `${fontSize}px`, overflow: "visible" },
    x: { type: "point", domain: [...gains], padding: 0.6, ...axis("gain of the initial weights") },
    y: { domain: [...bounds], insetTop: roomForZero(fontSize), ticks: 5, tickSize: 0, label: null, grid: true },
    color: { type: "identity" },
    marks: [
      ...zeroLine(fontSize),
      ...marks,
    ],
  });
}

/** Room for all exponents and for zero. */
export function boundsOf(all: readonly Pick<Summary, "mean" | "sd">[]): [number, number] {
  const low = Math.min(0, ...all.map(({ mean, sd }) => mean - (sd ?? 0)));
  const high = Math.max(0, ...all.map(({ mean, sd }) => mean + (sd ?? 0)));
  const room = 0.08 * (high - low || 1);
  return [low - room, high + room];
}
