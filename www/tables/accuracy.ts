// The accuracy matrix R as a table: a row a measured phase.

import type { Run } from "../run.js";
import { dataSet, type State } from "../state.js";
import type { Table } from "../table.js";
import { classNames } from "../tasks.js";

export const FRACTION = "fraction right";

export function accuracyTable(state: State, { plan, phases, spec }: Run): Table {
  const set = dataSet(state, spec.data.name);
  const tasks = (plan?.tasks ?? []).map((classes, i) => ({ key: `task_${i + 1}`, label: `Task ${i + 1}: ${classNames(classes, set)}`, unit: FRACTION }));
  return {
    name: "accuracies",
    title: "Accuracy on each task's test images after each phase",
    columns: [{ key: "phase", label: "After phase" }, ...tasks, { key: "all", label: "All classes", unit: FRACTION }],
    rows: phases.map(({ name, accuracy, mean }) => [name, ...accuracy, mean]),
  };
}
