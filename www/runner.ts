// Starts, pauses, acts upon, asks and stops the run: the page's end of the Worker.

import { savedSpec } from "./core.js";
import { fetchData, forgetData } from "./data.js";
import type { Act, EngineKind, Event as RunEvent, Spec } from "./generated/engram.js";
import { Job, type Core } from "./job.js";
import { claim, newClaim, noteHere, noteStopped, type Claim } from "./kept.js";
import { choose, parts } from "./link.js";
import { isEp } from "./models.js";
import type { Begin, FromWorker, Question, Replies, ToWorker, Until } from "./messages.js";
import { again, begin as newRun, hear, isActive, isLive, type Run, type Status } from "./run.js";
import type { Store } from "./state.js";
import { words } from "./words.js";

export class Runner {
  readonly #store: Store;
  /** Brought when the first run needs it. */
  readonly #core: () => Promise<Core>;
  /** The Runner of the lab that a Spec belongs to, which is shown by then. Fails where a run is under way there. */
  readonly #home: (spec: Spec) => Runner;
  #job: Job | null = null;
  /** What the run at hand is kept as, and lets other tabs have it. */
  #kept: Claim | null = null;
  #fetching = new AbortController();
  #asked = 0;
  /** How the run stood before the last act, which may be refused. */
  #stood: Status = { kind: "running" };
  readonly #questions = new Map<number, { told: (reply: never) => void; refused: (reason: Error) => void }>();

  constructor(store: Store, core: () => Promise<Core>, home: (spec: Spec) => Runner) {
    this.#store = store;
    this.#core = core;
    this.#home = home;
  }

  /** Runs what the controls say, from the beginning. */
  start(until: Until): Promise<void> {
    return this.#begin({ spec: this.#store.state.spec }, until, newClaim());
  }

  /** Opens a run that was saved in the lab that it belongs to, and puts it into the controls and the address; goes on with it, or
   *  has it stand where it stood. Fails, and changes nothing, where it cannot be read, or another run is under way there. */
  async open(saved: Uint8Array, goOn: boolean, kept: Claim | null = newClaim()): Promise<void> {
    try {
      const spec = await savedSpec(saved);
      const home = this.#home(spec);
      choose(home.#store, spec);
      await home.#begin({ spec, saved }, goOn ? "end" : "beginning", kept);
    } catch (error) {
      kept?.release();
      throw error;
    }
  }

  /** The right to a kept run, which this page may have already; `null`: another tab has it. */
  claim(id: string): Promise<Claim | null> {
    if (this.#kept?.id !== id) return claim(id);
    const own = this.#kept;
    this.#kept = null;
    return Promise.resolve(own);
  }

  async #begin(begin: Begin, until: Until, kept: Claim | null): Promise<void> {
    this.stop();
    this.#kept = kept;
    const { hash } = this.#store.state;
    const { spec } = begin;
    const fetching = (this.#fetching = new AbortController());
    this.#store.set({ run: newRun(spec, parts(hash).preset), unkept: null, problem: null, scrub: null, fields: null, watching: null, pad: { ...this.#store.state.pad, answer: null } });
    try {
      const loading = (received: number, total: number) => {
        if (!fetching.signal.aborted) this.#stand({ kind: "loading", received, total });
      };
      const [data, core] = await Promise.all([fetchData(spec.data, loading, fetching.signal), this.#core()]);
      if (fetching.signal.aborted) return;
      // What computes may have been chosen anew meanwhile.
      const { spec: latest } = this.#store.state.run!;
      const keep = kept?.id ?? null;
      noteHere(keep);
      const work = { ...core, begin: { ...begin, spec: latest }, data, until, watched: true, keep };
      this.#job = new Job(work, (message) => this.#hear(message));
      this.#stand({ kind: "running" });
    } catch (error) {
      if (fetching.signal.aborted) return;
      fetching.abort(); // the other files of the set
      this.#stand({ kind: "failed", message: words(error) });
    }
  }

  pause(): void {
    this.#tell({ kind: "pause" });
    this.#stand({ kind: "pausing" });
  }

  resume(until: Until): void {
    this.#tell({ kind: "resume", until });
    this.#stand({ kind: "running" });
  }

  /** Does something with the run, now. A run that stood still, or was over, goes on. */
  act(act: Act): void {
    const { run } = this.#store.state;
    if (!isLive(run)) return;
    this.#stood = run.status;
    this.#tell({ kind: "act", act });
    this.#stand({ kind: "running" });
  }

  /** Chooses what computes. A run that a Worker has goes on with it. */
  computeOn(engine: EngineKind): void {
    const { run, spec } = this.#store.state;
    const chosen = { ...spec, engine };
    choose(this.#store, chosen);
    if (!isActive(run) && !isLive(run)) return;
    // The controls may be of another model than the run.
    if (engine === "gpu" && !isEp(run.spec)) return;
    this.#update((run) => ({ ...run, spec: run.spec === spec ? chosen : { ...run.spec, engine } }));
    this.#tell({ kind: "engine", engine });
  }

  /** Asks the run's Worker; fails when the run is gone before it answers. */
  ask<K extends Question["kind"]>(question: Extract<Question, { kind: K }>): Promise<Replies[K]> {
    const id = this.#asked++;
    return new Promise((told, refused) => {
      if (!this.#job) return refused(new Error("There is no run that could be asked."));
      this.#questions.set(id, { told, refused });
      this.#tell({ kind: "ask", id, question });
    });
  }

  /** Ends the run; what was measured stays. */
  stop(): void {
    this.#fetching.abort();
    const wasActive = isActive(this.#store.state.run);
    if (wasActive) this.#noteStopped();
    this.#dismiss();
    if (wasActive) this.#stand({ kind: "stopped" });
  }

  /** Nobody goes on unasked with a run that was stopped, or that broke. */
  #noteStopped(): void {
    if (this.#kept) void noteStopped(this.#kept.id).catch(() => {});
  }


  #hear(message: FromWorker): void {
    switch (message.kind) {
      case "event":
        this.#follow(message.event);
        break;
      case "told":
        this.#update((run) => again(run, message.events, message.raster));
        break;
      case "raster":
        this.#update((run) => ({ ...run, raster: message.raster }));
        break;
      case "paused":
        this.#stand({ kind: "paused" });
        break;
      case "resumed": {
        // The page may have heard that the run stands still after telling it to go on.
        const kind = this.#store.state.run?.status.kind;
        if (kind === "paused" || kind === "ended") this.#stand({ kind: "running" });
        break;
      }
      case "ended":
        this.#stand({ kind: "ended" });
        break;
      case "refused":
        this.#store.set({ problem: `Not done: ${message.message}.` });
        this.#stand(this.#stood);
        break;
      case "kept":
        this.#store.set({ problem: `The engine was not changed: ${message.message}.` });
        break;
      case "answered":
        this.#questions.get(message.id)?.told(message.reply as never);
        this.#questions.delete(message.id);
        break;
      case "unanswered":
        this.#questions.get(message.id)?.refused(new Error(message.message));
        this.#questions.delete(message.id);
        break;
      case "unkept":
        this.#store.set({ unkept: message.message });
        break;
      case "failed":
        this.#fail(message.message);
        break;
    }
  }

  /** Takes in an event. What a person did is noted in the controls and the address too, unless they say something else. */
  #follow(event: RunEvent): void {
    const { run, spec } = this.#store.state;
    this.#update((run) => hear(run, event));
    if (event.event === "acted" && run?.spec === spec) choose(this.#store, this.#store.state.run!.spec);
  }

  #fail(message: string): void {
    forgetData();
    this.#noteStopped();
    this.#dismiss();
    this.#stand({ kind: "failed", message });
  }

  #dismiss(): void {
    this.#job?.stop();
    this.#job = null;
    this.#kept?.release();
    this.#kept = null;
    for (const { refused } of this.#questions.values()) refused(new Error("The run is gone."));
    this.#questions.clear();
  }

  #tell(message: ToWorker): void {
    this.#job?.tell(message);
  }

  #stand(status: Status): void {
    this.#update((run) => ({ ...run, status }));
  }

  #update(change: (run: Run) => Run): void {
    const { run } = this.#store.state;
    if (run) this.#store.set({ run: change(run) });
  }
}
