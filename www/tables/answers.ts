// How networks answer an image, as tables: after every phase, and step by step by one of them.

import type { Answer } from "../generated/engram.js";
import type { Table } from "../table.js";

/** `phases` begins with the start, before anything was learnt. */
export function answerTables({ outputs, course }: Answer, phases: readonly string[], names: readonly string[]): Table[] {
  const classes = names.map((name, c) => ({ key: `output_${c}`, label: `Output for ${name}`, unit: "activity" }));
  const after: Table = {
    name: "answers",
    title: "Outputs for the image after every phase",
    columns: [{ key: "phase", label: "After" }, { key: "answer", label: "Answer" }, ...classes],
    rows: outputs.map((row, i) => [phases[i] ?? String(i), row ? (names[row.indexOf(Math.max(...row))] ?? null) : null, ...names.map((_, c) => row?.[c] ?? null)]),
  };
  if (course.length === 0) return [after];
  const steps: Table = {
    name: "outputs",
    title: "Outputs step by step",
    columns: [{ key: "step", label: "Step" }, ...classes],
    rows: course.map((row, i) => [i + 1, ...row]),
  };
  return [after, steps];
}
