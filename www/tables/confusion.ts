// Confusions as a table: a row a class and phase, a column an answer.

import type { Phase } from "../run.js";
import type { Table } from "../table.js";

export function confusionTable(phases: readonly Phase[], names: readonly string[]): Table {
  const name = (c: number): string => names[c] ?? String(c);
  const classes = phases[0]!.confusion.map((_, c) => c);
  return {
    name: "confusion",
    title: "Test images of each class by the network's answer",
    columns: [
      { key: "phase", label: "After phase" },
      { key: "class", label: "Class" },
      ...classes.map((c) => ({ key: `answer_${c}`, label: `Answered ${name(c)}`, unit: "images" })),
    ],
    rows: phases.flatMap((phase) => phase.confusion.flatMap((row, c) => (row.some((n) => n > 0) ? [[phase.name, name(c), ...row]] : []))),
  };
}
