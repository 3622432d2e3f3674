// The page's state, in one place. It is replaced, never changed; whoever subscribes hears of it once a frame.

import type { Compare } from "./compare.js";
import type { DataSetInfo, Preset, Spec } from "./generated/engram.js";
import type { Run } from "./run.js";

export interface State {
  readonly presets: readonly Preset[];
  readonly catalogue: readonly DataSetInfo[];
  /** What the controls say, and the next run will do. */
  readonly spec: Spec;
  /** `spec` as text: `v=1&preset=…`. */
  readonly hash: string;
  /** What was wrong with a link or a control, for people. */
  readonly problem: string | null;
  readonly run: Run | null;
  /** The phase that a person slid to; `null`: the latest. */
  readonly scrub: number | null;
  readonly compare: Compare;
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

export function dataSet(state: State, name: string): DataSetInfo | undefined {
  return state.catalogue.find((set) => set.name === name);
}
