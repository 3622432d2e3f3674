// The page's state, in one place. It is replaced, never changed; whoever subscribes hears of it once a frame.

import type { DataSetInfo, OwnInfo, Preset, Spec } from "./generated/engram.js";
import type { Run } from "./run.js";

export interface State {
  readonly presets: readonly Preset[];
  readonly catalogue: readonly DataSetInfo[];
  /** Names of the sets that this site holds, once it is known. */
  readonly held: readonly string[];
  /** A person's own sets that were taken since the page was opened. */
  readonly own: readonly OwnInfo[];
  /** What the controls say, and the next run will do. */
  readonly spec: Spec;
  /** `spec` as text: `v=1&preset=…`. */
  readonly hash: string;
  /** What was wrong with a link or a control, for people. */
  readonly problem: string | null;
  readonly run: Run | null;
  /** The phase that a person slid to; `null`: the latest. */
  readonly scrub: number | null;
}

export class Store {
  #state: State;
  #listeners: ((state: State) => void)[] = [];
  #scheduled = false;

  constructor(state: State) {
    this.#state = state;
  }

  get state(): State {
    return this.#state;
  }

  set(change: Partial<State>): void {
    this.#state = { ...this.#state, ...change };
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame(() => {
      this.#scheduled = false;
      for (const listener of this.#listeners) listener(this.#state);
    });
  }

  /** Calls `listener` now and, at most once a frame, after the state was set. */
  subscribe(listener: (state: State) => void): void {
    this.#listeners.push(listener);
    listener(this.#state);
  }
}

export function dataSet(state: State, name: string): DataSetInfo | OwnInfo | undefined {
  return [...state.catalogue, ...state.own].find((set) => set.name === name);
}
