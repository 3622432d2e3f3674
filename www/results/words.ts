// Numbers and verdicts of a results file in words; accuracies there are in points, percent of the test samples.

import type { ClaimAnswer, CellReport, ClaimReport, DataSetRow, PaperNumber, Reproduction, Spread, Verdict } from "./reproduction.js";
import { VERDICTS } from "./reproduction.js";

const NARROW = "\u202f";

export const VERDICT_WORDS: Record<Verdict, string> = {
  verified: "verified",
  above: "above",
  differs: "differs (higher)",
  below: "below",
  surrogate: "surrogate",
  measured: "measured",
  diverged: "diverged",
  incomplete: "incomplete",
  not_run: "not run",
  no_preset: "no preset yet",
};

export const ANSWER_WORDS: Record<ClaimAnswer, string> = {
  holds: "holds",
  does_not: "does not hold",
  undecided: "undecided",
  elsewhere: "not decided here",
};

const fixed = (n: number, digits: number): string => n.toFixed(digits).replace("-", "−");

/** `63.5 ± 3.6 %`. */
export function accuracy({ mean, sd }: Spread | PaperNumber, digits = 1): string {
  return `${fixed(mean, digits)}${sd === null ? "" : `\u00a0±\u00a0${fixed(sd, digits)}`}${NARROW}%`;
}

/** The paper prints two digits. */
export const ofPaper = (paper: PaperNumber): string => accuracy(paper, 2);

/** `+0.3 SE`: the difference in standard errors of both. */
export const inErrors = (errors: number): string => `${errors < 0 ? "−" : "+"}${Math.abs(errors).toFixed(1)}\u00a0SE`;

/** What stands beside a cell's numbers, where something does. */
export function notes({ runs, diverged, tuned, command }: CellReport): string[] {
  const lost = diverged.length > 0 ? [`${diverged.length} of ${diverged.length + runs.length} diverged`] : [];
  return tuned || command === null ? lost : [...lost, "constants not tuned"];
}

export function claimNotes({ surrogate, tuned }: ClaimReport): string[] {
  return [...(surrogate ? ["surrogate data"] : []), ...(tuned ? [] : ["constants not tuned"])];
}

/** A surrogate says whose place it takes. */
export const dataTitle = ({ title, paper, surrogate }: DataSetRow): string => (surrogate ? `${title} (for ${paper})` : title);

export const titleOf = (all: readonly { readonly name: string; readonly title: string }[], name: string): string => all.find((one) => one.name === name)?.title ?? name;

/** `seeds 100 to 105`; one that lacks is no range. */
export function seedsInWords(seeds: readonly number[]): string {
  const [first, last] = [seeds[0], seeds.at(-1)];
  if (first === undefined || last === undefined) return "no seeds";
  if (first === last) return `seed ${first}`;
  return last - first === seeds.length - 1 ? `seeds ${first} to ${last}` : `seeds ${seeds.join(", ")}`;
}

export function runsOf({ cells }: Reproduction): number {
  // Cells of one command are two readings of the same runs.
  const all = cells.flatMap(({ id, command, runs, diverged }) => [...runs, ...diverged].map(({ seed }) => `${command ?? id} ${seed}`));
  return new Set(all).size;
}

/** `4 verified, 1 below`. */
export function summary({ cells }: Reproduction): string {
  const counts = VERDICTS.map((verdict) => [cells.filter((cell) => cell.verdict === verdict).length, VERDICT_WORDS[verdict]] as const);
  return counts.filter(([n]) => n > 0).map(([n, words]) => `${n} ${words}`).join(", ");
}

/** Whether it goes over several fractions of rehearsal, as a figure does. */
export const isFigure = ({ cells }: Reproduction): boolean => cells.some(({ fraction }) => fraction !== null);
