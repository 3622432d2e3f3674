// A comparison: arms, each a Spec, run on the same seeds; what is known of it so far, and what follows from that.

import type { Capacity } from "./capacity.js";
import type { Finished as Result, Event as RunEvent, Spec } from "./generated/engram.js";
import { kindOf } from "./models.js";
import { hear, type Run } from "./run.js";
import { pairedDifference, summary, type Difference, type Summary } from "./statistics.js";

export type StrategyKind = Spec["strategy"]["kind"];

export interface Arm {
  readonly id: string;
  readonly label: string;
  readonly spec: Spec;
  /** What the other arms are held against: nothing is done against forgetting, or nothing needs to be. */
  readonly bound: "lower" | "upper" | null;
}

/** Settings that a person put aside as an arm. */
export interface Added {
  /** A letter. */
  readonly id: string;
  readonly spec: Spec;
}

/** What the form says. */
export interface Chosen {
  readonly strategies: readonly StrategyKind[];
  readonly added: readonly Added[];
  /** How many seeds, as it was typed. */
  readonly seeds: string;
}

export type ComparisonStatus =
  | { readonly kind: "loading"; readonly received: number; readonly total: number }
  | { readonly kind: "running" }
  | { readonly kind: "stopped" }
  | { readonly kind: "ended" }
  | { readonly kind: "failed"; readonly message: string };

export interface Comparison {
  readonly arms: readonly Arm[];
  readonly seeds: readonly number[];
  /** Of each arm, by seed; `null` waits for its turn. */
  readonly runs: readonly (readonly (Run | null)[])[];
  readonly status: ComparisonStatus;
  readonly capacity: Capacity;
}

/** The page's part of the state that is about comparing. */
export interface Compare {
  readonly chosen: Chosen;
  /** Why a comparison or an arm was refused, for people. */
  readonly problem: string | null;
  readonly view: "overlaid" | "multiples";
  /** The arm that differences are taken to; `null`: the usual one. */
  readonly reference: string | null;
  readonly latest: Comparison | null;
}

export const MOST_SEEDS = 24;

/** The number of seeds that was typed; `null`: no such number. */
export function seedCount(text: string): number | null {
  const n = /^\d+$/.test(text.trim()) ? Number(text) : 0;
  return n >= 1 && n <= MOST_SEEDS ? n : null;
}

/** Why arms cannot be held against each other; `null`: they can. */
export function clash(arms: readonly Arm[]): string | null {
  const first = arms[0]!.spec;
  const differs = (of: (spec: Spec) => unknown) => arms.find(({ spec }) => JSON.stringify(of(spec)) !== JSON.stringify(of(first)));
  const because = (arm: Arm | undefined, what: string) =>
    arm && `${arm.label} cannot be compared with the other arms: ${what}. Remove it, or set the controls to the same.`;
  return (
    because(differs(({ data }) => data.name), "it learns another data set") ??
    because(differs(({ tasks }) => tasks.classes), "its tasks have other classes") ??
    because(differs(({ data, evaluation }) => [evaluation.split, data.subset?.test_per_class]), "its accuracy is measured on other images") ??
    null
  );
}

/** What the same seed does not make the same among the arms, in words. */
export function unshared(arms: readonly Arm[]): string[] {
  const same = (of: (spec: Spec) => unknown) => new Set(arms.map(({ spec }) => JSON.stringify(of(spec)))).size === 1;
  // Feed-forward networks begin as their rule's authors let them begin.
  const begin = (spec: Spec) => [spec.network.hidden, kindOf(spec), kindOf(spec) === "feed_forward" && spec.rule.kind];
  return [...(same(begin) ? [] : ["initial weights"]), ...(same(({ tasks }) => tasks.order) ? [] : ["order of tasks"])];
}

/** The comparison after one run of it changed. */
export function withRun(comparison: Comparison, arm: number, seed: number, change: (run: Run | null) => Run | null): Comparison {
  const runs = comparison.runs.map((row, a) => (a === arm ? row.map((run, s) => (s === seed ? change(run) : run)) : row));
  return { ...comparison, runs };
}

/** The run after one more event, without what only the cards of a single run show: a comparison holds many runs. */
export function hearLean(run: Run, event: RunEvent): Run {
  if (event.event === "spikes") return run;
  if (event.event !== "phase") return hear(run, event);
  return hear(run, { ...event, hidden_mean: [], weight_change: [], energy: [], movement: [] });
}

/** Whether a run failed or diverged: its numbers count nowhere. */
export const isLost = (run: Run): boolean => run.diverged !== null || run.status.kind === "failed";

const sound = (runs: readonly (Run | null)[]): Run[] => runs.filter((run) => run !== null && !isLost(run)) as Run[];

export interface Done {
  readonly over: number;
  readonly all: number;
  /** Part of the work that is done, 0 to 1. */
  readonly fraction: number;
  /** Seconds of computing. */
  readonly seconds: number;
}

/** How far some runs are. */
export function done(runs: readonly (Run | null)[]): Done {
  const isOver = (run: Run | null) => run?.status.kind === "ended" || run?.status.kind === "failed";
  const over = runs.filter(isOver).length;
  const parts = runs.map((run) => (isOver(run) ? 1 : (run?.progress?.fraction ?? 0)));
  const seconds = runs.reduce((sum, run) => sum + (run?.progress?.seconds ?? 0), 0);
  return { over, all: runs.length, fraction: parts.reduce((sum, part) => sum + part, 0) / runs.length, seconds };
}

/** A number of each finished run of an arm, by seed. */
export function results({ runs }: Comparison, arm: number, of: (result: Result) => number): (number | null)[] {
  return runs[arm]!.map((run) => (run?.finished && !isLost(run) ? of(run.finished) : null));
}

export function summaryOf(comparison: Comparison, arm: number, of: (result: Result) => number): Summary | null {
  return summary(results(comparison, arm, of).filter((value) => value !== null));
}

/** Final accuracy of an arm minus that of another, seed by seed. */
export function differenceOf(comparison: Comparison, arm: number, reference: number): Difference | null {
  const accuracy = ({ accuracy }: Result) => accuracy;
  return pairedDifference(results(comparison, arm, accuracy), results(comparison, reference, accuracy));
}

/** The position of the arm that differences are taken to: the one chosen, else sleep, else the first method. */
export function referenceArm({ arms }: Comparison, chosen: string | null): number {
  const usual = [chosen, "src"].map((id) => arms.findIndex((arm) => arm.id === id)).find((i) => i >= 0);
  return usual ?? Math.max(0, arms.findIndex(({ bound }) => bound === null));
}

/** Accuracy over all classes once task 1, 2, … was dealt with: learnt, and slept on where the arm sleeps. */
export function afterTasks({ plan, phases }: Run): number[] {
  const last = plan!.tasks.map((_, i) => Math.max(plan!.phases.indexOf(`T${i + 1}`), plan!.phases.indexOf(`S${i + 1}`)));
  return last.flatMap((phase) => phases[phase]?.mean ?? []);
}

/** Of `afterTasks`, over the runs that are that far. Learning all tasks at once has one number, at its end. */
export function course(runs: readonly (Run | null)[]): Summary[] {
  const known = sound(runs).filter(({ plan }) => plan !== null);
  if (known[0]?.plan!.phases[0] === "P") return acrossRuns(known.map(({ phases }) => phases.map(({ mean }) => mean)));
  return acrossRuns(known.map(afterTasks));
}

export interface MeanPhase extends Summary {
  /** Accuracy on each task by its position in the order: a row of the mean matrix R. */
  readonly accuracy: readonly number[];
}

/** The phases of an arm, each the mean over the runs that have measured it. */
export function meanPhases(runs: readonly (Run | null)[]): MeanPhase[] {
  const known = sound(runs);
  return acrossRuns(known.map(({ phases }) => phases.map(({ mean }) => mean))).map((over, phase) => {
    const rows = known.flatMap(({ phases }) => (phases[phase] ? [phases[phase].accuracy] : []));
    return { ...over, accuracy: rows[0]!.map((_, task) => summary(rows.map((row) => row[task]!))!.mean) };
  });
}

function acrossRuns(courses: readonly (readonly number[])[]): Summary[] {
  const longest = Math.max(0, ...courses.map(({ length }) => length));
  return Array.from({ length: longest }, (_, i) => summary(courses.flatMap((values) => values[i] ?? []))!);
}

/** What figures and numbers depend on: how many phases of each run are measured, and how the run stands. */
export const known = ({ runs }: Comparison): string => runs.flat().map((run) => (run ? `${run.phases.length}${run.status.kind}` : "")).join();

/** What went wrong with which runs, for people; the same words for several seeds once. */
export function troubles({ arms, seeds, runs }: Comparison): string[] {
  const told = new Map<string, number[]>();
  runs.forEach((row, arm) =>
    row.forEach((run, seed) => {
      const what = run && trouble(run);
      if (!what) return;
      const key = JSON.stringify([arms[arm]!.label, what]);
      told.set(key, [...(told.get(key) ?? []), seeds[seed]!]);
    }),
  );
  return [...told].map(([key, seeds]) => {
    const [label, what] = JSON.parse(key) as [string, string];
    return `${label}, seed${seeds.length > 1 ? "s" : ""} ${seeds.join(", ")}: ${what}`;
  });
}

/** An engine's fault leaves a run its numbers. */
function trouble(run: Run): string | null {
  if (!isLost(run)) return run.fault;
  return `${whyLost(run).replace(/\.$/, "")}. Left out of this arm's means and differences.`;
}

/** Of a run that is lost. */
export function whyLost({ diverged, status }: Run): string {
  if (status.kind === "failed") return status.message;
  return `diverged in ${diverged!.name}: ${diverged!.message}`;
}
