// Learning curves and exponents as figures and tables need them: from a study's lines and records.

import type { ConnectSpec, NetworkRecord, Spread, StudyLine } from "../generated/engram.js";
import { summary, type Summary } from "../statistics.js";
import type { View } from "./state.js";
import { recordsOf, type Study } from "./study.js";

export interface Point {
  /** Training iterations by then. */
  readonly at: number;
  readonly mean: number;
  /** One standard deviation below and above; `mean`, where there is none. */
  readonly low: number;
  readonly high: number;
}

/** The points of a learning curve. */
export function pointsOf(line: StudyLine, { training }: ConnectSpec, measure: View["measure"]): Point[] {
  return line[measure].map(({ mean, sd }, w) => {
    const reach = sd ?? 0;
    return { at: Math.min((w + 1) * training.window, training.iterations), mean, low: mean - reach, high: mean + reach };
  });
}

/** The bounds of all curves: of a logarithmic scale above zero, of accuracy 0 to 1. */
export function boundsOf(curves: readonly (readonly Point[])[], { measure, scale }: View): [number, number] {
  if (measure === "accuracy") return [0, 1];
  const points = curves.flat();
  const high = Math.max(...points.map(({ high }) => high));
  if (points.length === 0 || !(high > 0)) return scale === "log" ? [0.01, 1] : [0, 1];
  if (scale === "linear") return [0, high];
  // A band that reaches down to zero would take the whole figure.
  return [0.8 * Math.min(...points.map(({ mean, low }) => Math.max(low, mean / 3))), 1.1 * high];
}

/** When exponents are measured. */
export type Stage = "untrained" | "flossed" | "trained" | "slept";

export const STAGES: Readonly<Record<Stage, string>> = { untrained: "at birth", flossed: "after flossing", trained: "after training", slept: "after sleep" };

const measuredAt = (record: NetworkRecord, stage: Stage): readonly number[] => (stage === "slept" ? (record.slept?.exponents ?? []) : record[stage]);

/** Mean and spread over seeds of each of the first exponents, in 1/step; empty until all that there are were measured. */
export function spectrumOf(study: Study, line: StudyLine, stage: Stage): Summary[] {
  const measured = recordsOf(study, line).map((record) => measuredAt(record, stage));
  if (measured.length === 0 || measured.some(({ length }) => length === 0)) return [];
  return measured[0]!.flatMap((_, i) => summary(measured.map((exponents) => exponents[i]!)) ?? []);
}

/** `0.012 ± 0.003`, to as many figures as the spread bears. */
export function spreadWords({ mean, sd }: Spread | Summary): string {
  const size = typeof sd === "number" && sd > 0 ? sd : Math.abs(mean);
  const digits = size > 0 ? Math.min(6, Math.max(0, 1 - Math.floor(Math.log10(size)))) : 2;
  const text = (value: number) => value.toFixed(digits).replace("-", "−");
  return typeof sd === "number" ? `${text(mean)} ± ${text(sd)}` : text(mean);
}
