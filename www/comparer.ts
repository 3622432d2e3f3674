// Starts and stops a comparison: its runs wait in a queue for Workers, as many at once as the machine bears.

import { armsOf, described, labelOf, LETTERS } from "./arms.js";
import { elsewhere } from "./busy.js";
import { capacity, thisMachine } from "./capacity.js";
import { clash, hearLean, MOST_SEEDS, seedCount, withRun, type Arm, type Compare, type Comparison, type ComparisonStatus } from "./compare.js";
import { fetchData, forgetData, type SetFiles } from "./data.js";
import { Job, type Core } from "./job.js";
import type { FromWorker } from "./messages.js";
import { begin, isActive, type Run, type Status } from "./run.js";
import { isComparing, type Store } from "./state.js";
import { words } from "./words.js";

/** Positions of an arm and of a seed. */
interface Turn {
  readonly arm: number;
  readonly seed: number;
}

export class Comparer {
  readonly #store: Store;
  readonly #core: () => Promise<Core>;
  #queue: Turn[] = [];
  #jobs = new Set<Job>();
  #fetching = new AbortController();

  constructor(store: Store, core: () => Promise<Core>) {
    this.#store = store;
    this.#core = core;
  }

  /** Puts the present settings aside as an arm. */
  add(): void {
    const { spec, compare } = this.#store.state;
    const { added } = compare.chosen;
    const id = LETTERS.find((letter) => added.every((one) => one.id !== letter));
    const twin = added.find((one) => described(one.spec) === described(spec));
    if (twin) return this.#set({ problem: `The present settings are an arm already: ${labelOf(twin)}. Change a control first.` });
    if (!id) return this.#set({ problem: `No more than ${LETTERS.length} settings can be added. Remove one first.` });
    this.#set({ chosen: { ...compare.chosen, added: [...added, { id, spec }] }, problem: null });
  }

  /** Runs what is chosen, from the beginning. */
  async start(): Promise<void> {
    const { state } = this.#store;
    if (isComparing(state.compare) || elsewhere(state, "comparison")) return;
    let planned: Comparison;
    try {
      planned = this.#plan();
    } catch (error) {
      return this.#set({ problem: words(error) });
    }
    this.#set({ latest: planned, problem: null });
    const fetching = (this.#fetching = new AbortController());
    try {
      const [files, core] = await Promise.all([this.#fetch(planned.arms, fetching.signal), this.#core()]);
      if (fetching.signal.aborted) return;
      // Seed by seed, so that pairs are complete early.
      this.#queue = planned.seeds.flatMap((_, seed) => planned.arms.map((_, arm) => ({ arm, seed })));
      this.#stand({ kind: "running" });
      this.#fill({ core, files });
    } catch (error) {
      if (fetching.signal.aborted) return;
      fetching.abort(); // the other files of the set
      this.#stand({ kind: "failed", message: words(error) });
    }
  }

  /** Ends the comparison; what was measured stays. */
  stop(): void {
    if (!isComparing(this.#store.state.compare)) return;
    this.#fetching.abort();
    this.#queue = [];
    this.#jobs.forEach((job) => job.stop());
    this.#jobs.clear();
    const stopped = (run: Run | null) => (isActive(run) ? { ...run, status: { kind: "stopped" } as const } : run);
    this.#update((latest) => ({ ...latest, status: { kind: "stopped" }, runs: latest.runs.map((row) => row.map(stopped)) }));
  }

  /** The comparison that the form and the controls ask for. Refused in words. */
  #plan(): Comparison {
    const { state } = this.#store;
    const { chosen } = state.compare;
    const n = seedCount(chosen.seeds);
    if (n === null) throw new Error(`“${chosen.seeds}” is no number of runs: whole numbers from 1 to ${MOST_SEEDS} are allowed.`);
    const first = state.spec.seed;
    if (first + n > 2 ** 32) throw new Error(`There are no ${n} seeds from ${first} on: seeds end at ${2 ** 32 - 1}. Choose a smaller first seed.`);
    const arms = armsOf(chosen, state);
    if (arms.every(({ bound }) => bound !== null)) throw new Error("There is nothing to compare with the bounds: tick a strategy or add the present settings.");
    const why = clash(arms);
    if (why) throw new Error(why);
    return {
      arms,
      seeds: Array.from({ length: n }, (_, i) => first + i),
      runs: arms.map(() => Array.from({ length: n }, () => null)),
      status: { kind: "loading", received: 0, total: 0 },
      capacity: capacity(arms.map(({ spec }) => spec), thisMachine()),
    };
  }

  /** The files of each arm, brought once. */
  async #fetch(arms: readonly Arm[], signal: AbortSignal): Promise<Files> {
    const files: SetFiles[] = [];
    for (const { spec } of arms) {
      files.push(await fetchData(spec.data, (received, total) => signal.aborted || this.#stand({ kind: "loading", received, total }), signal));
    }
    return files;
  }

  /** Lets the next runs begin, while there is room. A single run that goes on takes a place. */
  #fill(means: Means): void {
    const { compare, run } = this.#store.state;
    const room = Math.max(1, compare.latest!.capacity.atOnce - (isActive(run) ? 1 : 0));
    while (this.#jobs.size < room && this.#queue.length > 0) this.#run(this.#queue.shift()!, means);
    if (this.#jobs.size === 0) this.#stand({ kind: "ended" });
  }

  #run(turn: Turn, { core, files }: Means): void {
    const { arms, seeds } = this.#store.state.compare.latest!;
    const arm = arms[turn.arm]!;
    const spec = { ...arm.spec, seed: seeds[turn.seed]! };
    this.#updateRun(turn, () => ({ ...begin(spec, arm.label), status: { kind: "running" } }));
    const over = (status: Status) => {
      job.stop();
      this.#jobs.delete(job);
      this.#updateRun(turn, (run) => run && { ...run, status });
      this.#fill({ core, files });
    };
    const job = new Job({ ...core, begin: { spec }, data: files[turn.arm]!, until: "end", watched: false, keep: null }, (message) => this.#hear(turn, message, over));
    this.#jobs.add(job);
  }

  #hear(turn: Turn, message: FromWorker, over: (status: Status) => void): void {
    switch (message.kind) {
      case "event":
        this.#updateRun(turn, (run) => run && hearLean(run, message.event));
        break;
      case "ended":
        over({ kind: "ended" });
        break;
      case "failed":
        forgetData(); // the files may be what it failed for
        over({ kind: "failed", message: message.message });
        break;
    }
  }

  #stand(status: ComparisonStatus): void {
    this.#update((latest) => ({ ...latest, status }));
  }

  #updateRun({ arm, seed }: Turn, change: (run: Run | null) => Run | null): void {
    this.#update((latest) => withRun(latest, arm, seed, change));
  }

  #update(change: (latest: Comparison) => Comparison): void {
    const { latest } = this.#store.state.compare;
    if (latest) this.#set({ latest: change(latest) });
  }

  #set(change: Partial<Compare>): void {
    this.#store.set({ compare: { ...this.#store.state.compare, ...change } });
  }
}

/** Of each arm. */
type Files = readonly SetFiles[];

/** What all runs are made with. */
interface Means {
  readonly core: Core;
  readonly files: Files;
}
