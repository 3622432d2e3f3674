// Energy and movement of the free phase as a table: a row a step.

import type { Phase } from "../run.js";
import type { Table } from "../table.js";

export function settlingTable({ name, energy, movement }: Phase): Table {
  return {
    name: "settling",
    title: "The free phase, step by step",
    columns: [
      { key: "phase", label: "After phase" },
      { key: "step", label: "Step" },
      { key: "energy", label: "Energy", unit: "mean of 32 images" },
      { key: "movement", label: "Largest movement of a state", unit: "activity a step" },
    ],
    rows: energy.map((value, i) => [name, i + 1, value, movement[i] ?? null]),
  };
}
