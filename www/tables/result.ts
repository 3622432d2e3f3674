// The end of a run as tables: its measures, and where its time went.

import { testImages } from "../tasks.js";
import type { Finished, Run } from "../run.js";
import type { Table } from "../table.js";
import { count } from "../words.js";

export interface Measure {
  readonly key: string;
  readonly name: string;
  readonly value: number;
  readonly unit: "fraction" | "difference of fractions";
  readonly meaning: string;
}

export function measures(run: Run, finished: Finished): Measure[] {
  const told = finished.task_incremental;
  const { accuracy, average_accuracy, forgetting, forgetting_max, backward_transfer, forward_transfer, tasks, phases } = finished;
  const images = testImages(run);
  const on = images === null ? "all test images" : `all ${count(images)} test images`;
  const all: Measure = { key: "accuracy", name: "Accuracy", value: accuracy, unit: "fraction", meaning: `of ${on} are answered rightly after ${phases.at(-1)}.` };
  if (tasks.length < 2 || phases.length < 2) return [all];
  const lost = { unit: "difference of fractions" } as const;
  return [
    all,
    { key: "average_accuracy", name: "Average accuracy", value: average_accuracy, unit: "fraction", meaning: "is the mean over tasks of the accuracy at the end, every task counting alike (Lopez-Paz & Ranzato 2017)." },
    { ...lost, key: "forgetting", name: "Forgetting, first − last", value: forgetting, meaning: "are lost from just after a task is learnt to the end: the mean over all tasks but the last." },
    { ...lost, key: "forgetting_max", name: "Forgetting, max − last", value: forgetting_max, meaning: "are lost from a task's best accuracy to the end (Chaudhry et al. 2018)." },
    { ...lost, key: "backward_transfer", name: "Backward transfer", value: backward_transfer, meaning: "are what learning later tasks adds to earlier ones (Lopez-Paz & Ranzato 2017): first − last, with the other sign." },
    { ...lost, key: "forward_transfer", name: "Forward transfer", value: forward_transfer, meaning: "are what a task has gained just before it is taught, over the untaught network (Lopez-Paz & Ranzato 2017)." },
    ...(told
      ? ([
          { key: "accuracy_told", name: "Accuracy, told the task", value: told.accuracy, unit: "fraction", meaning: "are answered rightly where the answer is one of the image's own task's classes (task-incremental)." },
          { ...lost, key: "forgetting_told", name: "Forgetting, told the task", value: told.forgetting, meaning: "are lost of that, first − last." },
        ] satisfies Measure[])
      : []),
  ];
}

/** Parts of the computing time, in seconds. A GPU's parts of learning are not told apart; recordings from before there was
 *  one lack them. */
export function timeParts({ time, seconds }: Finished): [name: string, seconds: number][] {
  const onGpu: [string, number][] = time.learning ? [["learning on the GPU", time.learning]] : [];
  const onCpu: [string, number][] = [["products with the data", time.products], ["settling", time.settling]];
  const learning = [...(onGpu.length > 0 && time.products + time.settling === 0 ? [] : onCpu), ...onGpu];
  const known: [string, number][] = [...learning, ["sleep", time.sleep], ["evaluation", time.evaluation]];
  const other = Math.max(0, seconds - known.reduce((sum, [, spent]) => sum + spent, 0));
  return [...known, ["other", other]];
}

export function resultTables(run: Run, finished: Finished): Table[] {
  return [
    {
      name: "measures",
      title: "Measures at the end of the run",
      columns: [{ key: "measure", label: "Measure" }, { key: "value", label: "Value" }, { key: "unit", label: "Unit" }],
      rows: measures(run, finished).map(({ name, value, unit }) => [name, value, unit]),
    },
    {
      name: "computing-time",
      title: "Where the computing time went",
      columns: [{ key: "part", label: "Part" }, { key: "seconds", label: "Time", unit: "seconds" }, { key: "share", label: "Share", unit: "fraction" }],
      rows: timeParts(finished).map(([part, spent]) => [part, spent, spent / finished.seconds]),
    },
  ];
}
