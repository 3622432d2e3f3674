// Tasks in words: names of their classes, the phase that teaches them, what they are tested on.

import type { DataSetInfo, Spec } from "./generated/engram.js";
import type { Run } from "./run.js";

/** `0 / 1`, `Sandal, Shirt`. */
export function classNames(classes: readonly number[], set: Pick<DataSetInfo, "classes"> | undefined): string {
  const names = classes.map((c) => set?.classes[c] ?? String(c));
  return names.join(names.every((name) => name.length === 1) ? " / " : ", ");
}

/** What the network is told when it is tested, and what it has to tell apart (van de Ven & Tolias 2019). */
export function scenarioOf({ strategy }: Pick<Spec, "strategy">): string {
  const told = "one head, no task label";
  return strategy.kind === "parallel" ? `all classes at once: ${told}` : `class-incremental: ${told}`;
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
