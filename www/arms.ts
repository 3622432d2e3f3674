// The arms of a comparison, made from what the controls say now.

import type { Added, Arm, Chosen, StrategyKind } from "./compare.js";
import { isQuick } from "./data.js";
import type { Preset, Spec } from "./generated/engram.js";
import { spec_set, spec_to_hash } from "./generated/page.js";
import { parts, unacted } from "./link.js";
import { modelOf, MODELS } from "./models.js";
import { count } from "./words.js";
import type { State } from "./state.js";

export const NAMES: Record<StrategyKind, string> = {
  sequential: "nothing",
  src: "sleep",
  rehearsal: "rehearsal",
  src_rehearsal: "sleep and rehearsal",
  parallel: "all tasks at once",
  average: "plain average",
};

/** Strategies that can be ticked; the bounds are always run. */
export const METHODS = ["src", "rehearsal", "src_rehearsal", "average"] as const satisfies readonly StrategyKind[];

/** Names of added arms. */
export const LETTERS = ["A", "B", "C", "D", "E"] as const;

/** `sleep A`; `RNN-BPTT, sleep A` where another model than the usual one is meant. */
export function labelOf({ id, spec }: Added): string {
  const model = modelOf(spec);
  return `${model === MODELS[0] ? "" : `${model.title}, `}${NAMES[spec.strategy.kind]} ${id}`;
}

/** A number for an arm's colour and symbol: the same whatever it is compared with. */
export const lookOf = ({ id }: Arm): number => [...METHODS, ...LETTERS].findIndex((name) => name === id);

/** The bounds, and between them the strategies that are ticked and the settings that were added. */
export function armsOf({ strategies, added }: Chosen, { spec, presets }: Pick<State, "spec" | "presets">): Arm[] {
  const arm = (kind: StrategyKind, bound: Arm["bound"]): Arm => ({ id: kind, label: NAMES[kind], spec: withStrategy(spec, kind, presets), bound });
  return [
    arm("sequential", "lower"),
    ...METHODS.filter((kind) => strategies.includes(kind)).map((kind) => arm(kind, null)),
    ...added.map((one): Arm => ({ id: one.id, label: labelOf(one), spec: one.spec, bound: null })),
    arm("parallel", "upper"),
  ];
}

/** The Spec with another strategy. Learning all tasks at once takes other learning rates: those of its preset, where one fits. */
function withStrategy(spec: Spec, kind: StrategyKind, presets: readonly Preset[]): Spec {
  const fields: [string, string][] = [["strategy.kind", kind]];
  const rates = (kind === "parallel") === (spec.strategy.kind === "parallel") ? null : presetRates(spec, kind, presets);
  if (rates) fields.push(["rule.rates", JSON.stringify(rates)]);
  return spec_set(unacted(spec), fields);
}

function presetRates(asked: Spec, kind: StrategyKind, presets: readonly Preset[]): number[] | undefined {
  const { data, rule } = asked;
  const fits = ({ spec }: Preset) =>
    spec.strategy.kind === kind &&
    spec.data.name === data.name &&
    isQuick(spec.data) === isQuick(data) &&
    modelOf(spec) === modelOf(asked) &&
    spec.rule.rates.length === rule.rates.length;
  return presets.find(fits)?.spec.rule.rates;
}

/** A Spec in words: the preset it is nearest to, and what differs. The seeds are the comparison's. */
export function described(spec: Spec): string {
  const { preset, changes } = parts(spec_to_hash(spec));
  const others = changes.filter(([path]) => path !== "seed" && path !== "actions").map(([path, value]) => `${path} = ${value}`);
  const deeds = spec.actions?.length ?? 0;
  if (deeds > 0) others.push(`with ${deeds === 1 ? "one thing" : `${count(deeds)} things`} done during the run`);
  return [preset, ...others].join(", ");
}
