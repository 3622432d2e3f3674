// A comparison as tables: its arms, every run of them, the curves over tasks, and the mean accuracies after every phase.

import { course, differenceOf, isLost, meanPhases, summaryOf, type Comparison } from "../compare.js";
import type { Column, Table } from "../table.js";
import { FRACTION } from "./accuracy.js";

const ARM: Column = { key: "arm", label: "Arm" };
const N: Column = { key: "n", label: "n", unit: "runs" };
const DIFFERENCE = "difference of fractions";

/** Differences are taken to the arm at `reference`. */
export function comparisonTables(comparison: Comparison, reference: number): Table[] {
  return [armsTable(comparison, reference), runsTable(comparison), coursesTable(comparison), phasesTable(comparison)];
}

function armsTable(comparison: Comparison, reference: number): Table {
  const { arms } = comparison;
  const to = arms[reference]!.label;
  return {
    name: "comparison",
    title: `Arms, with differences to ${to}`,
    columns: [
      ARM,
      { key: "bound", label: "Bound" },
      { key: "accuracy_mean", label: "Final accuracy, mean", unit: FRACTION },
      { key: "accuracy_sd", label: "s.d. of final accuracy", unit: FRACTION },
      { key: "forgetting_mean", label: "Forgetting, first − last, mean", unit: DIFFERENCE },
      { key: "forgetting_sd", label: "s.d. of forgetting", unit: DIFFERENCE },
      N,
      { key: "difference", label: `Difference to ${to}, mean`, unit: DIFFERENCE },
      { key: "difference_low", label: "95 % confidence from", unit: DIFFERENCE },
      { key: "difference_high", label: "to", unit: DIFFERENCE },
      { key: "pairs", label: "Pairs of seeds", unit: "count" },
      { key: "seconds", label: "Computing, mean", unit: "seconds a run" },
    ],
    rows: arms.map(({ label, bound }, i) => {
      const accuracy = summaryOf(comparison, i, (result) => result.accuracy);
      const lost = summaryOf(comparison, i, (result) => result.forgetting);
      const apart = i === reference ? null : differenceOf(comparison, i, reference);
      const time = summaryOf(comparison, i, (result) => result.seconds);
      return [
        label, bound, accuracy?.mean ?? null, accuracy?.sd ?? null, lost?.mean ?? null, lost?.sd ?? null, accuracy?.n ?? 0,
        apart?.mean ?? null, apart?.interval?.[0] ?? null, apart?.interval?.[1] ?? null, apart?.n ?? null, time?.mean ?? null,
      ];
    }),
  };
}

/** Runs that failed or diverged have no numbers, as in the means. */
function runsTable({ arms, seeds, runs }: Comparison): Table {
  return {
    name: "comparison-runs",
    title: "Every run",
    columns: [
      ARM,
      { key: "seed", label: "Seed" },
      { key: "accuracy", label: "Final accuracy", unit: FRACTION },
      { key: "average_accuracy", label: "Average accuracy", unit: "fraction" },
      { key: "forgetting", label: "Forgetting, first − last", unit: DIFFERENCE },
      { key: "forgetting_max", label: "Forgetting, max − last", unit: DIFFERENCE },
      { key: "backward_transfer", label: "Backward transfer", unit: DIFFERENCE },
      { key: "forward_transfer", label: "Forward transfer", unit: DIFFERENCE },
      { key: "seconds", label: "Computing", unit: "seconds" },
    ],
    rows: arms.flatMap(({ label }, a) =>
      seeds.map((seed, s) => {
        const run = runs[a]![s];
        const result = run && !isLost(run) ? run.finished : null;
        const { accuracy = null, average_accuracy = null, forgetting = null, forgetting_max = null, backward_transfer = null, forward_transfer = null, seconds = null } = result ?? {};
        return [label, seed, accuracy, average_accuracy, forgetting, forgetting_max, backward_transfer, forward_transfer, seconds];
      }),
    ),
  };
}

function coursesTable({ arms, runs }: Comparison): Table {
  return {
    name: "comparison-courses",
    title: "Accuracy over all classes once each task was dealt with",
    columns: [ARM, { key: "tasks", label: "Tasks learnt" }, { key: "mean", label: "Mean", unit: FRACTION }, { key: "sd", label: "s.d.", unit: FRACTION }, N],
    rows: arms.flatMap(({ label, spec }, a) =>
      course(runs[a]!).map(({ mean, sd, n }, i) => [label, spec.strategy.kind === "parallel" ? spec.tasks.classes.length : i + 1, mean, sd, n]),
    ),
  };
}

function phasesTable({ arms, runs }: Comparison): Table {
  const places = Math.max(...arms.map(({ spec }) => spec.tasks.classes.length));
  const tasks = Array.from({ length: places }, (_, i) => ({ key: `task_${i + 1}`, label: `Task ${i + 1} in the order, mean`, unit: FRACTION }));
  return {
    name: "comparison-phases",
    title: "Mean accuracy on each task after every phase",
    columns: [ARM, { key: "phase", label: "After phase" }, ...tasks, { key: "all", label: "All classes, mean", unit: FRACTION }, { key: "sd", label: "s.d. of all classes", unit: FRACTION }, N],
    rows: arms.flatMap(({ label }, a) => {
      const names = runs[a]!.find((run) => run?.plan)?.plan?.phases ?? [];
      return meanPhases(runs[a]!).map(({ accuracy, mean, sd, n }, i) => [label, names[i] ?? String(i + 1), ...tasks.map((_, task) => accuracy[task] ?? null), mean, sd, n]);
    }),
  };
}
