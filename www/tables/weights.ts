// How a sleep changed the weights, as tables: each matrix in a row, and its histogram.

import type { NetworkKind } from "../generated/engram.js";
import type { Phase } from "../run.js";
import type { Table } from "../table.js";

/** Of so many matrices, as they are told: from the layer below and, in a hidden layer of an RNN or a CTRNN, then from itself; in spiking
 *  areas, then back to the one below, the labels' area lying beside the first. */
export function matrixNames(count: number, kind: NetworkKind): string[] {
  if (kind === "areas") return areaNames(count);
  const perHidden = kind === "rnn" || kind === "ctrnn" ? 2 : 1;
  const hidden = (count - 1) / perHidden;
  const layer = (l: number): string => (l === 0 ? "input" : l > hidden ? "output" : hidden === 1 ? "hidden" : `hidden ${l}`);
  return Array.from({ length: count }, (_, i) => {
    const to = 1 + Math.floor(i / perHidden);
    return i % perHidden === 1 ? `${layer(to)} to itself` : `${layer(to - 1)} to ${layer(to)}`;
  });
}

function areaNames(count: number): string[] {
  const areas = count / 2 - 1;
  const area = (l: number): string => (l === 0 ? "input" : areas === 1 ? "area" : `area ${l}`);
  return Array.from({ length: count }, (_, i) => {
    const upper = 1 + Math.floor(i / 2);
    const [from, to] = upper > areas ? [area(1), "labels"] : [area(upper - 1), area(upper)];
    return i % 2 === 0 ? `${from} to ${to}` : `${to} to ${from}`;
  });
}

const UNIT = "units of weight";
const SLEEP = { key: "sleep", label: "Sleep" } as const;
const MATRIX = { key: "matrix", label: "Weights from" } as const;

export function weightTables({ name, weight_change }: Pick<Phase, "name" | "weight_change">, kind: NetworkKind): Table[] {
  const names = matrixNames(weight_change.length, kind);
  const changes = weight_change.map((change, layer) => ({ ...change, matrix: names[layer]! }));
  return [
    {
      name: "weight-changes",
      title: "Change of weights in a sleep",
      columns: [
        SLEEP,
        MATRIX,
        { key: "mean", label: "Mean change", unit: UNIT },
        { key: "down", label: "Moved down", unit: "fraction of the weights" },
        { key: "up", label: "Moved up", unit: "fraction of the weights" },
        { key: "min", label: "Least change", unit: UNIT },
        { key: "max", label: "Largest change", unit: UNIT },
        { key: "weights", label: "Weights", unit: "count" },
      ],
      rows: changes.map(({ matrix, mean, down, up, min, max, histogram }) => [name, matrix, mean, down, up, min, max, histogram.reduce((sum, n) => sum + n, 0)]),
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
