// The fields of a Spec that a person may set: their names, units and meaning, and how their values are written.

import type { NetworkKind, RuleKind, Spec } from "./generated/engram.js";
import { isEp, kindOf, perLayer, readingOf, stepsOf, suits, usualRule } from "./models.js";

/** A field of a Spec `P`. */
export interface FieldOf<P> {
  /** Where it is in the Spec. */
  readonly path: string;
  readonly label: string;
  readonly unit: string;
  readonly meaning: string;
  readonly kind: Kind;
  /** Whether it has a part in what the Spec does. */
  readonly matters?: (spec: P) => boolean;
  /** Whether a choice can be taken as the rest of the Spec is. */
  readonly allows?: (spec: P, choice: string) => boolean;
}

export type Field = FieldOf<Spec>;

/** How a value is written for people, and read again as the JSON that the core takes. */
export interface Kind {
  readonly write: (value: unknown) => string;
  readonly read: (text: string) => string;
  /** Value and name of each choice, where there are only some. */
  readonly choices?: readonly (readonly [string, string])[];
}

export interface GroupOf<P> {
  readonly title: string;
  readonly fields: readonly FieldOf<P>[];
}

export type Group = GroupOf<Spec>;

export const number: Kind = { write: (value) => String(value), read: (text) => text.trim() };

/** Numbers with commas between them. */
export const numbers: Kind = {
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

export const choice = (...choices: (readonly [string, string])[]): Kind => ({ ...number, choices });

/** By its strategy, or because a person puts the network to sleep. */
const sleeps = ({ strategy, actions }: Spec) =>
  strategy.kind === "src" || strategy.kind === "src_rehearsal" || (actions ?? []).some(({ act }) => act.kind === "sleep" || act.kind === "longer");

/** With a threshold for all hidden layers and one for the output. */
const sleepsByTwo = (spec: Spec) => sleeps(spec) && (spec.sleep.thresholds ?? []).length === 0;

const isMrnn = (spec: Spec) => kindOf(spec) === "mrnn";
const isFeedForward = (spec: Spec) => kindOf(spec) === "feed_forward";
const isCtrnn = (spec: Spec) => kindOf(spec) === "ctrnn";
const isAreas = (spec: Spec) => kindOf(spec) === "areas";

export const GROUPS: readonly Group[] = [
  {
    title: "Tasks and strategy",
    fields: [
      { path: "tasks.classes", label: "Tasks", unit: "class numbers", kind: partition, meaning: "Classes that are learnt together, counted from 0; a bar divides the tasks." },
      { path: "tasks.permutations", label: "Permuted copies", unit: "tasks", kind: number, matters: ({ tasks }) => tasks.classes.length === 1, meaning: "So many tasks, each all these classes with its pixels in places of its own; 0: the images as they are, once." },
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
        kind: choice(["mrnn", "both ways, until it settles (MRNN)"], ["rnn", "recurrent hidden layers (RNN)"], ["feed_forward", "from input to output, once (FF)"], ["ctrnn", "recurrent, reading row by row (CTRNN)"]),
        matters: (spec) => !isAreas(spec),
        meaning: "How units drive each other. Another kind brings a rule that suits it; Model, above, its other constants, too.",
      },
      { path: "network.hidden", label: "Hidden units", unit: "units a layer", kind: numbers, meaning: "One number for each hidden layer, from the input to the output." },
      { path: "network.dt", label: "Integration step dt", unit: "time constants", kind: number, matters: (spec) => isMrnn(spec) || isCtrnn(spec), meaning: "How far states move towards their target in a step." },
      { path: "network.gamma", label: "Feedback γ", unit: "", kind: number, matters: isMrnn, meaning: "Strength of what a layer hears from the one above." },
      { path: "network.beta", label: "Nudge β", unit: "", kind: number, meaning: "How strongly the label pulls the output in the clamped phase.", matters: isEp },
      { path: "network.free_steps", label: "Free phase", unit: "steps", kind: number, matters: (spec) => !isFeedForward(spec) && !isAreas(spec), meaning: "Steps in which the network settles on an input; of an RNN, those that it sees the input for; of a CTRNN, those that it reads an image in, a multiple of its rows." },
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
        kind: choice(["predictive", "predictive"], ["contrastive", "contrastive"], ["bptt", "backpropagation through time"], ["eprop", "e-prop"], ["backprop", "backpropagation"], ["owm", "orthogonal weights modification"]),
        allows: (spec, rule) => suits(rule as RuleKind, kindOf(spec)),
        matters: (spec) => !isAreas(spec),
        meaning: "How states change the weights: those of two phases; or, on the CPU alone and for comparison, a gradient that is propagated backwards. What suits the connections can be chosen.",
      },
      { path: "rule.rates", label: "Learning rates α", unit: "", kind: numbers, meaning: "One for each weight matrix, from the input to the output." },
      { path: "rule.momentum", label: "Momentum μ", unit: "part of a change", kind: number, matters: isFeedForward, meaning: "How much of a weight’s last change is made again." },
      { path: "rule.dropout", label: "Dropout", unit: "part of a layer", kind: number, matters: isFeedForward, meaning: "Hidden units drawn anew for each image and left out of its learning; all of them answer, scaled down to match." },
      {
        path: "rule.straight_through",
        label: "Gradient at the outputs",
        unit: "",
        kind: choice(["false", "0 where an output rests at 0 or 1"], ["true", "goes straight through"]),
        matters: (spec) => spec.rule.kind === "bptt" && !isCtrnn(spec),
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
      { path: "sleep.window", label: "Window", unit: "pixels a side, or none", kind: orNone, matters: (spec) => sleeps(spec) && !isCtrnn(spec), meaning: "Input spikes stay within a square that jumps in each step." },
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
    title: "Spiking areas",
    fields: [
      { path: "areas.shown", label: "An image is shown for", unit: "ms", kind: number, matters: isAreas, meaning: "How long the areas look at an image, learning or answering." },
      { path: "areas.dt", label: "Step dt of the areas", unit: "ms", kind: number, matters: isAreas, meaning: "What time advances by in a step." },
      { path: "areas.tau_m", label: "Time constant of voltages τ_m", unit: "ms", kind: number, matters: isAreas, meaning: "How slowly a voltage follows its current." },
      { path: "areas.tau_j", label: "Time constant of currents τ_j", unit: "ms", kind: number, matters: isAreas, meaning: "How slowly a current follows what drives it." },
      { path: "areas.tau_trace", label: "Time constant of traces τ_tr", unit: "ms", kind: number, matters: isAreas, meaning: "How long a unit remembers its own spikes." },
      { path: "areas.kappa", label: "Leak of currents κ", unit: "", kind: number, matters: isAreas, meaning: "A current rests at its drive divided by this." },
      { path: "areas.kappa_expected", label: "The same of what is expected", unit: "", kind: number, matters: isAreas, meaning: "Of the units that say what is expected of the image and of the labels; a larger one makes them quicker." },
      { path: "areas.gamma", label: "Leak of voltages γ", unit: "", kind: number, matters: isAreas, meaning: "A voltage rests at R times its current, divided by this." },
      { path: "areas.resistance", label: "Resistance R", unit: "", kind: number, matters: isAreas, meaning: "From current to voltage." },
      { path: "areas.threshold", label: "Threshold θ", unit: "", kind: number, matters: isAreas, meaning: "A unit spikes above this, and starts again from 0." },
      { path: "areas.refractory", label: "Refractory time", unit: "ms", kind: number, matters: isAreas, meaning: "How long a unit is silent after a spike." },
      { path: "areas.input_rate", label: "Spikes of a bright pixel", unit: "spikes/s at full brightness", kind: number, matters: isAreas, meaning: "How often a pixel spikes." },
      { path: "areas.hold", label: "Hold of what is expected", unit: "", kind: number, matters: isAreas, meaning: "How much of what an area expects is taken off what drives the one below; 1 as published." },
      { path: "areas.error_interval", label: "Errors between areas arrive every", unit: "ms; 0: in every step", kind: number, matters: (spec) => isAreas(spec) && spec.network.hidden.length > 1, meaning: "How often it is computed anew what an area's errors bring the one above it: most of the work of two areas or more." },
      { path: "areas.label_rate", label: "Label rate", unit: "spikes/s, or none", kind: orNone, matters: isAreas, meaning: "What the right label's unit should spike while it is taught; none: in every step." },
      {
        path: "areas.label_error",
        label: "Labels' error",
        unit: "",
        kind: choice(["spikes", "of spikes, as published"], ["traces", "of traces"]),
        matters: isAreas,
        meaning: "What is compared with what the label's unit should do.",
      },
      {
        path: "areas.feedback",
        label: "Labels' error in the first area",
        unit: "",
        kind: choice(["drives", "drives the units, as published"], ["teaches", "teaches the weights from the input"]),
        matters: isAreas,
        meaning: "What is done with the error that the connections from the labels' area carry back.",
      },
      { path: "areas.learns_after", label: "Learns after", unit: "ms of an image", kind: number, matters: isAreas, meaning: "Nothing changes while the areas come to life." },
      { path: "areas.error_rates", label: "Learning of what carries errors b", unit: "one a pair of areas, or none", kind: numbersOrNone, matters: isAreas, meaning: "Relative to what carries predictions; none: as fast." },
      { path: "areas.prediction_spread", label: "Initial weights of predictions", unit: "standard deviation", kind: number, matters: isAreas, meaning: "Normally distributed around 0." },
      { path: "areas.error_spread", label: "Initial weights of errors", unit: "standard deviation", kind: number, matters: isAreas, meaning: "The same for what carries errors." },
      { path: "areas.norm_limit", label: "Longest weight vector", unit: "", kind: number, matters: isAreas, meaning: "The weights that lead to a unit are scaled down to this, after every step in which something is learnt." },
      { path: "areas.decay", label: "Decay of learning", unit: "part of the rates", kind: number, matters: isAreas, meaning: "How much of the learning rates is gone at the end of a task." },
      { path: "areas.homeostasis", label: "Own thresholds follow", unit: "of a threshold, a spike", kind: number, matters: isAreas, meaning: "How far a unit's threshold rises with each spike while it learns; 0: it stays." },
      { path: "areas.target_rate", label: "Rate aimed at", unit: "spikes/s of a unit", kind: number, matters: (spec) => isAreas(spec) && (spec.areas?.homeostasis ?? 0) > 0, meaning: "What homeostasis steers towards." },
      { path: "areas.protection", label: "Protection of regular units", unit: "", kind: number, matters: isAreas, meaning: "The weights of units that spiked regularly in earlier tasks change less; 0: all change alike." },
      {
        path: "areas.protects",
        label: "Whom protection tells apart",
        unit: "",
        kind: choice(["regular", "regular units from others"], ["alike", "nobody: all that spiked alike"]),
        matters: (spec) => isAreas(spec) && (spec.areas?.protection ?? 0) > 0,
        meaning: "Alike is a control: as much protection in all, and none of it owed to regularity.",
      },
      { path: "areas.gate", label: "Units that a task opens", unit: "part of an area", kind: number, matters: isAreas, meaning: "Each task is learnt by a part of the units, shared with like tasks; an image goes to those of the task whose mean image is nearest. 0: all units, always." },
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
export function valueAt(spec: object, path: string): unknown {
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
      return [...onCpu(spec, text as RuleKind), ...cutAgain(spec, text as RuleKind, kindOf(spec))];
    default:
      return [];
  }
}

/** Another number of layers brings its number of rates and of thresholds, where there are any. */
function forLayers({ rule, sleep, areas }: Spec, layers: number): [string, string][] {
  const optional = { "sleep.thresholds": sleep.thresholds ?? [], "areas.error_rates": areas?.error_rates ?? [] };
  const lists = Object.entries({ "rule.rates": rule.rates, ...optional }).filter(([, list]) => list.length > 0);
  return lists.map(([path, list]) => [path, JSON.stringify(perLayer(list, layers))]);
}

/** Another kind of network learns by a rule of its own; only a feed-forward one with momentum and dropout. */
function forKind(spec: Spec, kind: NetworkKind): [string, string][] {
  const rule = suits(spec.rule.kind, kind) ? spec.rule.kind : usualRule(kind);
  const steps = stepsOf(spec, kind, rule, spec.network.clamped_steps);
  const changes: [string, string][] = [["rule.kind", rule], ...onCpu(spec, rule), ...cutAgain(spec, rule, kind), ...steps, ...readingOf(spec, kind)];
  return kind === "feed_forward" ? changes : [...changes, ["rule.momentum", "0"], ["rule.dropout", "0"]];
}

/** A rule that no GPU computes is not asked of one. */
const onCpu = ({ engine }: Spec, kind: RuleKind): [string, string][] => (engine === "gpu" && !isEp({ rule: { kind } }) && kind !== "local_errors" ? [["engine", "auto"]] : []);

/** Only backpropagation through time goes straight through the outputs. */
const cutAgain = ({ rule }: Spec, next: RuleKind, kind: NetworkKind): [string, string][] => (rule.straight_through && (next !== "bptt" || kind === "ctrnn") ? [["rule.straight_through", "false"]] : []);
