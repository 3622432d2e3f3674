// The models of Kubo et al. (2025), Tables 2 and 3, the Connect lab's network, and spiking areas: a network and a rule each, and what
// of a Spec follows from choosing one.

import type { NetworkKind, RuleKind, Spec } from "./generated/engram.js";

export interface Model {
  readonly name: string;
  readonly title: string;
  readonly network: NetworkKind;
  readonly rule: RuleKind;
  /** What the model learns with; `null`: the rates of a preset. */
  readonly learning: Learning | null;
}

interface Learning {
  /** Of every weight matrix. */
  readonly rate: number;
  readonly momentum: number;
  readonly dropout: number;
}

/** Those that learn by equilibrium propagation first; the others of the paper with its own constants. */
export const MODELS: readonly Model[] = [
  { name: "mrnn-ep", title: "MRNN-EP, predictive", network: "mrnn", rule: "predictive", learning: null },
  { name: "mrnn-ep-contrastive", title: "MRNN-EP, contrastive", network: "mrnn", rule: "contrastive", learning: null },
  { name: "mrnn-bptt", title: "MRNN-BPTT", network: "mrnn", rule: "bptt", learning: { rate: 0.01, momentum: 0, dropout: 0 } },
  { name: "rnn-bptt", title: "RNN-BPTT", network: "rnn", rule: "bptt", learning: { rate: 0.01, momentum: 0, dropout: 0 } },
  { name: "ff-bp", title: "FF-BP", network: "feed_forward", rule: "backprop", learning: { rate: 0.1, momentum: 0.5, dropout: 0.25 } },
  { name: "ff-owm", title: "FF-OWM", network: "feed_forward", rule: "owm", learning: { rate: 0.2, momentum: 0.9, dropout: 0 } },
  { name: "ctrnn-bptt", title: "CTRNN-BPTT, row by row", network: "ctrnn", rule: "bptt", learning: { rate: 0.1, momentum: 0, dropout: 0 } },
  { name: "ctrnn-eprop", title: "CTRNN-e-prop, row by row", network: "ctrnn", rule: "eprop", learning: { rate: 0.1, momentum: 0, dropout: 0 } },
  { name: "areas", title: "Spiking areas", network: "areas", rule: "local_errors", learning: { rate: 0.055, momentum: 0, dropout: 0 } },
];

/** Steps of networks that have no free phase: those that an RNN sees an image for, and those that a CTRNN reads the 28 rows of one in. */
const STEPS: Partial<Record<NetworkKind, number>> = { rnn: 5, ctrnn: 28 };

/** A CTRNN's, with which it remembers the rows of an image by e-prop, too. */
const READING_DT = 0.3;

type Whole = Pick<Spec, "network" | "rule" | "engine" | "sleep">;

/** Specs from before there were others say nothing. */
export const kindOf = ({ network }: Pick<Spec, "network">): NetworkKind => network.kind ?? "mrnn";

/** The model that a Spec is of: a network and a rule that suit each other are one. */
export const modelOf = (spec: Pick<Spec, "network" | "rule">): Model =>
  MODELS.find(({ network, rule }) => network === kindOf(spec) && rule === spec.rule.kind)!;

/** Whether a network of this kind learns by the rule. */
export const suits = (rule: RuleKind, kind: NetworkKind): boolean => MODELS.some((model) => model.network === kind && model.rule === rule);

/** The rule that a kind of network learns by unless another is asked for. */
export const usualRule = (kind: NetworkKind): RuleKind => MODELS.find(({ network }) => network === kind)!.rule;

/** Whether a GPU computes it, too. */
export const isOnGpu = (spec: Pick<Spec, "rule" | "network">): boolean => isEp(spec) || kindOf(spec) === "areas";

/** Whether it learns by equilibrium propagation. */
export const isEp = ({ rule }: { readonly rule: Pick<Spec["rule"], "kind"> }): boolean => rule.kind === "predictive" || rule.kind === "contrastive";

/** As many numbers as there are layers: hidden layers beyond those that were there take the last one's. */
export function perLayer(numbers: readonly number[], layers: number): number[] {
  const last = Math.max(0, numbers.length - 2);
  return [...Array.from({ length: layers - 1 }, (_, i) => numbers[Math.min(i, last)]!), numbers.at(-1)!];
}

/** What a network that reads row by row cannot have: more than one hidden layer, and a sleep's window. */
export function readingOf({ network, rule, sleep }: Pick<Spec, "network" | "rule" | "sleep">, kind: NetworkKind): [string, string][] {
  if (kind !== "ctrnn") return [];
  const thresholds = sleep.thresholds ?? [];
  return [
    ["sleep.window", "null"],
    ...(network.hidden.length > 1 ? layersOf(network.hidden[0]!, perLayer(rule.rates, 2), thresholds.length > 0 ? perLayer(thresholds, 2) : []) : []),
  ];
}

const layersOf = (hidden: number, rates: readonly number[], thresholds: readonly number[]): [string, string][] => [
  ["network.hidden", JSON.stringify([hidden])],
  ["rule.rates", JSON.stringify(rates)],
  ["sleep.thresholds", JSON.stringify(thresholds)],
];

/** The steps that another kind of network takes: an RNN's and a CTRNN's are no free phase, and the other way round; backpropagation
 *  through time needs as many as it goes back through. `usual`: those of a free phase. */
export function stepsOf({ network }: Pick<Spec, "network">, kind: NetworkKind, rule: RuleKind, usual: number): [string, string][] {
  const { free_steps, clamped_steps } = network;
  const was = kindOf({ network });
  const isTooShort = kind === "mrnn" && rule === "bptt" && free_steps < clamped_steps;
  if (kind in STEPS) return kind === was ? [] : [["network.free_steps", String(STEPS[kind])]];
  return was in STEPS || isTooShort ? [["network.free_steps", String(Math.max(usual, clamped_steps))]] : [];
}

/** The fields that make another model of a Spec. What only an MRNN learns with comes from `base`, which is one that learns by
 *  equilibrium propagation. */
export function modelChanges(spec: Whole, { network, rule, learning }: Model, base: Pick<Spec, "network" | "rule" | "sleep">): [string, string][] {
  const layers = network === "ctrnn" ? 2 : spec.network.hidden.length + 1;
  // Both rules of equilibrium propagation learn at the same rates.
  const rates = learning ? Array<number>(layers).fill(learning.rate) : isEp(spec) ? spec.rule.rates : perLayer(base.rule.rates, layers);
  const changes: [string, string][] = [
    ["network.kind", network],
    ["rule.kind", rule],
    ...readingOf(spec, network),
    ["rule.rates", JSON.stringify(rates)],
    ["rule.momentum", String(learning?.momentum ?? 0)],
    ["rule.dropout", String(learning?.dropout ?? 0)],
    ["rule.straight_through", String(rule === "bptt" && network !== "ctrnn" && spec.rule.straight_through === true)],
  ];
  changes.push(...stepsOf(spec, network, rule, base.network.free_steps));
  const wasReading = kindOf(spec) === "ctrnn";
  if (network === "ctrnn" && !wasReading) changes.push(["network.dt", String(READING_DT)]);
  if (network !== "ctrnn" && wasReading) changes.push(["network.dt", String(base.network.dt)], ["sleep.window", JSON.stringify(base.sleep.window ?? null)]);
  if (learning && spec.engine === "gpu") changes.push(["engine", "auto"]);
  return changes;
}
