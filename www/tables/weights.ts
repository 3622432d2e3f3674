// How a sleep changed the weights, as tables: each matrix in a row, and its histogram.

import type { Phase } from "../run.js";
import type { Table } from "../table.js";

export function matrixName(layer: number, last: number): string {
  if (layer === last) return last === 1 ? "hidden to output" : `hidden ${last} to output`;
  if (layer === 0) return last === 1 ? "input to hidden" : "input to hidden 1";
  return `hidden ${layer} to hidden ${layer + 1}`;
}

const UNIT = "units of weight";
const SLEEP = { key: "sleep", label: "Sleep" } as const;
const MATRIX = { key: "matrix", label: "Weights from" } as const;

export function weightTables({ name, weight_change }: Pick<Phase, "name" | "weight_change">): Table[] {
  const changes = weight_change.map((change, layer) => ({ ...change, matrix: matrixName(layer, weight_change.length - 1) }));
  return [
    {
      name: "weight-changes",
      title: "Change of weights in a sleep",
      columns: [
        SLEEP,
        MATRIX,
        { key: "mean", label: "Mean change", unit: UNIT },
        { key: "min", label: "Least change", unit: UNIT },
        { key: "max", label: "Largest change", unit: UNIT },
        { key: "weights", label: "Weights", unit: "count" },
      ],
      rows: changes.map(({ matrix, mean, min, max, histogram }) => [name, matrix, mean, min, max, histogram.reduce((sum, n) => sum + n, 0)]),
    },
    {
      name: "weight-change-histograms",
      title: "Weights by their change in a sleep",
      columns: [SLEEP, MATRIX, { key: "from", label: "Change from", unit: UNIT }, { key: "to", label: "to", unit: UNIT }, { key: "weights", label: "Weights", unit: "count" }],
      rows: changes.flatMap(({ matrix, min, max, histogram }) => {
        const edge = (i: number): number => min + ((max - min) * i) / histogram.length;
        return histogram.map((n, i) => [name, matrix, edge(i), edge(i + 1), n]);
      }),
    },
  ];
}
