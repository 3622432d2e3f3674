// The Connect lab's state: what its controls say, the study that goes on, and what is looked at. Replaced, never changed.

import type { ConnectPreset, ConnectSpec, Credit, Shown, StudyLine, TaskTrial, Trajectories } from "../generated/engram.js";
import { StoreOf } from "../state.js";
import type { Study } from "./study.js";

export interface ConnectState {
  readonly presets: readonly ConnectPreset[];
  /** What the controls say, and the next study will do. */
  readonly spec: ConnectSpec;
  /** `spec` as text: `v=1&preset=connect-…`. */
  readonly hash: string;
  /** What was wrong with a link, a control or a file, for people. */
  readonly problem: string | null;
  readonly study: Study | null;
  /** Multiplications a second of one Worker of this browser, as the last study had them; `null`: none was measured yet. */
  readonly speed: number | null;
  /** The study before this one, whose curves stay to be compared with. */
  readonly before: Before | null;
  readonly view: View;
  readonly look: Look;
  /** What the network that is looked at makes of a trial; before there is one, the trial alone. */
  readonly seen: Seen | null;
  readonly trajectories: Moves | null;
}

export interface Before {
  readonly spec: ConnectSpec;
  readonly lines: readonly StudyLine[];
}

/** How curves are drawn. */
export interface View {
  readonly measure: "loss" | "accuracy";
  readonly scale: "log" | "linear";
}

/** The network that is looked at, and its trial. */
export interface Look {
  readonly gain: number;
  readonly rule: Credit;
  readonly flossed: boolean;
  readonly seed: number;
  readonly trial: number;
}

export interface Seen {
  readonly spec: ConnectSpec;
  readonly look: Look;
  readonly trial: TaskTrial;
  /** `null`: there is no network yet. */
  readonly shown: Shown | null;
  /** Training iterations of the network by then. */
  readonly iterations: number;
  /** Whether it has slept after them. */
  readonly slept: boolean;
}

export interface Moves {
  readonly spec: ConnectSpec;
  readonly look: Look;
  readonly trajectories: Trajectories;
  readonly iterations: number;
  readonly slept: boolean;
}

export class ConnectStore extends StoreOf<ConnectState> {}

/** The Spec of what is shown: of the study where there is one. */
export const shownSpec = ({ study, spec }: Pick<ConnectState, "study" | "spec">): ConnectSpec => study?.spec ?? spec;

/** A look at a network that there is in a Spec: where it names none, the first of what it does not name. */
export function lookWithin(look: Look, { gains, rules, flossing, seed, seeds }: ConnectSpec): Look {
  return {
    gain: gains.includes(look.gain) ? look.gain : gains[0]!,
    rule: rules.includes(look.rule) ? look.rule : rules[0]!,
    flossed: flossing.when === "both" ? look.flossed : flossing.when === "always",
    seed: look.seed >= seed && look.seed < seed + seeds ? look.seed : seed,
    trial: look.trial,
  };
}

export const firstLook = ({ gains, rules, flossing, seed }: ConnectSpec): Look => ({ gain: gains[0]!, rule: rules[0]!, flossed: flossing.when === "always", seed, trial: 0 });
