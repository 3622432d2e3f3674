// The page's state, in one place. It is replaced, never changed; whoever subscribes hears of it once a frame.

import type { Compare } from "./compare.js";
import type { Answer, DataSetInfo, Field, OwnInfo, Preset, Spec } from "./generated/engram.js";
import type { Point } from "./pad.js";
import type { Run } from "./run.js";
import type { Results } from "./results-file.js";
import type { Searching } from "./search.js";
import type { Studies } from "./study.js";
import type { Watching } from "./watched.js";

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
  /** Why the run cannot be kept in this browser, for people. */
  readonly unkept: string | null;
  /** The phase that a person slid to; `null`: the latest. */
  readonly scrub: number | null;
  readonly pad: Pad;
  /** Receptive fields around the phase that is shown, once the Worker has told them. */
  readonly fields: Fields | null;
  /** The latest showing of the pad's image to spiking areas. */
  readonly watching: Watching | null;
  readonly compare: Compare;
  /** `null` until there is a panel for it. */
  readonly search: Searching | null;
  readonly studies: Studies;
  /** The file of results that is open. */
  readonly results: Results | null;
}

/** What a person tries the network with, and what it answers. */
export interface Pad {
  /** Lines drawn on the pad, 0 to 1 from the left and from the top; none where a test image is tried. */
  readonly strokes: readonly (readonly Point[])[];
  /** What the network is shown; `null`: nothing. */
  readonly values: Float32Array | null;
  /** The class of a test image. */
  readonly label: number | null;
  readonly answer: Answer | null;
  /** The network that `answer.course` is of: the phases it has gone through. */
  readonly phases: number;
}

export const NOT_COMPARED: Compare = {
  chosen: { strategies: ["src", "rehearsal"], added: [], seeds: "3" },
  problem: null,
  view: "overlaid",
  reference: null,
  latest: null,
};

export function isComparing({ latest }: Compare): boolean {
  return latest?.status.kind === "loading" || latest?.status.kind === "running";
}

export const NOT_STUDIED: Studies = { runs: "3", problem: null, sleep: null, importance: null };

export function isStudying({ sleep, importance }: Studies): boolean {
  return [sleep, importance].some((study) => study?.status.kind === "loading" || study?.status.kind === "running");
}

export const EMPTY_PAD: Pad = { strokes: [], values: null, label: null, answer: null, phases: 0 };

export interface Fields {
  /** The phase, counted from 0, before and after which they are. */
  readonly phase: number;
  /** Of the units that changed most; `null` where networks were not kept. */
  readonly fields: readonly Field[] | null;
}

export class StoreOf<S> {
  #state: S;
  #listeners: ((state: S) => void)[] = [];
  #scheduled = false;
  /** Whether its lab is the one that the page shows: that one alone writes the address. */
  isShown = true;

  constructor(state: S) {
    this.#state = state;
  }

  get state(): S {
    return this.#state;
  }

  set(change: Partial<S>): void {
    this.#state = { ...this.#state, ...change };
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame(() => {
      this.#scheduled = false;
      for (const listener of this.#listeners) listener(this.#state);
    });
  }

  /** Calls `listener` now and, at most once a frame, after the state was set. */
  subscribe(listener: (state: S) => void): void {
    this.#listeners.push(listener);
    listener(this.#state);
  }
}

/** The state of a lab on classes of images. */
export class Store extends StoreOf<State> {}

export function dataSet(state: State, name: string): DataSetInfo | OwnInfo | undefined {
  return [...state.catalogue, ...state.own].find((set) => set.name === name);
}
