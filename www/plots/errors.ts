// A prediction error: along the showing of one image; and over the phases of a run, while it learnt and while it answered.

import * as Plot from "@observablehq/plot";
import { axis, smallFrame } from "./figure.js";
import { separate } from "./separate.js";

/** One error a step; `dt`: milliseconds of a step. */
export function errorsInTime(error: readonly number[], dt: number, width: number, fontSize: number): SVGSVGElement | HTMLElement {
  return Plot.plot({
    ...smallFrame(width, fontSize),
    x: { domain: [0, error.length * dt], ticks: 4, ...axis("ms since the image appeared") },
    y: { domain: [0, ceiling(error)], ticks: 4, tickSize: 0, label: null, grid: true },
    marks: [Plot.ruleY([0], { stroke: "var(--ink-soft)" }), Plot.line(error, { x: (_, t) => (t + 1) * dt, y: (e: number) => e, stroke: "var(--accent)", strokeWidth: 2 })],
  });
}

/** Errors after each phase; `null`: there was none. */
export interface ErrorSeries {
  readonly name: string;
  readonly values: readonly (number | null)[];
  readonly dashed: boolean;
}

/** The error of each part of each phase's learning; `samples`: how many were learnt when the part ended. */
export interface ErrorCourse {
  readonly phase: string;
  readonly points: readonly { readonly samples: number; readonly error: number }[];
}

/** Along all that was learnt; a line ends with its phase. */
export function errorsByCourse(courses: readonly ErrorCourse[], width: number, fontSize: number): SVGSVGElement | HTMLElement {
  const points = courses.flatMap((course, line) => course.points.map((point) => ({ ...point, line })));
  const begins = courses.map((course, i) => ({ phase: course.phase, samples: i === 0 ? 0 : courses[i - 1]!.points.at(-1)!.samples }));
  return Plot.plot({
    ...smallFrame(width, fontSize),
    x: { domain: [0, Math.max(1, ...points.map(({ samples }) => samples))], ticks: 4, ...axis("samples learnt so far") },
    y: { domain: [0, ceiling(points.map(({ error }) => error))], ticks: 4, tickSize: 0, label: null, grid: true },
    marks: [
      Plot.ruleX(begins.slice(1), { x: "samples", stroke: "var(--line)" }),
      Plot.ruleY([0], { stroke: "var(--ink-soft)" }),
      Plot.line(points, { x: "samples", y: "error", z: "line", stroke: "var(--accent)", strokeWidth: 2 }),
      Plot.text(begins, { x: "samples", text: "phase", frameAnchor: "top", lineAnchor: "bottom", textAnchor: "start", dx: 2, fill: "var(--ink-soft)" }),
    ],
  });
}

export function errorsByPhase(phases: readonly string[], series: readonly ErrorSeries[], width: number, fontSize: number): SVGSVGElement | HTMLElement {
  const points = series.flatMap((one, s) => pointsOf(one).map((point) => ({ ...point, s })));
  const frame = { ...smallFrame(width, fontSize), marginRight: 5 * fontSize };
  const top = ceiling(points.map(({ error }) => error));
  const room = frame.height - frame.marginTop - frame.marginBottom;
  const ends = series.flatMap((one) => pointsOf(one).slice(-1).map(({ error }) => ({ name: one.name, error })));
  const every = Math.ceil((2.2 * fontSize * phases.length) / (width - frame.marginLeft - frame.marginRight));
  return Plot.plot({
    ...frame,
    x: { domain: [-0.5, phases.length - 0.5], ticks: phases.map((_, i) => i).filter((i) => i % every === 0), tickFormat: (i: number) => phases[i] ?? "", ...axis("phase") },
    y: { domain: [0, top], ticks: 4, tickSize: 0, label: null, grid: true },
    marks: [
      Plot.ruleY([0], { stroke: "var(--ink-soft)" }),
      ...series.flatMap((one, s) => {
        const stroke = one.dashed ? "var(--ink-soft)" : "var(--accent)";
        const own = points.filter((point) => point.s === s);
        const place = { x: "phase", y: "error" } as const;
        return [
          Plot.line(own, { ...place, stroke, strokeWidth: 2, ...(one.dashed ? { strokeDasharray: "6 5" } : {}) }),
          Plot.dot(own, { ...place, r: fontSize / 4, fill: one.dashed ? "var(--paper)" : stroke, stroke, strokeWidth: 2 }),
        ];
      }),
      ...separate(ends, ({ error }) => (1 - error / top) * room, 1.15 * fontSize, room).map(({ item, at }) =>
        Plot.text([item.name], { x: phases.length - 0.5, y: top * (1 - at / room), text: (name: string) => name, dx: 4, textAnchor: "start", fill: "var(--ink)" }),
      ),
    ],
  });
}

/** What is known of a series, phase by phase. */
export const pointsOf = ({ values }: ErrorSeries): { readonly phase: number; readonly error: number }[] =>
  values.flatMap((error, phase) => (error === null ? [] : [{ phase, error }]));

const ceiling = (values: readonly number[]): number => 1.05 * Math.max(1e-9, ...values);
