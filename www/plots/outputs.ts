// The outputs of the network step by step for one input: one line a class, named at its end; marks where there is one step.

import * as Plot from "@observablehq/plot";
import { color } from "./curves.js";
import { axis } from "./figure.js";
import { separate } from "./separate.js";

export interface Outputs {
  /** [step][class], 0 to 1 or, of rectified outputs, more. */
  readonly course: readonly (readonly number[])[];
  /** Steps to draw. */
  readonly until: number;
  readonly names: readonly string[];
}

/** Lines that cross are told apart without their colours. */
const DASHES = ["none", "9 3", "3 3", "12 3 3 3", "6 6"] as const;

/** Below this an output is not named: ten names at zero would hide those that matter. */
const NAMED = 0.04;

export function outputs({ course, until, names }: Outputs, width: number, fontSize: number): SVGSVGElement | HTMLElement {
  const height = Math.max(180, width * 0.5);
  const [marginTop, marginBottom] = [fontSize, 2.6 * fontSize];
  const longest = Math.max(3, ...names.map((name) => name.length));
  const shown = course.slice(0, Math.max(1, until));
  const last = shown.at(-1) ?? [];
  const best = last.indexOf(Math.max(...last));
  const points = last.flatMap((_, c) => shown.map((row, step) => ({ step: step + 1, output: row[c]!, c })));
  const top = Math.max(1, ...course.flat());
  const isOneStep = course.length === 1;
  const room = height - marginTop - marginBottom;
  const ends = last.map((output, c) => ({ output, c })).filter(({ output }) => output >= NAMED);
  return Plot.plot({
    width,
    height,
    marginTop,
    marginBottom,
    marginLeft: 3 * fontSize,
    marginRight: Math.min(18, longest + 6) * 0.6 * fontSize,
    style: { fontSize: `${fontSize}px`, overflow: "visible" },
    x: { domain: isOneStep ? [0, 2] : [0, course.length], ticks: isOneStep ? [1] : 4, tickFormat: "d", ...axis("step") },
    y: { domain: [0, top], ticks: top === 1 ? [0, 0.5, 1] : 4, tickSize: 0, label: null, grid: true },
    marks: [
      Plot.ruleY([0], { stroke: "var(--ink-soft)" }),
      ...last.map((_, c) => {
        const place = { x: "step", y: "output" } as const;
        const own = points.filter((point) => point.c === c);
        if (isOneStep) return Plot.dot(own, { ...place, fill: color(c), r: c === best ? 5 : 3.5 });
        return Plot.line(own, { ...place, stroke: color(c), strokeWidth: c === best ? 3 : 1.5, strokeDasharray: DASHES[c % DASHES.length]! });
      }),
      ...separate(ends, ({ output }) => (1 - output / top) * room, fontSize * 1.15, room).map(({ item: { c, output }, at }) =>
        Plot.text([0], {
          x: () => shown.length,
          y: () => top * (1 - at / room),
          text: () => `${names[c] ?? c} ${output.toFixed(2)}`,
          dx: 6,
          textAnchor: "start",
          fill: `color-mix(in oklab, ${color(c)}, var(--ink) 25%)`,
          fontWeight: c === best ? 800 : 500,
        }),
      ),
    ],
  });
}
