// The fields of a Spec that a person may set: their names, units and meaning, and how their values are written.

import type { NetworkKind, RuleKind, Spec } from "./generated/engram.js";
import { isEp, kindOf, perLayer, stepsOf, suits, usualRule } from "./models.js";

export interface Field {
  /** Where it is in the Spec. */
  readonly path: string;
  readonly label: string;
  readonly unit: string;
  readonly meaning: string;
  readonly kind: Kind;
  /** Whether it has a part in what the Spec does. */
  readonly matters?: (spec: Spec) => boolean;
  /** Whether a choice can be taken as the rest of the Spec is. */
  readonly allows?: (spec: Spec, choice: string) => boolean;
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

/** The same, where there may be none. */
const numbersOrNone: Kind = {
  write: (value) => numbers.write(value) || "none",
  read: (text) => numbers.read(/^none$/i.test(text.trim()) ? "" : text),
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

/** With a threshold for all hidden layers and one for the output. */
const sleepsByTwo = (spec: Spec) => sleeps(spec) && (spec.sleep.thresholds ?? []).length === 0;

const isMrnn = (spec: Spec) => kindOf(spec) === "mrnn";
const isFeedForward = (spec: Spec) => kindOf(spec) === "feed_forward";

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
        kind: choice(["sequential", "nothing"], ["src", "sleep"], ["rehearsal", "rehearsal"], ["src_rehearsal", "sleep and rehearsal"], ["parallel", "all tasks at once"], ["average", "plain average of the tasks' networks"]),
        meaning: "What is done so that new tasks do not wipe out old ones.",
      },
      { path: "strategy.fraction", label: "Rehearsed", unit: "part of a task", kind: number, meaning: "How much of each past task's images is mixed into the next one's.", matters: ({ strategy }) => "fraction" in strategy },
    ],
  },
  {
    title: "Network",
    fields: [
      {
        path: "network.kind",
        label: "Connections",
        unit: "",
        kind: choice(["mrnn", "both ways, until it settles (MRNN)"], ["rnn", "recurrent hidden layers (RNN)"], ["feed_forward", "from input to output, once (FF)"]),
        meaning: "How units drive each other. Another kind brings a rule that suits it; Model, above, its other constants, too.",
      },
      { path: "network.hidden", label: "Hidden units", unit: "units a layer", kind: numbers, meaning: "One number for each hidden layer, from the input to the output." },
      { path: "network.dt", label: "Integration step dt", unit: "time constants", kind: number, matters: isMrnn, meaning: "How far states move towards their target in a step." },
      { path: "network.gamma", label: "Feedback γ", unit: "", kind: number, matters: isMrnn, meaning: "Strength of what a layer hears from the one above." },
      { path: "network.beta", label: "Nudge β", unit: "", kind: number, meaning: "How strongly the label pulls the output in the clamped phase.", matters: isEp },
      { path: "network.free_steps", label: "Free phase", unit: "steps", kind: number, matters: (spec) => !isFeedForward(spec), meaning: "Steps in which the network settles on an input; of an RNN, those that it sees the input for." },
      { path: "network.clamped_steps", label: "Clamped phase", unit: "steps", kind: number, matters: isMrnn, meaning: "Steps with the nudge; all of them are run. With backpropagation through time, the last steps of the free phase, which it goes back through." },
      { path: "network.tolerance", label: "Tolerance", unit: "activity a step", kind: number, matters: isMrnn, meaning: "The free phase of a sample stops once nothing moves more than this; 0: never." },
    ],
  },
  {
    title: "Learning",
    fields: [
      {
        path: "rule.kind",
        label: "Rule",
        unit: "",
        kind: choice(["predictive", "predictive"], ["contrastive", "contrastive"], ["bptt", "backpropagation through time"], ["backprop", "backpropagation"], ["owm", "orthogonal weights modification"]),
        allows: (spec, rule) => suits(rule as RuleKind, kindOf(spec)),
        meaning: "How states change the weights: those of two phases, or, for comparison, a gradient that is propagated backwards, on the CPU alone. What suits the connections can be chosen.",
      },
      { path: "rule.rates", label: "Learning rates α", unit: "", kind: numbers, meaning: "One for each weight matrix, from the input to the output." },
      { path: "rule.momentum", label: "Momentum μ", unit: "part of a change", kind: number, matters: isFeedForward, meaning: "How much of a weight’s last change is made again." },
      { path: "rule.dropout", label: "Dropout", unit: "part of a layer", kind: number, matters: isFeedForward, meaning: "Hidden units drawn anew for each image and left out of its learning; all of them answer, scaled down to match." },
      {
        path: "rule.straight_through",
        label: "Gradient at the outputs",
        unit: "",
        kind: choice(["false", "0 where an output rests at 0 or 1"], ["true", "goes straight through"]),
        matters: ({ rule }) => rule.kind === "bptt",
        meaning: "An output that rests at 0 for all images of its class never learns again, unless the gradient goes through as if nothing were cut there.",
      },
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
      {
        path: "sleep.normalisation",
        label: "Normalisation",
        unit: "",
        kind: choice(["activity", "by activities"], ["weights_and_activity", "by weights and activities"]),
        matters: sleeps,
        meaning: "What gains are divided by: largest activities, or, layer upon layer, the larger of that and the largest weight.",
      },
      { path: "sleep.feedback", label: "Feedback", unit: "relative to the input", kind: number, matters: (spec) => sleeps(spec) && isMrnn(spec), meaning: "How strongly spikes of a layer drive the one below." },
      { path: "sleep.leak", label: "Leak λ", unit: "part left a step", kind: number, matters: sleeps, meaning: "What is left of a voltage after a step." },
      { path: "sleep.threshold_hidden", label: "Hidden threshold", unit: "", kind: number, matters: sleepsByTwo, meaning: "A hidden unit spikes above this; only gain over threshold counts." },
      { path: "sleep.threshold_output", label: "Output threshold", unit: "", kind: number, matters: sleepsByTwo, meaning: "The same for the outputs." },
      { path: "sleep.thresholds", label: "Thresholds", unit: "one a layer, or none", kind: numbersOrNone, matters: sleeps, meaning: "From the first hidden layer to the output, in place of one for all hidden layers and one for the output." },
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
      { path: "evaluation.energy", label: "Energy and settling", unit: "", kind: choice(["false", "not recorded"], ["true", "recorded after every phase"]), matters: isMrnn, meaning: "Follows 32 test images through the free phase." },
    ],
  },
];

/** The value at a dotted path, `undefined` where there is none. */
export function valueAt(spec: Spec, path: string): unknown {
  return path.split(".").reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], spec);
}

/** What the core is told when a field becomes `text`, with what cannot stay as it was. */
export function changesFor(spec: Spec, field: Field, text: string): [string, string][] {
  return [[field.path, field.kind.read(text)], ...followers(spec, field.path, text)];
}

function followers(spec: Spec, path: string, text: string): [string, string][] {
  switch (path) {
    // What a person did was done to the phases of the former tasks or strategy.
    case "tasks.classes":
    case "strategy.kind":
      return [["actions", "[]"]];
    case "network.hidden":
      return forLayers(spec, text.split(/[\s,]+/).filter(Boolean).length + 1);
    case "network.kind":
      return forKind(spec, text as NetworkKind);
    case "rule.kind":
      return [...onCpu(spec, text as RuleKind), ...cutAgain(spec, text as RuleKind)];
    default:
      return [];
  }
}

/** Another number of layers brings its number of rates and of thresholds. */
function forLayers({ rule, sleep }: Spec, layers: number): [string, string][] {
  const thresholds = sleep.thresholds ?? [];
  const rates: [string, string] = ["rule.rates", JSON.stringify(perLayer(rule.rates, layers))];
  return thresholds.length === 0 ? [rates] : [rates, ["sleep.thresholds", JSON.stringify(perLayer(thresholds, layers))]];
}

/** Another kind of network learns by a rule of its own; only a feed-forward one with momentum and dropout. */
function forKind(spec: Spec, kind: NetworkKind): [string, string][] {
  const rule = suits(spec.rule.kind, kind) ? spec.rule.kind : usualRule(kind);
  const steps = stepsOf(spec, kind, rule, spec.network.clamped_steps);
  const changes: [string, string][] = [["rule.kind", rule], ...onCpu(spec, rule), ...cutAgain(spec, rule), ...steps];
  return kind === "feed_forward" ? changes : [...changes, ["rule.momentum", "0"], ["rule.dropout", "0"]];
}

/** A rule that no GPU computes is not asked of one. */
const onCpu = ({ engine }: Spec, kind: RuleKind): [string, string][] => (engine === "gpu" && !isEp({ rule: { kind } }) ? [["engine", "auto"]] : []);

/** Only backpropagation through time goes straight through the outputs. */
const cutAgain = ({ rule }: Spec, kind: RuleKind): [string, string][] => (rule.straight_through && kind !== "bptt" ? [["rule.straight_through", "false"]] : []);
