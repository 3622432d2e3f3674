// What tasks, rules and their parts are called.

import type { ConnectSpec, Credit, StudyLine, TaskKind } from "../generated/engram.js";

interface TaskName {
  readonly title: string;
  readonly asks: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

export const TASKS: Readonly<Record<TaskKind, TaskName>> = {
  romo: {
    title: "Romo: which stimulus was larger?",
    asks: "Two stimuli come one after the other, with a delay between them. In the end the output of the larger one is to be 0.5.",
    inputs: ["stimulus"],
    outputs: ["first larger", "second larger"],
  },
  two_af: {
    title: "2AF: to which side does it lean?",
    asks: "Noisy evidence for two sides comes in for two seconds. In the end the network is to choose the side that had more.",
    inputs: ["fixation", "side 1", "side 2"],
    outputs: ["fixate", "side 1", "side 2"],
  },
  dms: {
    title: "DMS: is it the one from before?",
    asks: "A sample is shown, and after a delay a test. In the end the network is to say whether they match.",
    inputs: ["fixation", "direction 1", "direction 2"],
    outputs: ["fixate", "match", "non-match"],
  },
};

export const TASK_NAMES = Object.keys(TASKS) as readonly TaskKind[];

/** Short names for figures, and a line of meaning. */
export const RULES: Readonly<Record<Credit, { readonly title: string; readonly meaning: string }>> = {
  bptt: { title: "BPTT", meaning: "Backpropagation through time: the exact gradient, which no neuron could know." },
  eprop: { title: "e-prop", meaning: "Eligibility traces that each synapse keeps for itself, times an error that comes back through the output weights." },
  eprop_self: { title: "e-prop, self term", meaning: "The same; the trace also knows what a unit does to itself." },
  rflo: { title: "RFLO, random feedback", meaning: "e-prop's traces; the error comes back through fixed random weights." },
};

export const RULE_NAMES = Object.keys(RULES) as readonly Credit[];

/** `e-prop, flossed`: the name of a panel. */
export const titleOf = ({ rule, flossed }: Pick<StudyLine, "rule" | "flossed">): string => `${RULES[rule].title}${flossed ? ", flossed first" : ""}`;

/** The panels of a study's figures: a rule each, and a treatment, where both are compared. */
export function panelsOf({ rules, flossing }: ConnectSpec): Pick<StudyLine, "rule" | "flossed">[] {
  const arms = flossing.when === "both" ? [false, true] : [flossing.when === "always"];
  return rules.flatMap((rule) => arms.map((flossed) => ({ rule, flossed })));
}

/** `N 128, batch 64`: what curves of another study were learnt with; empty where it is the same. */
export function otherwiseIn(other: ConnectSpec, { network, training, flossing }: ConnectSpec): string {
  const parts = [
    other.network.units === network.units ? "" : `N ${other.network.units}`,
    other.training.batch === training.batch ? "" : `batch ${other.training.batch}`,
    other.network.tau === network.tau ? "" : `τ ${other.network.tau}`,
    String(other.training.rates) === String(training.rates) ? "" : `rate ${other.training.rates.join(", ")}`,
    other.flossing.when === "never" || JSON.stringify({ ...other.flossing, when: "" }) === JSON.stringify({ ...flossing, when: "" }) ? "" : "other flossing",
  ];
  return parts.filter((part) => part).join(", ");
}

/** `after 180 iterations or a few more`, `after 600 iterations and sleep`: what a network that is looked at has been through. */
export function pastOf({ spec, iterations, slept }: { readonly spec: ConnectSpec; readonly iterations: number; readonly slept: boolean }): string {
  const more = iterations < spec.training.iterations ? " or a few more" : slept ? " and sleep" : "";
  return `after ${iterations} iterations${more}`;
}

/** `seeds 0 to 2`, `seed 4`. */
export const seedsOf = ({ seed, seeds }: ConnectSpec): string => (seeds === 1 ? `seed ${seed}` : `seeds ${seed} to ${seed + seeds - 1}`);
