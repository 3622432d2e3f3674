// What spiking areas did in each phase, as rows and as a table: errors, spikes, operations.

import type { AreaActivity } from "../generated/engram.js";
import { kindOf } from "../models.js";
import type { ErrorCourse, ErrorSeries } from "../plots/errors.js";
import type { Phase, Run } from "../run.js";
import type { Column, Table } from "../table.js";
import { populationNames } from "../watched.js";

/** How many areas a run has; 0 where its network is of another kind. */
export const areasIn = ({ spec }: Pick<Run, "spec">): number => (kindOf(spec) === "areas" ? spec.network.hidden.length : 0);

/** From the core's unit to the one that is shown: it tells errors of spikes by the step. */
function scaleOf({ network, areas }: Run["spec"], pair: number): number {
  return pair === 0 || pair === network.hidden.length ? 1000 / (areas?.dt ?? 1) : 1;
}

/** An error over the phases, in the unit that it is shown in. Without a label, as at a
 *  test, the labels have none. */
export function errorSeries({ spec, phases }: Pick<Run, "spec" | "phases">, pair: number): ErrorSeries[] {
  const isLabels = pair === spec.network.hidden.length;
  const scale = scaleOf(spec, pair);
  const of = (activity: AreaActivity | undefined): number | null => {
    const error = activity?.error[pair];
    return error === undefined ? null : scale * error;
  };
  const learning: ErrorSeries = { name: "learning", values: phases.map((phase) => of(phase.learning)), dashed: false };
  const answering: ErrorSeries = { name: "tests", values: phases.map((phase) => of(phase.answering)), dashed: true };
  return isLabels ? [learning] : [learning, answering];
}

/** An error within the phases that taught something: a point every twentieth of a phase's learning. */
export function errorCourses({ spec, phases }: Pick<Run, "spec" | "phases">, pair: number): ErrorCourse[] {
  const scale = scaleOf(spec, pair);
  let learnt = 0;
  return phases.flatMap(({ name, learning_course }) => {
    const points = (learning_course ?? []).map(({ samples, error }) => ({ samples: (learnt += samples), error: scale * error[pair]! }));
    return points.length > 0 ? [{ phase: name, points }] : [];
  });
}

/** The same as a table; `names`: what each pair expects something of. */
export function courseTable(run: Pick<Run, "spec" | "phases">, names: readonly string[], units: (pair: number) => string): Table {
  return {
    name: "errors-within-phases",
    title: "Prediction errors while phases learnt, a row for each twentieth of a phase's samples",
    columns: [PHASE, { key: "of", label: "Of" }, { key: "unit", label: "Unit" }, { key: "samples", label: "Samples learnt so far" }, { key: "error", label: "While it learnt", unit: "root mean square" }],
    rows: names.flatMap((name, pair) => errorCourses(run, pair).flatMap(({ phase, points }) => points.map(({ samples, error }) => [phase, name, units(pair), samples, error]))),
  };
}

export interface ActivityRow {
  readonly name: string;
  readonly unit: string;
  readonly learning: number | null;
  readonly answering: number | null;
}

/** What areas did for one sample, a row a quantity. */
export function activityRows({ learning, answering }: Pick<Phase, "learning" | "answering">): ActivityRow[] {
  const some = answering ?? learning;
  if (!some) return [];
  const row = (name: string, unit: string, of: (activity: AreaActivity) => number): ActivityRow => ({
    name,
    unit,
    learning: learning ? of(learning) : null,
    answering: answering ? of(answering) : null,
  });
  const spikes = populationNames(some.spikes.length - 3).map((name, i) => row(`Spikes of ${name}`, "spikes", (activity) => activity.spikes[i]!));
  return [...spikes, row("Synaptic operations", "operations", ({ operations }) => operations), row("Changes of weights", "changes", ({ changes }) => changes)];
}

const PHASE: Column = { key: "phase", label: "Phase" };

/** What was learnt from beside what was answered. */
const sideBySide = (answering: string, unit: string): Column[] => [
  { key: "learning", label: "While it learnt", unit },
  { key: "answering", label: answering, unit },
];

export function costTable({ phases }: Pick<Run, "phases">): Table {
  return {
    name: "spikes-and-operations",
    title: "Spikes and operations for one sample, phase by phase",
    columns: [PHASE, { key: "what", label: "What" }, ...sideBySide("While it answered", "for one sample")],
    rows: phases.flatMap((phase) => activityRows(phase).map(({ name, learning, answering }) => [phase.name, name, learning, answering])),
  };
}

/** Errors over the phases; `names`: what each pair expects something of. */
export function errorTable(run: Pick<Run, "spec" | "phases">, names: readonly string[], units: (pair: number) => string): Table {
  return {
    name: "errors-by-phase",
    title: "Prediction errors over the phases",
    columns: [PHASE, { key: "of", label: "Of" }, { key: "unit", label: "Unit" }, ...sideBySide("On test images", "root mean square")],
    rows: run.phases.flatMap((phase, i) =>
      names.map((name, pair) => {
        const [learning, answering] = errorSeries(run, pair);
        return [phase.name, name, units(pair), learning!.values[i] ?? null, answering?.values[i] ?? null];
      }),
    ),
  };
}
