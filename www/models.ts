// The models of Kubo et al. (2025), Tables 2 and 3, and spiking areas: a network and a rule each, and what of a Spec follows from
// choosing one.

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

/** Those that learn by equilibrium propagation first; the others with the paper's own constants. */
export const MODELS: readonly Model[] = [
  { name: "mrnn-ep", title: "MRNN-EP, predictive", network: "mrnn", rule: "predictive", learning: null },
  { name: "mrnn-ep-contrastive", title: "MRNN-EP, contrastive", network: "mrnn", rule: "contrastive", learning: null },
  { name: "mrnn-bptt", title: "MRNN-BPTT", network: "mrnn", rule: "bptt", learning: { rate: 0.01, momentum: 0, dropout: 0 } },
  { name: "rnn-bptt", title: "RNN-BPTT", network: "rnn", rule: "bptt", learning: { rate: 0.01, momentum: 0, dropout: 0 } },
  { name: "ff-bp", title: "FF-BP", network: "feed_forward", rule: "backprop", learning: { rate: 0.1, momentum: 0.5, dropout: 0.25 } },
  { name: "ff-owm", title: "FF-OWM", network: "feed_forward", rule: "owm", learning: { rate: 0.2, momentum: 0.9, dropout: 0 } },
  { name: "areas", title: "Spiking areas", network: "areas", rule: "local_errors", learning: { rate: 0.055, momentum: 0, dropout: 0 } },
];

/** Steps that an RNN sees an image for. */
const RNN_STEPS = 5;

type Whole = Pick<Spec, "network" | "rule" | "engine">;

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

/** The steps that another kind of network takes: an RNN's are no free phase, and the other way round; backpropagation through time
 *  needs as many as it goes back through. `usual`: those of a free phase. */
export function stepsOf({ network }: Pick<Spec, "network">, kind: NetworkKind, rule: RuleKind, usual: number): [string, string][] {
  const { free_steps, clamped_steps } = network;
  const wasRnn = kindOf({ network }) === "rnn";
  const isTooShort = kind === "mrnn" && rule === "bptt" && free_steps < clamped_steps;
  if (kind === "rnn") return wasRnn ? [] : [["network.free_steps", String(RNN_STEPS)]];
  return wasRnn || isTooShort ? [["network.free_steps", String(Math.max(usual, clamped_steps))]] : [];
}

/** The fields that make another model of a Spec. What only an MRNN learns with comes from `base`, which is one that learns by
 *  equilibrium propagation. */
export function modelChanges(spec: Whole, { network, rule, learning }: Model, base: Pick<Spec, "network" | "rule">): [string, string][] {
  const layers = spec.network.hidden.length + 1;
  // Both rules of equilibrium propagation learn at the same rates.
  const rates = learning ? Array<number>(layers).fill(learning.rate) : isEp(spec) ? spec.rule.rates : perLayer(base.rule.rates, layers);
  const changes: [string, string][] = [
    ["network.kind", network],
    ["rule.kind", rule],
    ["rule.rates", JSON.stringify(rates)],
    ["rule.momentum", String(learning?.momentum ?? 0)],
    ["rule.dropout", String(learning?.dropout ?? 0)],
    ["rule.straight_through", String(rule === "bptt" && spec.rule.straight_through === true)],
  ];
  changes.push(...stepsOf(spec, network, rule, base.network.free_steps));
  if (learning && spec.engine === "gpu") changes.push(["engine", "auto"]);
  return changes;
}
