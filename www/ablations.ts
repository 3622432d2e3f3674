// A preset and what is left of it when parts of its sleep are taken away, as they were reported.

import type { Preset, Reported, Spec } from "./generated/engram.js";

/** A preset that was run, and what it is called among the others. */
export interface Ablated {
  readonly label: string;
  readonly preset: Preset & { readonly reported: Reported };
  /** The whole sleep; a part of it is missing; no sleep at all. */
  readonly kind: "whole" | "part" | "none";
}

/** What belongs to the preset called `name`, itself among it: the whole, then its ablations, then no sleep. Empty where parts of it
 *  were never taken away, or nothing was run. */
export function ablationsOf(name: string, presets: readonly Preset[]): Ablated[] {
  const chosen = presets.find((preset) => preset.name === name);
  const whole = presets.find((preset) => preset.name === (chosen?.ablates ?? name));
  const parts = presets.filter(({ ablates }) => whole && ablates === whole.name);
  if (!whole || parts.length === 0) return [];
  const none = presets.filter(({ spec }) => spec.strategy.kind === "sequential" && learnsAlike(spec, whole.spec));
  return [
    ...ran(whole, "whole", "whole"),
    ...parts.flatMap((part) => ran(part, part.title.replace(/^.*: sleep /, ""), "part")),
    ...none.slice(0, 1).flatMap((preset) => ran(preset, "no sleep", "none")),
  ];
}

const ran = (preset: Preset, label: string, kind: Ablated["kind"]): Ablated[] =>
  preset.reported ? [{ label, preset: { ...preset, reported: preset.reported }, kind }] : [];

const learnsAlike = (a: Spec, b: Spec): boolean => learning(a) === learning(b);

const learning = ({ data, network, rule, training }: Spec): string => JSON.stringify([data, network, rule, training]);
