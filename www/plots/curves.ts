// The forgetting curves: accuracy of each task, and over all classes, after every phase; sleep shaded.

import * as Plot from "@observablehq/plot";
import { isSleep } from "../run.js";
import { percent } from "../words.js";
import { separate } from "./separate.js";

export interface Curves {
  /** T1, S1, T2 …: phase i lasts from x = i to x = i + 1 and is measured at its end. */
  readonly phases: readonly string[];
  readonly tasks: readonly CurveTask[];
  /** Accuracy on each task, 0 to 1, after each phase that has ended. */
  readonly rows: readonly (readonly number[])[];
  /** Accuracy over all test samples after each of them. */
  readonly means: readonly number[];
  readonly chance: number;
  /** What the network is told at a test, in words above the curves; empty: nothing is written. */
  readonly scenario: string;
}

export interface CurveTask {
  readonly label: string;
  /** The phase that teaches it; its curve begins there. */
  readonly learnt: number;
}

export interface Frame {
  readonly width: number;
  readonly height: number;
  /** Pixels. */
  readonly fontSize: number;
}

/** One of ten colours and symbols for a task; `styles/lab.css` holds the colours. */
export const color = (task: number): string => `var(--task-${task % 10})`;
const SYMBOLS = ["circle", "square", "triangle", "diamond", "star", "cross", "wye", "plus", "times", "asterisk"] as const;
const symbol = (task: number) => SYMBOLS[task % 10]!;
/** The last ones are lines, which have nothing to fill. */
const isLines = (task: number): boolean => task % 10 >= 7;

type Figure = (SVGSVGElement | HTMLElement) & Plot.Plot;

export function curves(data: Curves, { width, height, fontSize }: Frame): Figure {
  const wide = width >= 620;
  const lastX = data.rows.length;
  const top = above(data, fontSize);
  const plotHeight = height - top - bottom(fontSize);
  const marginLeft = fontSize * 3.4;
  const marginRight = labelWidth(data, wide) * fontSize;
  const band = (width - marginLeft - marginRight) / Math.max(1, data.phases.length);
  const labels = endLabels(data, wide);
  return Plot.plot({
    width,
    height,
    marginTop: top,
    marginBottom: bottom(fontSize),
    marginLeft,
    marginRight,
    style: { fontSize: `${fontSize}px`, overflow: "visible" },
    x: { domain: [0, Math.max(1, data.phases.length)], axis: null },
    y: { domain: [0, 1], axis: null },
    color: { type: "identity" },
    marks: [
      ...ground(data, wide),
      scenarioName(data.scenario, fontSize),
      ...phaseNames(data, fontSize, band),
      ...data.tasks.flatMap((task, i) => taskMarks(data, task, i, fontSize)),
      Plot.line(data.means, { x: (_, i) => i + 1, y: (d) => d, stroke: "var(--ink)", strokeWidth: fontSize / 4 }),
      Plot.dot(data.means, { x: (_, i) => i + 1, y: (d) => d, r: fontSize / 4, fill: "var(--ink)", stroke: "var(--paper)" }),
      ...separate(labels, (label) => (1 - label.y) * plotHeight, fontSize * 1.2, plotHeight).map(({ item, at }) =>
        Plot.text([item], {
          x: lastX,
          y: 1 - at / plotHeight,
          text: "text",
          dx: fontSize * 0.75,
          textAnchor: "start",
          fill: item.fill,
          fontWeight: item.bold ? 800 : 600,
          ...HALO,
        }),
      ),
    ],
  }) as Figure;
}

/** What a network is told at a test, above the frame. */
export const scenarioName = (scenario: string, fontSize: number): Plot.Markish =>
  Plot.text(scenario ? [scenario] : [], { frameAnchor: "top-left", dy: -fontSize * 0.6, lineAnchor: "bottom", text: (d) => d, fill: "var(--ink-soft)" });

/** Room above the curves. */
export const above = ({ scenario }: Pick<Curves, "scenario">, fontSize: number): number => (scenario ? 14 + fontSize * 1.3 : 14);
const bottom = (fontSize: number) => fontSize * 2.9;

/** What lies behind the curves: sleep's shade, the grid, chance. */
function ground(data: Curves, wide: boolean): Plot.Markish[] {
  const sleeps = data.phases.map((name, i) => ({ name, i })).filter(({ name }) => isSleep(name));
  return [Plot.rect(sleeps, { x1: "i", x2: (d) => d.i + 1, y1: 0, y2: 1, fill: "var(--dusk)" }), ...accuracyGrid(data.chance, wide)];
}

/** Accuracy's grid from 0 to 1, with chance. */
export function accuracyGrid(chance: number, wide: boolean): Plot.Markish[] {
  const left = { frameAnchor: "left", y: (d: number) => d, fill: "var(--ink-soft)" } as const;
  const ticks = [0, 0.25, 0.5, 0.75, 1];
  // Where chance is named at the left there is no room for a number beside it.
  const numbered = wide ? ticks : ticks.filter((tick) => Math.abs(tick - chance) > 0.04);
  return [
    Plot.ruleY(ticks, { stroke: "var(--line)" }),
    Plot.text(numbered, { ...left, dx: -8, textAnchor: "end", text: (d) => percent(d, 0) }),
    Plot.ruleY([chance], { stroke: "var(--ink-soft)", strokeDasharray: "2 5" }),
    wide
      ? Plot.text([chance], { ...left, ...HALO, dx: 6, dy: -3, textAnchor: "start", lineAnchor: "bottom", text: (d) => `chance ${percent(d, 0)}` })
      : Plot.text([chance], { ...left, dx: -8, textAnchor: "end", text: () => "chance" }),
  ];
}

export const HALO = { stroke: "var(--paper)", strokeWidth: 4 } as const;

/** Names below the phases, as many as fit: T1, S1, …, and what is learnt. `band` is a phase's width in pixels. */
function phaseNames(data: Curves, fontSize: number, band: number): Plot.Markish[] {
  const task = (name: string) => (name.startsWith("T") && data.tasks.length > 1 ? parseInt(name.slice(1), 10) - 1 : null);
  const below = (name: string) => {
    const i = task(name);
    if (i !== null) return data.tasks[i]?.label ?? "";
    return isSleep(name) ? "sleep" : name.startsWith("A") ? "again" : name.startsWith("D") ? "drawing" : "all tasks";
  };
  const phases = data.phases.map((name, i) => ({ name, i, below: below(name) }));
  const taught = phases.filter(({ name }) => !isSleep(name));
  const bandOfTask = (band * phases.length) / Math.max(1, taught.length);
  const every = Math.ceil((2 * fontSize) / Math.max(1, bandOfTask));
  const named = band >= 2.1 * fontSize ? phases : taught.filter((_, i) => i % every === 0);
  const roomy = phases.every(({ below }) => below.length * 0.52 * fontSize <= band);
  const under = { frameAnchor: "bottom", lineAnchor: "top", x: (d: { i: number }) => d.i + 0.5 } as const;
  const fill = ({ name }: { name: string }) => (task(name) === null ? "var(--ink-soft)" : color(task(name)!));
  return [
    Plot.text(named, { ...under, text: "name", dy: 8, fill, fontWeight: 700 }),
    Plot.text(roomy ? phases : [], { ...under, text: "below", dy: 8 + fontSize * 1.25, fill: "var(--ink-soft)", fontSize: fontSize * 0.85 }),
  ];
}

function taskMarks(data: Curves, task: CurveTask, i: number, fontSize: number): Plot.Markish[] {
  const known = data.rows
    .map((row, phase) => ({ x: phase + 1, y: row[i] ?? 0, phase }))
    .filter(({ phase }) => phase >= task.learnt);
  return [
    Plot.line(known, { x: "x", y: "y", stroke: color(i), strokeWidth: fontSize / 7 }),
    Plot.dot(known, { x: "x", y: "y", symbol: symbol(i), r: fontSize / 3.2, ...(isLines(i) ? { stroke: color(i), strokeWidth: fontSize / 7 } : { fill: color(i), stroke: "var(--paper)", strokeWidth: 1 }) }),
  ];
}

interface Label {
  readonly text: string;
  readonly y: number;
  readonly fill: string;
  readonly bold: boolean;
}

function endLabels(data: Curves, wide: boolean): Label[] {
  const row = data.rows.at(-1);
  const mean = data.means.at(-1);
  if (!row || mean === undefined) return [];
  const labels = data.tasks.flatMap((task, i): Label[] => {
    if (task.learnt >= data.rows.length) return [];
    const y = row[i] ?? 0;
    return [{ text: shown(task, y, wide, i), y, fill: `color-mix(in oklab, ${color(i)}, var(--ink) 25%)`, bold: false }];
  });
  return [...labels, { text: `all: ${percent(mean, 0)}`, y: mean, fill: "var(--ink)", bold: true }];
}

const shown = (task: CurveTask, accuracy: number, wide: boolean, i: number): string =>
  `${wide || task.label.length < 8 ? task.label : `T${i + 1}`}: ${percent(accuracy, 0)}`;

/** Room for the longest label, in ems. */
const labelWidth = (data: Curves, wide: boolean): number =>
  1.2 + 0.6 * Math.max(8, ...data.tasks.map((task, i) => shown(task, 1, wide, i).length));
