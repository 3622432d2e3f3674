// What a study gives, as tables: a row a cell of a matrix, a bin, a slice of sleep or a class, each with its mean, s.d. and n.

import type { Confusions, Correlations, HeatMap, KeptBySeeds, LayerChange, MeanDream, NetworkKind, ReplayedSlice, Spread } from "../generated/engram.js";
import type { Cell, Column, Table } from "../table.js";
import { FRACTION } from "./accuracy.js";
import { matrixNames } from "./weights.js";

const WHEN: Column = { key: "when", label: "When" };
const N: Column = { key: "n", label: "n", unit: "runs" };
const WEIGHT = "units of weight";

/** Cells and columns of a mean and its spread. */
const cells = (spread: Spread | undefined): Cell[] => (spread ? [spread.mean, spread.sd ?? null, spread.n] : [null, null, 0]);
const spread = (unit: string): Column[] => [{ key: "mean", label: "Mean", unit }, { key: "sd", label: "s.d.", unit }, N];

export function heatMapTable({ phases, accuracy }: HeatMap, tasks: readonly string[]): Table {
  return {
    name: "heat-map",
    title: "Accuracy on each task's test images after each phase",
    columns: [{ key: "phase", label: "After phase" }, { key: "task", label: "Task" }, ...spread(FRACTION)],
    rows: accuracy.flatMap((row, phase) => row.map((cell, task) => [phases[phase]!, tasks[task]!, ...cells(cell)])),
  };
}

/** Both matrices, a row a cell. */
function pairs({ before, after }: { readonly before: readonly (readonly Spread[])[]; readonly after: readonly (readonly Spread[])[] }, labels: readonly string[]): Cell[][] {
  const rows = (when: string, matrix: readonly (readonly Spread[])[]) => matrix.flatMap((row, a) => row.map((cell, b) => [when, labels[a]!, labels[b]!, ...cells(cell)]));
  return [...rows("before", before), ...rows("after", after)];
}

export function meanConfusionTable(confusion: Confusions, labels: readonly string[]): Table {
  return {
    name: "mean-confusion",
    title: "Answers to each class's test images before and after the last sleep",
    columns: [WHEN, { key: "class", label: "Class" }, { key: "answer", label: "Answer" }, ...spread("fraction of the class's images")],
    rows: pairs(confusion, labels),
  };
}

export function correlationTables({ before, after }: Correlations, labels: readonly string[]): Table[] {
  return [
    {
      name: "distance-from-identity",
      title: "Distance of the correlation from the identity",
      columns: [WHEN, ...spread("correlation, root mean square off the diagonal")],
      rows: [["before", ...cells(before.distance_from_identity)], ["after", ...cells(after.distance_from_identity)]],
    },
    {
      name: "correlation",
      title: "Correlation of hidden activity between classes before and after the last sleep",
      columns: [WHEN, { key: "class", label: "Class" }, { key: "other", label: "Other class" }, ...spread("correlation")],
      rows: pairs({ before: before.correlation, after: after.correlation }, labels),
    },
  ];
}

export function changeTables(weights: readonly LayerChange[], kind: NetworkKind, seeds: readonly number[]): Table[] {
  const names = matrixNames(weights.length, kind);
  const matrices = weights.map((change, layer) => ({ ...change, matrix: names[layer]! }));
  const MATRIX = { key: "matrix", label: "Weights from" };
  return [
    {
      name: "mean-weight-changes",
      title: "Mean change of weights in the last sleep",
      columns: [MATRIX, ...spread(WEIGHT)],
      rows: matrices.map(({ matrix, mean }) => [matrix, ...cells(mean)]),
    },
    {
      name: "moved-weights",
      title: "Weights that the last sleep moved down, and up",
      columns: [MATRIX, { key: "way", label: "Moved" }, ...spread("fraction of the weights")],
      rows: matrices.flatMap(({ matrix, down, up }) => [[matrix, "down", ...cells(down)], [matrix, "up", ...cells(up)]]),
    },
    {
      name: "run-weight-changes",
      title: "Weights by their change in the last sleep, every run",
      columns: [MATRIX, { key: "seed", label: "Seed" }, { key: "run_mean", label: "The run's mean", unit: WEIGHT }, { key: "from", label: "Change from", unit: WEIGHT }, { key: "to", label: "to", unit: WEIGHT }, { key: "weights", label: "Weights", unit: "count" }],
      rows: matrices.flatMap(({ matrix, runs }) =>
        runs.flatMap(({ mean, min, max, histogram }, run) => {
          const edge = (i: number): number => min + ((max - min) * i) / histogram.length;
          return histogram.map((n, i) => [matrix, seeds[run]!, mean, edge(i), edge(i + 1), n]);
        }),
      ),
    },
  ];
}

export function replayTable(slices: readonly ReplayedSlice[], labels: readonly string[], phases: readonly string[]): Table {
  return {
    name: "replay",
    title: "What hidden spikes stand for, by slice of sleep",
    columns: [{ key: "sleep", label: "Sleep" }, { key: "step", label: "Slice ends at step" }, { key: "class", label: "Class" }, ...spread("fraction")],
    rows: slices.flatMap(({ phase, step, classes, silent }) => {
      const row = (label: string, of: Spread | undefined): Cell[] => [phases[phase] ?? String(phase + 1), step, label, ...cells(of)];
      return [...labels.map((label, i) => row(label, classes[i])), row("silent, of all steps", silent)];
    }),
  };
}

/** `width` is that of the images, in pixels; `null`: they are features. */
export function dreamsTables(dreams: readonly MeanDream[], name: (c: number) => string, width: number | null): Table[] {
  const place: Column[] = width === null ? [{ key: "feature", label: "Feature, counted from 1" }] : [{ key: "row", label: "Pixel's row, from 1 at the top" }, { key: "column", label: "Pixel's column, from 1 at the left" }];
  const at = (i: number): number[] => (width === null ? [i + 1] : [Math.floor(i / width) + 1, (i % width) + 1]);
  return [
    {
      name: "dreamt",
      title: "Sleep steps that stand for each class, over all sleeps",
      columns: [{ key: "class", label: "Class" }, ...spread("steps a run")],
      rows: dreams.map(({ class: c, steps }) => [name(c), ...cells(steps)]),
    },
    {
      name: "dreams",
      title: "What is dreamt of each class, mean over the runs that did",
      columns: [{ key: "class", label: "Class" }, ...place, { key: "weight", label: "Mean input weight", unit: WEIGHT }],
      rows: dreams.flatMap(({ class: c, pattern }) => pattern.map((weight, i) => [name(c), ...at(i), weight])),
    },
  ];
}

/** Pairs of times that synapses are compared at. */
export const PAIRS = ["T1-T2", "T1-S2", "T2-S2"] as const;

export function importanceTable(importance: readonly KeptBySeeds[]): Table {
  return {
    name: "importance",
    title: "Accuracy, and likeness of the synapses' importance, by class",
    columns: [{ key: "class", label: "Class" }, { key: "measure", label: "Measure" }, ...spread("fraction right, or cosine")],
    rows: importance.flatMap((kept) => [
      ...(["T1", "T2", "S2"] as const).map((phase) => [kept.class, `accuracy after ${phase}`, ...cells(kept.accuracy[phase])]),
      ...PAIRS.map((pair) => [kept.class, `cosine ${pair.replace("-", "–")}`, ...cells(kept[pair])]),
    ]),
  };
}
