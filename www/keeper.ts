// Keeps a Worker's run in this browser while it goes on: at every phase's end, whenever it stands still, and now and then.

import type { EngineKind, Event as RunEvent, Session, Spec } from "./generated/engram.js";
import { keep, type Note } from "./kept.js";
import { words } from "./words.js";

/** Milliseconds between two writings, at least; and how many times what a writing takes. */
const BETWEEN = 5000;
const SHARE = 20;
/** The latter where a phase is over: its end is worth more, and comes seldom. */
const SHARE_AT_END = 2;

export class Keeper {
  readonly #id: string;
  readonly #failed: (message: string) => void;
  #spec: Spec;
  #place: string | null = null;
  #written = performance.now();
  /** Milliseconds that a writing takes. */
  #cost = 0;
  #isPhaseOver = false;
  #broken = false;

  constructor(id: string, spec: Spec, failed: (message: string) => void) {
    this.#id = id;
    this.#spec = spec;
    this.#failed = failed;
  }

  hear(event: RunEvent): void {
    if (event.event === "progress" || event.event === "phase") this.#place = event.name;
    if (event.event === "started" || event.event === "acted") this.#spec = event.spec;
    if (event.event === "phase") this.#isPhaseOver = true;
  }

  computeOn(engine: EngineKind): void {
    this.#spec = { ...this.#spec, engine };
  }

  /** Writes the run if it is time. */
  async sometimes(session: Session): Promise<void> {
    const wait = this.#isPhaseOver ? SHARE_AT_END * this.#cost : Math.max(BETWEEN, SHARE * this.#cost);
    if (performance.now() >= this.#written + wait) await this.write(session, "running");
  }

  /** Writes the run. A browser that cannot is told of once; the run goes on. */
  async write(session: Session, state: Note["state"]): Promise<void> {
    if (this.#broken) return;
    const start = performance.now();
    try {
      const run = await session.save();
      const note: Note = { id: this.#id, spec: this.#spec, at: Date.now(), place: this.#place, state, bytes: run.length };
      await keep(note, run);
    } catch (error) {
      this.#broken = true;
      this.#failed(words(error));
    }
    this.#isPhaseOver = false;
    this.#written = performance.now();
    this.#cost = this.#written - start;
  }
}
