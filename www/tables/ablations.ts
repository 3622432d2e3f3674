// Reported accuracies as a table, each with what made it.

import type { Ablated } from "../ablations.js";
import type { Table } from "../table.js";

export function ablationsTable(rows: readonly Ablated[]): Table {
  return {
    name: "ablations",
    title: "Accuracy over all classes at the end, on test images",
    columns: [
      { key: "sleep", label: "Sleep" },
      { key: "accuracy", label: "Mean", unit: "fraction right" },
      { key: "sd", label: "S.d.", unit: "fraction right" },
      { key: "n", label: "Runs" },
      { key: "command", label: "Command" },
      { key: "commit", label: "Commit" },
    ],
    rows: rows.map(({ label, preset: { reported: r } }) => [label, r.accuracy, r.sd, r.n, r.command, r.commit]),
  };
}
