// Several arms in one figure: accuracy over all classes after each task, mean and spread over seeds, between two bounds.

import * as Plot from "@observablehq/plot";
import type { Summary } from "../statistics.js";
import { percent } from "../words.js";
import { above, accuracyGrid, color, HALO, scenarioName, type Frame } from "./curves.js";
import { separate } from "./separate.js";

export interface Course {
  readonly label: string;
  readonly bound: "lower" | "upper" | null;
  /** One of nine colours, symbols and dashes; bounds have their own. */
  readonly look: number;
  /** After task 1, 2, …; a single number where all tasks are learnt at once. */
  readonly points: readonly Summary[];
  readonly atOnce: boolean;
}

const SYMBOLS = ["circle", "square", "triangle", "diamond", "star", "wye", "cross", "hexagon", "square2"] as const;
const DASHES = ["none", "9 3", "3 3", "12 3 3 3", "6 6", "2 5", "14 4", "9 3 2 3 2 3", "5 3 5 9"] as const;
const BOUND_DASH = "2 4";

/** Methods borrow the tasks' colours: no figure shows both as lines of one kind. */
export const armColor = ({ bound, look }: Pick<Course, "bound" | "look">): string => (bound ? "var(--ink-soft)" : color(look));

/** `scenario`: what the arms are told at a test. */
export function compare(courses: readonly Course[], tasks: number, chance: number, scenario: string, { width, height, fontSize }: Frame): SVGSVGElement | HTMLElement {
  const wide = width >= 620;
  const marginTop = above({ scenario }, fontSize);
  const marginBottom = fontSize * 2.9;
  const plotHeight = height - marginTop - marginBottom;
  const labels = courses.flatMap((course) => endLabel(course, tasks, wide));
  return Plot.plot({
    width,
    height,
    marginTop,
    marginBottom,
    marginLeft: fontSize * 3.4 + 12,
    marginRight: fontSize * (1.6 + 0.56 * Math.max(8, ...courses.map(({ label, bound }) => written(label, bound, wide).length + 5))),
    style: { fontSize: `${fontSize}px`, overflow: "visible" },
    x: { domain: [1, Math.max(2, tasks)], axis: null },
    y: { domain: [0, 1], axis: null },
    color: { type: "identity" },
    marks: [
      ...accuracyGrid(chance, false),
      scenarioName(scenario, fontSize),
      ...taskNumbers(tasks, fontSize),
      ...courses.flatMap((course) => courseMarks(course, tasks, fontSize)),
      ...separate(labels, (label) => (1 - label.y) * plotHeight, fontSize * 1.2, plotHeight).map(({ item, at }) =>
        Plot.text([item], { x: "x", y: 1 - at / plotHeight, text: "text", dx: fontSize * 0.75, textAnchor: "start", fill: item.fill, fontWeight: item.weight, ...HALO }),
      ),
    ],
  });
}

function taskNumbers(tasks: number, fontSize: number): Plot.Markish[] {
  const numbers = Array.from({ length: tasks }, (_, i) => i + 1);
  const every = Math.ceil(tasks / 12);
  const under = { frameAnchor: "bottom", lineAnchor: "top", fill: "var(--ink-soft)" } as const;
  return [
    Plot.text(numbers.filter((n) => n % every === 0 || n === 1), { ...under, x: (n) => n, text: (n) => String(n), dy: 8 }),
    Plot.text(["tasks learnt so far"], { ...under, text: (d) => d, dy: 8 + fontSize * 1.25 }),
  ];
}

/** A line with its spread: horizontal where all tasks are learnt at once. */
function courseMarks(course: Course, tasks: number, fontSize: number): Plot.Markish[] {
  const { bound, look, points } = course;
  const stroke = armColor(course);
  const [only] = points;
  const at = course.atOnce && only ? [1, Math.max(2, tasks)].map((x) => ({ x, ...only })) : points.map((point, i) => ({ x: i + 1, ...point }));
  const spreads = at.filter(({ sd }) => sd !== null);
  const clamp = (y: number) => Math.min(1, Math.max(0, y));
  const line = { x: "x", y: "mean", stroke, strokeWidth: fontSize / (bound ? 9 : 5), strokeDasharray: bound ? BOUND_DASH : DASHES[look % DASHES.length]! } as const;
  const dot = { x: "x", y: "mean", fill: stroke, stroke: "var(--paper)", r: fontSize / (bound ? 6 : 3), symbol: bound ? "circle" : SYMBOLS[look % SYMBOLS.length]! } as const;
  return [
    Plot.areaY(spreads, { x: "x", y1: (d) => clamp(d.mean - d.sd!), y2: (d) => clamp(d.mean + d.sd!), fill: stroke, fillOpacity: bound ? 0.1 : 0.14 }),
    Plot.line(at, line),
    ...(course.atOnce ? [] : [Plot.dot(at, dot)]),
  ];
}

function endLabel(course: Course, tasks: number, wide: boolean) {
  const { label, bound, points, atOnce } = course;
  const last = points.at(-1);
  if (!last) return [];
  const fill = bound ? "var(--ink-soft)" : `color-mix(in oklab, ${armColor(course)}, var(--ink) 25%)`;
  const text = `${written(label, bound, wide)} ${percent(last.mean, 0)}`;
  return [{ x: atOnce ? Math.max(2, tasks) : points.length, y: last.mean, text, fill, weight: bound ? 400 : 600 }];
}

const written = (label: string, bound: Course["bound"], wide: boolean): string => (bound && wide ? `${label} (${bound} bound)` : label);
