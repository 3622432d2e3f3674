// The numbers of the Connect lab's figures.

import type { StudyLine, Timing } from "../generated/engram.js";
import type { Cell, Column, Table } from "../table.js";
import { pointsOf, spectrumOf, STAGES, type Stage } from "./curves.js";
import { RULES, TASKS } from "./names.js";
import type { Moves, Seen } from "./state.js";
import { isAsleep, type Study } from "./study.js";

const ARM: readonly Column[] = [
  { key: "gain", label: "Gain" },
  { key: "rule", label: "Rule" },
  { key: "flossed", label: "Flossed" },
];

const armOf = ({ gain, rule, flossed }: Pick<StudyLine, "gain" | "rule" | "flossed">): Cell[] => [gain, RULES[rule].title, flossed ? "yes" : "no"];

/** An exponent's unit. */
export const PER_STEP = "1/step";

/** A row a gain, rule and treatment: what is left of a study in the end. */
export function outcomeTable(study: Study): Table {
  const sleeps = isAsleep(study.spec);
  const spreads = (key: string, label: string, unit: string): Column[] => [
    { key, label, unit },
    { key: `${key}_sd`, label: `${label}, s.d.`, unit },
  ];
  return {
    name: "outcome",
    title: "What each gain, rule and treatment came to",
    columns: [
      ...ARM,
      { key: "rate", label: "Learning rate" },
      ...spreads("learning", "Mean loss from iteration 200 on", ""),
      ...spreads("end", "Loss at the end", ""),
      ...spreads("test_loss", "Test loss", ""),
      ...spreads("test_accuracy", "Test accuracy", "fraction right"),
      ...spreads("exponent_untrained", "Largest exponent at birth", PER_STEP),
      ...spreads("exponent_before", "Largest exponent before training", PER_STEP),
      ...spreads("exponent_after", "Largest exponent after training", PER_STEP),
      ...(sleeps ? [...spreads("slept_loss", "Test loss after sleep", ""), ...spreads("slept_accuracy", "Test accuracy after sleep", "fraction right"), ...spreads("exponent_slept", "Largest exponent after sleep", PER_STEP)] : []),
      { key: "n", label: "Seeds" },
      { key: "solved", label: "Solved the task, where others did not", unit: "seeds" },
      { key: "diverged", label: "Diverged", unit: "seeds" },
    ],
    rows: study.lines.map((line) => {
      const pair = (of: { readonly mean: number; readonly sd?: number | null | undefined } | null | undefined): Cell[] => [of?.mean ?? null, of?.sd ?? null];
      const n = line.test_loss?.n ?? line.loss.at(-1)?.n ?? 0;
      const { slept } = line;
      const asleep = sleeps ? [slept?.test_loss, slept?.test_accuracy, slept?.exponent].flatMap(pair) : [];
      return [...armOf(line), line.rate, ...pair(line.learning), ...pair(line.end), ...pair(line.test_loss), ...pair(line.test_accuracy), ...pair(spectrumOf(study, line, "untrained")[0]), ...pair(line.before), ...pair(line.after), ...asleep, n, line.split?.solved ?? null, line.diverged];
    }),
  };
}

/** A row a claim of the paper that the study answers. */
export function claimsTable({ claims }: Study): Table {
  return {
    name: "claims",
    title: "What of the paper the study bears out",
    columns: [
      { key: "claim", label: "Claim" },
      { key: "answer", label: "Answer" },
      { key: "difference", label: "Difference" },
      { key: "low", label: "95 % interval, from" },
      { key: "high", label: "To" },
      { key: "unit", label: "Unit" },
      { key: "n", label: "Seeds" },
      { key: "note", label: "Note" },
    ],
    rows: claims.map(({ text, answer, difference: { mean, interval, n }, unit, note }): Cell[] => [text, answer, mean, interval[0], interval[1], unit, n, note || null]),
  };
}

/** A row a point of every curve. */
export function curvesTable({ lines, spec }: Study): Table {
  const rows = lines.flatMap((line) => {
    const loss = pointsOf(line, spec, "loss");
    return loss.map(({ at }, w): Cell[] => {
      const [l, a] = [line.loss[w]!, line.accuracy[w]!];
      return [...armOf(line), at, l.mean, l.sd ?? null, a.mean, a.sd ?? null, l.n];
    });
  });
  return {
    name: "learning-curves",
    title: "Learning curves: the mean of each window, over seeds",
    columns: [
      ...ARM,
      { key: "iterations", label: "Training iterations" },
      { key: "loss", label: "Loss" },
      { key: "loss_sd", label: "Loss, s.d." },
      { key: "accuracy", label: "Accuracy", unit: "fraction right" },
      { key: "accuracy_sd", label: "Accuracy, s.d.", unit: "fraction right" },
      { key: "n", label: "Seeds" },
    ],
    rows,
  };
}

/** A row an exponent that was measured, by when; the largest alone where `largest`. */
export function exponentsTable(study: Study, largest: boolean): Table {
  const stages = Object.keys(STAGES) as Stage[];
  const rows = study.lines.flatMap((line) =>
    stages.flatMap((stage) =>
      spectrumOf(study, line, stage)
        .slice(0, largest ? 1 : undefined)
        .map(({ mean, sd, n }, i): Cell[] => [...armOf(line), STAGES[stage], i + 1, mean, sd, n]),
    ),
  );
  return {
    name: largest ? "largest-exponents" : "spectrum",
    title: largest ? "Largest Lyapunov exponent" : "Lyapunov spectrum",
    columns: [...ARM, { key: "when", label: "When" }, { key: "index", label: "Exponent" }, { key: "exponent", label: "Mean", unit: PER_STEP }, { key: "sd", label: "s.d.", unit: PER_STEP }, { key: "n", label: "Seeds" }],
    rows,
  };
}

export function flossingTable({ flossing }: Study): Table {
  const count = Math.max(0, ...flossing.flatMap(({ exponents }) => exponents.map(({ length }) => length)));
  return {
    name: "flossing",
    title: "Exponents that each iteration of flossing began with",
    columns: [{ key: "gain", label: "Gain" }, { key: "seed", label: "Seed" }, { key: "iteration", label: "Iteration" }, ...Array.from({ length: count }, (_, i) => ({ key: `exponent_${i + 1}`, label: `Exponent ${i + 1}`, unit: PER_STEP }))],
    rows: flossing.flatMap(({ gain, seed, exponents }) => exponents.map((row, t): Cell[] => [gain, seed, t, ...row])),
  };
}

/** The value of line `i` of `of` in each step of a trial. */
export const lineOf = (values: readonly number[], of: number, i: number): number[] => values.filter((_, at) => at % of === i);

export function trialTable({ spec, trial, shown }: Seen, { dt, unit, inputs, outputs }: Timing): Table {
  const names = TASKS[spec.task];
  const epoch = (t: number) => trial.epochs.find(({ steps: [from, to] }) => t >= from && t < to)?.name ?? null;
  return {
    name: "trial",
    title: "A test trial, step by step",
    columns: [
      { key: "time", label: "Time", unit },
      { key: "part", label: "Part" },
      { key: "counts", label: "Counts for the loss" },
      ...names.inputs.map((name, i) => ({ key: `input_${i + 1}`, label: `Input: ${name}` })),
      ...names.outputs.map((name, i) => ({ key: `target_${i + 1}`, label: `Target: ${name}` })),
      ...(shown ? names.outputs.map((name, i) => ({ key: `answer_${i + 1}`, label: `Answer: ${name}` })) : []),
    ],
    rows: trial.mask.map((mask, t): Cell[] => [t * dt, epoch(t), mask, ...trial.input.slice(t * inputs, (t + 1) * inputs), ...trial.target.slice(t * outputs, (t + 1) * outputs), ...(shown?.answer.slice(t * outputs, (t + 1) * outputs) ?? [])]),
  };
}

export function waysTable({ spec, trajectories }: Moves): Table {
  const { outputs } = TASKS[spec.task];
  return {
    name: "trajectories",
    title: "Trajectories in the plane of the two leading principal components",
    columns: [{ key: "trial", label: "Test trial" }, { key: "right", label: "Right answer" }, { key: "step", label: "Step" }, { key: "first", label: "First component" }, { key: "second", label: "Second component" }],
    rows: trajectories.ways.flatMap(({ places, right }, trial) => places.map(([x, y], step): Cell[] => [trial, outputs[right] ?? right, step, x, y])),
  };
}
