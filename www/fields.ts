// The fields of a Spec that a person may set: their names, units and meaning, and how their values are written.

import type { Spec } from "./generated/engram.js";

export interface Field {
  /** Where it is in the Spec. */
  readonly path: string;
  readonly label: string;
  readonly unit: string;
  readonly meaning: string;
  readonly kind: Kind;
  /** Whether it has a part in what the Spec does. */
  readonly matters?: (spec: Spec) => boolean;
}

/** How a value is written for people, and read again as the JSON that the core takes. */
export interface Kind {
  readonly write: (value: unknown) => string;
  readonly read: (text: string) => string;
  /** Value and name of each choice, where there are only some. */
  readonly choices?: readonly (readonly [string, string])[];
}

export interface Group {
  readonly title: string;
  readonly fields: readonly Field[];
}

const number: Kind = { write: (value) => String(value), read: (text) => text.trim() };

/** Numbers with commas between them. */
const numbers: Kind = {
  write: (value) => (value as number[]).join(", "),
  read: (text) => `[${text.split(/[\s,]+/).filter(Boolean).join(",")}]`,
};

const orNone: Kind = {
  write: (value) => (value == null ? "none" : String(value)),
  read: (text) => (/^(none)?$/i.test(text.trim()) ? "null" : text.trim()),
};

/** `0 1 | 2 3`. */
const partition: Kind = {
  write: (value) => (value as number[][]).map((classes) => classes.join(" ")).join(" | "),
  read: (text) => `[${text.split("|").map(numbers.read).join(",")}]`,
};

/** `listed`, `shuffled`, or positions counted from 1: `3 1 2`. */
const order: Kind = {
  write: (value) => (typeof value === "string" ? value : (value as { given: number[] }).given.map((i) => i + 1).join(" ")),
  read: (text) => {
    const listed = text.trim().split(/[\s,]+/).map((part) => Number(part) - 1);
    return listed.every(Number.isInteger) ? JSON.stringify({ given: listed }) : text.trim();
  },
};

const choice = (...choices: (readonly [string, string])[]): Kind => ({ ...number, choices });

/** By its strategy, or because a person puts the network to sleep. */
const sleeps = ({ strategy, actions }: Spec) =>
  strategy.kind === "src" || strategy.kind === "src_rehearsal" || (actions ?? []).some(({ act }) => act.kind === "sleep" || act.kind === "longer");

export const GROUPS: readonly Group[] = [
  {
    title: "Tasks and strategy",
    fields: [
      { path: "tasks.classes", label: "Tasks", unit: "class numbers", kind: partition, meaning: "Classes that are learnt together, counted from 0; a bar divides the tasks." },
      { path: "tasks.order", label: "Order, written out", unit: "positions", kind: order, meaning: "listed, shuffled (by the seed), or written out, as in 3 1 2 5 4." },
      {
        path: "strategy.kind",
        label: "Against forgetting",
        unit: "",
        kind: choice(["sequential", "nothing"], ["src", "sleep"], ["rehearsal", "rehearsal"], ["src_rehearsal", "sleep and rehearsal"], ["parallel", "all tasks at once"]),
        meaning: "What is done so that new tasks do not wipe out old ones.",
      },
      { path: "strategy.fraction", label: "Rehearsed", unit: "part of a task", kind: number, meaning: "How much of each past task's images is mixed into the next one's.", matters: ({ strategy }) => "fraction" in strategy },
    ],
  },
  {
    title: "Network",
    fields: [
      { path: "network.hidden", label: "Hidden units", unit: "units a layer", kind: numbers, meaning: "One number for each hidden layer, from the input to the output." },
      { path: "network.dt", label: "Integration step dt", unit: "time constants", kind: number, meaning: "How far states move towards their target in a step." },
      { path: "network.gamma", label: "Feedback γ", unit: "", kind: number, meaning: "Strength of what a layer hears from the one above." },
      { path: "network.beta", label: "Nudge β", unit: "", kind: number, meaning: "How strongly the label pulls the output in the clamped phase.", matters: ({ rule }) => rule.kind !== "bptt" },
      { path: "network.free_steps", label: "Free phase", unit: "steps", kind: number, meaning: "Steps in which the network settles on an input." },
      { path: "network.clamped_steps", label: "Clamped phase", unit: "steps", kind: number, meaning: "Steps with the nudge; all of them are run. With backpropagation through time, the last steps of the free phase, which it goes back through." },
      { path: "network.tolerance", label: "Tolerance", unit: "activity a step", kind: number, meaning: "The free phase of a sample stops once nothing moves more than this; 0: never." },
    ],
  },
  {
    title: "Learning",
    fields: [
      {
        path: "rule.kind",
        label: "Rule",
        unit: "",
        kind: choice(["predictive", "predictive"], ["contrastive", "contrastive"], ["bptt", "backpropagation through time"]),
        meaning: "How states change the weights: those of two phases, or, for comparison, a gradient that is propagated backwards, on the CPU alone.",
      },
      { path: "rule.rates", label: "Learning rates α", unit: "", kind: numbers, meaning: "One for each weight matrix, from the input to the output." },
      { path: "training.epochs", label: "Epochs", unit: "passes a task", kind: number, meaning: "How often a task's images are gone through." },
      { path: "training.batch", label: "Minibatch", unit: "images", kind: number, meaning: "Images whose changes are averaged into one." },
    ],
  },
  {
    title: "Sleep",
    fields: [
      { path: "sleep.steps", label: "Length T", unit: "steps", kind: number, matters: sleeps, meaning: "Steps of the first sleep." },
      { path: "sleep.growth", label: "Growth", unit: "steps a task", kind: number, matters: sleeps, meaning: "By how much each sleep is longer than the one before." },
      { path: "sleep.rate", label: "Input rate", unit: "spikes a step at full brightness", kind: number, matters: sleeps, meaning: "How often a pixel spikes, times its mean brightness over all that was seen." },
      { path: "sleep.window", label: "Window", unit: "pixels a side, or none", kind: orNone, matters: sleeps, meaning: "Input spikes stay within a square that jumps in each step." },
      { path: "sleep.gain_hidden", label: "Hidden gain", unit: "", kind: number, matters: sleeps, meaning: "How strongly spikes drive the hidden units; decides how many spike." },
      { path: "sleep.gain_output", label: "Output gain", unit: "", kind: number, matters: sleeps, meaning: "The same for the outputs." },
      { path: "sleep.feedback", label: "Feedback", unit: "relative to the input", kind: number, matters: sleeps, meaning: "How strongly spikes of a layer drive the one below." },
      { path: "sleep.leak", label: "Leak λ", unit: "part left a step", kind: number, matters: sleeps, meaning: "What is left of a voltage after a step." },
      { path: "sleep.threshold_hidden", label: "Hidden threshold", unit: "", kind: number, matters: sleeps, meaning: "A hidden unit spikes above this; only gain over threshold counts." },
      { path: "sleep.threshold_output", label: "Output threshold", unit: "", kind: number, matters: sleeps, meaning: "The same for the outputs." },
      { path: "sleep.stdp", label: "Rule of spikes", unit: "", kind: choice(["soft", "soft: by the weight's size"], ["additive", "additive: the same for all"]), matters: sleeps, meaning: "How a weight's own size enters its change." },
      {
        path: "sleep.changes",
        label: "Changes",
        unit: "",
        kind: choice(["all", "potentiation and depression"], ["depression", "depression alone"], ["pruning", "towards zero alone"]),
        matters: sleeps,
        meaning: "What sleep may do to a weight.",
      },
      {
        path: "sleep.input",
        label: "Noise",
        unit: "",
        kind: choice(["mean", "shaped by the mean image"], ["shuffled", "its pixels shuffled"], ["uniform", "the same for all pixels"]),
        matters: sleeps,
        meaning: "Where input spikes arise; there are as many in all.",
      },
      { path: "sleep.inc", label: "Increase", unit: "weight", kind: number, matters: sleeps, meaning: "When a spike follows a spike." },
      { path: "sleep.dec_ratio", label: "Decrease", unit: "relative to the increase", kind: number, matters: sleeps, meaning: "When a spike follows none." },
      { path: "sleep.output_scale", label: "At the output", unit: "times as much", kind: number, matters: sleeps, meaning: "Factor on both for the output's weights." },
      { path: "sleep.homeostasis", label: "Homeostasis", unit: "of a threshold", kind: number, matters: sleeps, meaning: "How far hidden thresholds move, at most, every 500 steps, so that the layer spikes as often as it should; 0: they stay." },
      {
        path: "sleep.target_rate",
        label: "Spikes aimed at",
        unit: "a step, of a hidden layer",
        kind: number,
        matters: (spec) => sleeps(spec) && (spec.sleep.homeostasis ?? 0) > 0,
        meaning: "What homeostasis steers towards.",
      },
    ],
  },
  {
    title: "Measuring",
    fields: [
      { path: "evaluation.split", label: "Measured on", unit: "", kind: choice(["test", "test images"], ["held_back", "held-back training images"]), meaning: "Held back: the last tenth of the training images, never learnt from; for tuning." },
      { path: "evaluation.energy", label: "Energy and settling", unit: "", kind: choice(["false", "not recorded"], ["true", "recorded after every phase"]), meaning: "Follows 32 test images through the free phase." },
    ],
  },
];

/** The value at a dotted path, `undefined` where there is none. */
export function valueAt(spec: Spec, path: string): unknown {
  return path.split(".").reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], spec);
}

/** What the core is told when a field becomes `text`: another number of layers brings its number of rates, other phases have
 *  none of the former actions. */
export function changesFor(spec: Spec, field: Field, text: string): [string, string][] {
  const change: [string, string] = [field.path, field.kind.read(text)];
  // What a person did was done to the phases of the former tasks or strategy.
  if (field.path === "tasks.classes" || field.path === "strategy.kind") return [change, ["actions", "[]"]];
  if (field.path !== "network.hidden") return [change];
  const layers = text.split(/[\s,]+/).filter(Boolean).length;
  const { rates } = spec.rule;
  const hidden = Array.from({ length: layers }, (_, i) => rates[Math.min(i, rates.length - 2)]);
  return [change, ["rule.rates", JSON.stringify([...hidden, rates.at(-1)])]];
}
