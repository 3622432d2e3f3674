// Keeps what is looked at up to date: asks the study's Workers again as their networks learn, or as a person looks elsewhere.

import { wholeHere } from "../core.js";
import type { ConnectRunner } from "./runner.js";
import { lookWithin, shownSpec, type ConnectState, type ConnectStore, type Look } from "./state.js";
import type { Study } from "./study.js";

/** The least time between two questions while a study goes on, in milliseconds. */
const TRIAL = 300;
const TRAJECTORIES = 1200;

export function keepAsking(store: ConnectStore, runner: ConnectRunner): void {
  keep(store, TRIAL, async (state, { look, network, iterations, slept }) => {
    const spec = shownSpec(state);
    const shown = network === null ? null : ((await runner.ask<"show">({ kind: "show", network, trial: look.trial }).catch(() => undefined)) ?? null);
    const trial = shown?.trial ?? (await wholeHere()).connect_trial(spec.task, look.seed, look.trial);
    return { seen: { spec, look, trial, shown, iterations, slept } };
  });
  keep(store, TRAJECTORIES, async (state, { look, network, iterations, slept }) => {
    if (network === null) return { trajectories: null };
    const trajectories = await runner.ask<"trajectories">({ kind: "trajectories", network }).catch(() => undefined);
    return { trajectories: trajectories ? { spec: shownSpec(state), look, trajectories, iterations, slept } : state.trajectories };
  });
}

interface Place {
  readonly look: Look;
  /** `null`: there is no such network yet. */
  readonly network: number | null;
  readonly iterations: number;
  /** Whether it has slept. */
  readonly slept: boolean;
}

/** Asks whenever what is looked at is another, one question at a time. */
function keep(store: ConnectStore, pace: number, ask: (state: ConnectState, place: Place) => Promise<Partial<ConnectState>>): void {
  let asked: readonly unknown[] = [];
  let isBusy = false;
  let timer = 0;
  const look = async () => {
    timer = 0;
    if (isBusy || !store.isShown) return;
    const { state } = store;
    const place = placeOf(state);
    const key = keyOf(state, place);
    if (isSame(key, asked)) return;
    asked = key;
    isBusy = true;
    try {
      const found = await ask(state, place);
      // What was answered for another study, or another place, is not shown.
      if (isSame(where(keyOf(store.state, placeOf(store.state))), where(key))) store.set(found);
    } catch {
      asked = []; // the core could not be had: a study that is begun says so
    } finally {
      isBusy = false;
    }
    soon();
  };
  const soon = () => {
    const { state } = store;
    const key = keyOf(state, placeOf(state));
    if (isBusy || isSame(key, asked)) return;
    if (!isSame(where(key), where(asked))) {
      clearTimeout(timer);
      void look();
    } else timer ||= window.setTimeout(() => void look(), pace);
  };
  store.subscribe(soon);
}

function placeOf(state: ConnectState): Place {
  const spec = shownSpec(state);
  const look = lookWithin(state.look, spec);
  const found = state.study && networkOf(state.study, look);
  return { look, network: found?.[0] ?? null, iterations: found ? iterationsOf(found[1], state.study!) : 0, slept: (found?.[1].slept ?? null) !== null };
}

/** What an answer is of, and how far that is. */
function keyOf(state: ConnectState, { look, network, iterations, slept }: Place): readonly unknown[] {
  const { task, seed } = shownSpec(state);
  return [task, seed, state.study?.hash, look.gain, look.rule, look.flossed, look.seed, look.trial, network === null, network, iterations, slept, state.study?.status.kind === "ended"];
}

const where = (key: readonly unknown[]) => key.slice(0, 9);

const isSame = (a: readonly unknown[], b: readonly unknown[]): boolean => a.length === b.length && a.every((part, i) => part === b[i]);

type Numbered = readonly [number, Study["records"] extends ReadonlyMap<number, infer R> ? R : never];

/** The network that is looked at: of several learning rates, that with the rate that does best. */
export function networkOf({ spec, records, lines }: Study, look: Look): Numbered | null {
  const line = lines.find(({ gain, rule, flossed }) => gain === look.gain && rule === look.rule && flossed === look.flossed);
  const rate = line?.rate ?? spec.training.rates[0];
  const isIt = ([, { arm }]: Numbered) => arm.gain === look.gain && arm.rule === look.rule && arm.flossed === look.flossed && arm.seed === look.seed && arm.rate === rate;
  return [...records].find(isIt) ?? null;
}

/** Iterations that a network has surely had: those of the windows that are full. */
const iterationsOf = ({ curve }: Numbered[1], { spec }: Study): number => Math.min(curve.length * spec.training.window, spec.training.iterations);
