// What the page knows of a study: its records as they come, what they come to, how far it is and how fast.

import type { ConnectEvent, ConnectSpec, Credit, NetworkRecord, StudyClaim, StudyLine } from "../generated/engram.js";
import { heard, type Courses } from "./flossed.js";

export type Status =
  | { readonly kind: "loading" | "running" | "pausing" | "paused" | "stopped" | "ended" }
  | { readonly kind: "failed"; readonly message: string };

/** How far a Worker's share is. */
export interface Share {
  /** 0 to 1. */
  readonly fraction: number;
  /** Seconds of computing. */
  readonly seconds: number;
  /** Training iterations of all its networks. */
  readonly iterations: number;
}

export interface Study {
  readonly spec: ConnectSpec;
  /** As the address holds it. */
  readonly hash: string;
  readonly status: Status;
  readonly shares: readonly Share[];
  /** By the networks' numbers. */
  readonly records: ReadonlyMap<number, NetworkRecord>;
  readonly flossing: Courses;
  /** What the records come to, a moment behind them while it goes on. */
  readonly lines: readonly StudyLine[];
  /** What of the paper they answer: claims whose networks are all trained. */
  readonly claims: readonly StudyClaim[];
  /** Training iterations a second, all networks together; `null`: not known yet. */
  readonly rate: number | null;
  /** Whether it was begun by turning the knob, which may then be turned on. */
  readonly byKnob: boolean;
}

const NOT_BEGUN: Share = { fraction: 0, seconds: 0, iterations: 0 };

export const newStudy = (spec: ConnectSpec, hash: string, byKnob: boolean): Study => ({
  spec,
  hash,
  status: { kind: "loading" },
  shares: [],
  records: new Map(),
  flossing: [],
  lines: [],
  claims: [],
  rate: null,
  byKnob,
});

export const unbegun = (shares: number): readonly Share[] => Array.from({ length: shares }, () => NOT_BEGUN);

/** Whether it has not come to an end, standing still included. */
export function isActive(study: Study | null): study is Study {
  return study !== null && ["loading", "running", "pausing", "paused"].includes(study.status.kind);
}

/** The study with what a Worker told. */
export function hear(study: Study, share: number, events: readonly ConnectEvent[]): Study {
  let { flossing, shares } = study;
  let records: Map<number, NetworkRecord> | null = null;
  for (const event of events) {
    switch (event.event) {
      case "network":
        (records ??= new Map(study.records)).set(event.network, event.record);
        break;
      case "flossing":
        flossing = heard(flossing, event);
        break;
      case "progress":
        shares = replaced(shares, share, { fraction: event.fraction, seconds: event.seconds, iterations: Number(event.iterations) });
        break;
    }
  }
  return { ...study, shares, flossing, records: records ?? study.records };
}

const replaced = (shares: readonly Share[], place: number, share: Share): readonly Share[] => shares.map((one, i) => (i === place ? share : one));

/** Shares are as large as one another, but for one origin more or less. */
export const fractionOf = ({ shares, status }: Study): number =>
  status.kind === "ended" ? 1 : shares.length === 0 ? 0 : shares.reduce((sum, { fraction }) => sum + fraction, 0) / shares.length;

export const iterationsOf = ({ shares }: Study): number => shares.reduce((sum, { iterations }) => sum + iterations, 0);

/** Seconds of computing, all Workers together. */
export const secondsOf = ({ shares }: Study): number => shares.reduce((sum, { seconds }) => sum + seconds, 0);

/** Gain, treatment and seed: what networks come from, and what is shared out to Workers. */
export function originsOf({ flossing, gains, seeds }: ConnectSpec): number {
  return (flossing.when === "both" ? 2 : 1) * gains.length * seeds;
}

export const networksOf = (spec: ConnectSpec): number => originsOf(spec) * spec.rules.length * spec.training.rates.length;

/** Workers at most: more would hardly be quicker, and each holds a core of its own. */
const MOST_WORKERS = 4;

export const workersFor = (spec: ConnectSpec, cores: number): number => Math.max(1, Math.min(cores || 1, MOST_WORKERS, originsOf(spec)));

/** Multiplications of a study that is over within a minute or so on a slow machine. */
const QUICK = 4e11;

/** How much an iteration costs beside one of BPTT: the other rules send nothing back through the recurrent weights. */
const COSTS: Readonly<Record<Credit, number>> = { bptt: 1, eprop: 0.65, eprop_self: 0.65, rflo: 0.65 };

/** Multiplications of an iteration of training, mean over rules. `steps`: of the longest trial. */
export function iterationWork({ network, training, rules }: Pick<ConnectSpec, "network" | "training" | "rules">, steps: number): number {
  const cost = rules.reduce((sum, rule) => sum + COSTS[rule], 0) / rules.length;
  return 2 * steps * training.batch * network.units ** 2 * cost;
}

/** Multiplications of a whole study: training, and flossing, which looks at series of trials as exponents are measured. */
export function workOf(spec: ConnectSpec, steps: number): number {
  const { network, training, flossing, exponents } = spec;
  const learning = iterationWork(spec, steps) * training.iterations * networksOf(spec);
  const flossed = flossing.when === "never" ? 0 : 4 * steps * exponents.trials * exponents.series * network.units ** 2 * flossing.exponents * flossing.iterations * spec.gains.length * spec.seeds;
  return learning + flossed;
}

/** Whether a study is over so soon that it is no loss to begin it anew. */
export const isQuick = (spec: ConnectSpec, steps: number): boolean => workOf(spec, steps) <= QUICK;

/** Multiplications a second of one Worker where nothing was measured yet: 300 iterations of Romo by BPTT (N 64, batch 32). */
export const USUAL_SPEED = 300 * 2 * 56 * 32 * 64 ** 2;

/** Whether trained networks are put to sleep. */
export const isAsleep = ({ sleep }: Pick<ConnectSpec, "sleep">): boolean => (sleep ?? null) !== null;

/** The records that a line is the mean of. */
export function recordsOf({ records }: Pick<Study, "records">, { gain, rule, flossed, rate }: Pick<StudyLine, "gain" | "rule" | "flossed" | "rate">): NetworkRecord[] {
  return [...records.values()].filter(({ arm, diverged }) => arm.gain === gain && arm.rule === rule && arm.flossed === flossed && arm.rate === rate && (diverged ?? null) === null);
}
