// The accuracy matrix R as a table: a row a measured phase.

import type { Run } from "../run.js";
import { dataSet, type State } from "../state.js";
import type { Table } from "../table.js";
import { taskNames } from "../tasks.js";

export const FRACTION = "fraction right";

export function accuracyTable(state: State, { plan, phases, spec }: Run): Table {
  const set = dataSet(state, spec.data.name);
  const names = taskNames(plan?.tasks ?? [], set);
  const tasks = names.map((name, i) => ({ key: `task_${i + 1}`, label: `Task ${i + 1}: ${name}`, unit: FRACTION }));
  return {
    name: "accuracies",
    title: "Accuracy on each task's test images after each phase",
    columns: [{ key: "phase", label: "After phase" }, ...tasks, { key: "all", label: "All classes", unit: FRACTION }],
    rows: phases.map(({ name, accuracy, mean }) => [name, ...accuracy, mean]),
  };
}

/** The same where the network is told which task an image is of. */
export function toldTable(state: State, run: Run): Table {
  const table = accuracyTable(state, run);
  return {
    ...table,
    name: "accuracies-told",
    title: "Accuracy on each task's test images after each phase, the answer being one of the task's own classes",
    columns: table.columns.slice(0, -1),
    rows: run.phases.map(({ name, task_incremental }) => [name, ...(task_incremental ?? [])]),
  };
}
