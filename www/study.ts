// A study: the same Spec run on several seeds and watched closely; what is known of it so far, and what the analyses made of it.

import type { Capacity } from "./capacity.js";
import { isLost, whyLost, type ComparisonStatus } from "./compare.js";
import type { Analyses, DataSetInfo, Spec } from "./generated/engram.js";
import type { Run } from "./run.js";
import { taskNames } from "./tasks.js";

/** What the last sleep did to all tasks; or which synapses carry the classes of two tasks, in runs of their own. */
export type StudyKind = "sleep" | "importance";

export interface Study {
  readonly spec: Spec;
  readonly seeds: readonly number[];
  /** By seed; `null` waits for its turn. */
  readonly runs: readonly (Run | null)[];
  readonly status: ComparisonStatus;
  readonly capacity: Capacity;
  /** Of the runs that have finished; `null`: none has. */
  readonly results: Analyses | null;
  /** Positions of the seeds that the results are of. */
  readonly analysed: readonly number[];
}

/** The seeds that the results are of. */
export const analysedSeeds = ({ seeds, analysed }: Study): number[] => analysed.map((i) => seeds[i]!);

/** The page's part of the state that is about studies. */
export interface Studies {
  /** How many seeds, as it was typed. */
  readonly runs: string;
  /** Why a study was refused, for people. */
  readonly problem: string | null;
  readonly sleep: Study | null;
  readonly importance: Study | null;
}

/** Classes of each task in the order that all finished runs learnt them; `null` where each has an order of its own. */
export function commonTasks({ runs, analysed }: Study): readonly (readonly number[])[] | null {
  const orders = analysed.flatMap((i) => (runs[i]?.finished ? [runs[i].finished.tasks] : []));
  return new Set(orders.map((tasks) => JSON.stringify(tasks))).size === 1 ? orders[0]! : null;
}

type Names = Pick<DataSetInfo, "classes"> | undefined;

/** Names of the tasks by their place in the order. */
export function taskLabels(study: Study, set: Names): string[] {
  const common = commonTasks(study);
  const { permutations = 0, classes } = study.spec.tasks;
  return common ? taskNames(common, set) : Array.from({ length: permutations || classes.length }, (_, i) => `task ${i + 1}`);
}

/** Names of the classes in the order they were learnt: where each run has an order of its own, `2a` is the first of the second task. */
export function classLabels(study: Study, set: Names): string[] {
  const common = commonTasks(study);
  if (common) return [...new Set(common.flat())].map((c) => set?.classes[c] ?? String(c));
  return study.spec.tasks.classes.flatMap((classes, task) => classes.map((_, i) => `${task + 1}${String.fromCharCode(97 + i)}`));
}

/** What the labels stand for, where they are not names. */
export const labelsInWords = (study: Study): string =>
  commonTasks(study) ? "" : "Each run learns the tasks in an order of its own: 2a is the first class of the task it learnt second. ";

/** What went wrong with which runs, for people; the same words for several seeds once. */
export function troublesOf({ seeds, runs }: Study): string[] {
  const told = new Map<string, number[]>();
  runs.forEach((run, i) => {
    const what = run && (isLost(run) ? `${whyLost(run).replace(/\.$/, "")}. Left out of the analyses.` : run.fault);
    if (what) told.set(what, [...(told.get(what) ?? []), seeds[i]!]);
  });
  return [...told].map(([what, seeds]) => `Seed${seeds.length > 1 ? "s" : ""} ${seeds.join(", ")}: ${what}`);
}
