// Keeps a study's lines up with its records. The core does it, and takes longer the more records there are: it is asked no more often
// than leaves the page nearly all of its time.

import { wholeHere } from "../core.js";
import type { ConnectStore } from "./state.js";

/** The least time between two sums, in milliseconds, and how many times as long as a sum takes. */
const LEAST = 250;
const TIMES = 15;

export class Summing {
  readonly #store: ConnectStore;
  #timer = 0;
  #wait = LEAST;

  constructor(store: ConnectStore) {
    this.#store = store;
  }

  soon(): void {
    this.#timer ||= window.setTimeout(() => void this.now(), this.#wait);
  }

  async now(): Promise<void> {
    this.forget();
    const { connect_summary, connect_claims } = await wholeHere();
    const { study } = this.#store.state;
    if (!study) return;
    const began = performance.now();
    const records = [...study.records.values()];
    const lines = connect_summary(study.spec, records);
    const claims = records.some(({ test }) => test) ? connect_claims(study.spec, records) : [];
    this.#wait = Math.max(LEAST, TIMES * (performance.now() - began));
    this.#store.set({ study: { ...study, lines, claims } });
  }

  /** What was to be summed is of no interest any more. */
  forget(): void {
    clearTimeout(this.#timer);
    this.#timer = 0;
  }
}
