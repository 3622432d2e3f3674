// Tasks in words: names of their classes, the phase that teaches them, what they are tested on.

import type { DataSetInfo, Spec } from "./generated/engram.js";
import type { Run } from "./run.js";

/** `0 / 1`, `Sandal, Shirt`. */
export function classNames(classes: readonly number[], set: Pick<DataSetInfo, "classes"> | undefined): string {
  const names = classes.map((c) => set?.classes[c] ?? String(c));
  return names.join(names.every((name) => name.length === 1) ? " / " : ", ");
}

type Classes = readonly (readonly number[])[];

/** All classes of some tasks, each once, ascending. */
export const classesOf = (tasks: Classes): number[] => [...new Set(tasks.flat())].sort((a, b) => a - b);

/** Whether tasks are copies of one another, with the same classes. */
const areCopies = (tasks: Classes): boolean => tasks.length > 1 && classesOf(tasks).length < tasks.flat().length;

/** What each task is called: by its classes; permuted copies, which share theirs, by their place in the order of learning. */
export function taskNames(tasks: Classes, set: Pick<DataSetInfo, "classes"> | undefined): string[] {
  const copies = areCopies(tasks);
  return tasks.map((classes, i) => (copies ? `copy ${i + 1}` : classNames(classes, set)));
}

/** What the network is told when it is tested, and what it has to tell apart (van de Ven & Tolias 2019). */
export function scenarioOf({ strategy, tasks }: Pick<Spec, "strategy" | "tasks">, isTold = false): string {
  if (isTold) return "task-incremental: told which task";
  const untold = "one head, no task label";
  if (strategy.kind === "parallel") return `all classes at once: ${untold}`;
  return `${(tasks.permutations ?? 0) > 0 ? "domain" : "class"}-incremental: ${untold}`;
}

/** The position of the phase that teaches task `task`: T1, T2, …; all at once in P. */
export function learntIn(task: number, phases: readonly string[]): number {
  return Math.max(0, phases.indexOf(`T${task + 1}`));
}

/** How many test images accuracies are measured on, once it is known. */
export function testImages({ phases }: Run): number | null {
  const total = phases.at(-1)?.confusion.flat().reduce((sum, n) => sum + n, 0) ?? 0;
  return total > 0 ? total : null;
}
