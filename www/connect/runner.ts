// Starts, pauses, asks and stops a study: the page's end of its Workers.

import { engine, wholeHere } from "../core.js";
import type { ConnectSpec } from "../generated/engram.js";
import { connect_timing } from "../generated/page.js";
import { words } from "../words.js";
import { workerUrl } from "../worker-url.js";
import { pack, unpack, type Saved } from "./file.js";
import { Hand } from "./hand.js";
import { choose } from "./link.js";
import type { Begin, FromWorker, Question, Replies } from "./messages.js";
import { lookWithin, type Before, type ConnectStore } from "./state.js";
import { hear, isActive, iterationsOf, iterationWork, newStudy, unbegun, workersFor, type Status, type Study } from "./study.js";
import { Summing } from "./summing.js";

/** Seconds that a rate is the mean over. */
const RATED = 3;

export class ConnectRunner {
  readonly #store: ConnectStore;
  readonly #summing: Summing;
  #hands: Hand[] = [];
  /** How each Worker stands. */
  #standing: ("running" | "paused" | "ended")[] = [];
  /** Which Worker has a network. */
  readonly #owners = new Map<number, number>();
  /** Counts studies: what an earlier one still brings is of no interest. */
  #begun = 0;
  /** When so many iterations were done, lately. */
  #pace: { at: number; iterations: number }[] = [];

  constructor(store: ConnectStore) {
    this.#store = store;
    this.#summing = new Summing(store);
  }

  /** Begins what the controls say; `byKnob`: because the knob was turned. */
  start(byKnob = false): Promise<void> {
    const { spec } = this.#store.state;
    const shares = workersFor(spec, navigator.hardwareConcurrency);
    return this.#begin(spec, Array.from({ length: shares }, (_, share) => ({ spec, share, shares })), null, byKnob);
  }

  /** Goes on with a study that was saved. Fails, and changes nothing, where it cannot be read. */
  async open(file: Uint8Array): Promise<void> {
    if (isActive(this.#store.state.study)) throw new Error("a study is under way. Stop it first");
    const saved = unpack(file);
    const core = await wholeHere();
    const [spec, ...others] = saved.shares.map((share) => core.saved_connect_spec(share));
    if (others.some((other) => JSON.stringify(other) !== JSON.stringify(spec))) throw new Error("its shares are of several studies");
    choose(this.#store, spec!);
    await this.#begin(spec!, saved.shares.map((share) => ({ saved: share })), saved, false);
  }

  async #begin(spec: ConnectSpec, begins: readonly Begin[], saved: Saved | null, byKnob: boolean): Promise<void> {
    this.#dismiss();
    const begun = this.#begun;
    const { hash, look, study: last, before } = this.#store.state;
    const study = newStudy(spec, hash, byKnob);
    const known: Partial<Study> = saved ? { flossing: saved.flossing, shares: saved.progress } : { shares: unbegun(begins.length) };
    this.#store.set({ study: { ...study, ...known }, before: toCompare(last, before, spec), problem: null, look: lookWithin(look, spec), trajectories: null });
    try {
      const [{ module }, code] = await Promise.all([engine(), workerUrl("connect/worker.js"), wholeHere()]);
      if (begun !== this.#begun) return;
      this.#standing = begins.map(() => "running");
      this.#hands = begins.map((begin, share) => new Hand(code, module, begin, (message) => this.#hear(share, message)));
      this.#stand({ kind: "running" });
    } catch (error) {
      if (begun === this.#begun) this.#stand({ kind: "failed", message: words(error) });
    }
  }

  pause(): void {
    this.#hands.forEach((hand) => hand.tell({ kind: "pause" }));
    this.#stand({ kind: "pausing" });
  }

  resume(): void {
    this.#pace = [];
    this.#standing = this.#standing.map((how) => (how === "ended" ? how : "running"));
    this.#hands.forEach((hand) => hand.tell({ kind: "resume" }));
    this.#stand({ kind: "running" });
  }

  /** Ends the study. What was measured stays, and its networks can still be asked. */
  stop(): void {
    if (!isActive(this.#store.state.study)) return;
    if (this.#hands.length === 0) this.#begun++; // the core was still on its way
    this.#hands.forEach((hand) => hand.tell({ kind: "pause" }));
    this.#stand({ kind: "stopped" });
    void this.#summing.now();
  }

  /** Asks the Worker that has a network; fails where there is none. */
  ask<K extends "show" | "trajectories">(question: Extract<Question, { kind: K }>): Promise<Replies[K]> {
    const { network } = question as { readonly network: number };
    const hand = this.#hands[this.#owners.get(network) ?? -1];
    return hand ? hand.ask<K>(question) : Promise.reject(new Error("There is no such network."));
  }

  /** Whether there is something to save. */
  get canSave(): boolean {
    return this.#hands.length > 0;
  }

  async save(): Promise<Uint8Array<ArrayBuffer>> {
    const shares = await Promise.all(this.#hands.map((hand) => hand.ask<"save">({ kind: "save" })));
    const { flossing, shares: progress } = this.#store.state.study!;
    return pack({ shares, flossing, progress });
  }

  #hear(share: number, message: Exclude<FromWorker, { kind: "answered" | "unanswered" }>): void {
    switch (message.kind) {
      case "events":
        for (const event of message.events) if (event.event === "network") this.#owners.set(event.network, share);
        this.#update((study) => hear(study, share, message.events));
        this.#measure();
        if (message.events.some(({ event }) => event === "network")) this.#summing.soon();
        break;
      case "told":
        for (const [network] of message.records) this.#owners.set(network, share);
        this.#update((study) => hear(study, share, message.records.map(([network, record]) => ({ event: "network", network, record }))));
        this.#summing.soon();
        break;
      case "paused":
      case "ended":
        this.#standing[share] = message.kind;
        void this.#rest();
        break;
      case "failed":
        this.#dismiss();
        this.#stand({ kind: "failed", message: message.message });
        break;
    }
  }

  /** Once no Worker computes any more, the numbers are brought up to date before it is said. */
  async #rest(): Promise<void> {
    if (this.#standing.includes("running")) return;
    const begun = this.#begun;
    await this.#summing.now();
    // Meanwhile it may have been resumed, stopped or begun anew.
    const isCurrent = begun === this.#begun && !this.#standing.includes("running");
    if (!isCurrent || !isActive(this.#store.state.study)) return;
    this.#update((study) => ({ ...study, rate: null }));
    this.#stand({ kind: this.#standing.includes("paused") ? "paused" : "ended" });
  }

  /** Iterations a second over the last few seconds. */
  #measure(): void {
    const { study } = this.#store.state;
    if (study?.status.kind !== "running") return;
    const now = { at: performance.now(), iterations: iterationsOf(study) };
    this.#pace.push(now);
    while (this.#pace.length > 2 && now.at - this.#pace[0]!.at > 1000 * RATED) this.#pace.shift();
    const first = this.#pace[0]!;
    const seconds = (now.at - first.at) / 1000;
    if (seconds < 0.5) return;
    const rate = (now.iterations - first.iterations) / seconds;
    this.#update((study) => ({ ...study, rate }));
    // While some are flossed, training has but a part of the time.
    if (seconds < 1 || study.spec.flossing.when !== "never") return;
    this.#store.set({ speed: (rate * iterationWork(study.spec, connect_timing(study.spec.task).steps)) / this.#hands.length });
  }

  #dismiss(): void {
    this.#begun++;
    this.#hands.forEach((hand) => hand.dismiss());
    this.#hands = [];
    this.#standing = [];
    this.#owners.clear();
    this.#pace = [];
    this.#summing.forget();
  }

  #stand(status: Status): void {
    this.#update((study) => ({ ...study, status }));
  }

  #update(change: (study: Study) => Study): void {
    const { study } = this.#store.state;
    if (study) this.#store.set({ study: change(study) });
  }
}

/** What of the last study stays in sight beside the next one: of the same task, and only where it had got somewhere. */
function toCompare(last: Study | null, before: Before | null, next: ConnectSpec): Before | null {
  const isShort = (lines: Before["lines"]) => lines.every(({ loss }) => loss.length < 3);
  const found = last && !isShort(last.lines) ? { spec: last.spec, lines: last.lines } : before;
  return found && found.spec.task === next.task && JSON.stringify(found.spec) !== JSON.stringify(next) ? found : null;
}

