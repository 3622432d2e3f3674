// Starts and stops a search: the core decides what is tried next, and Workers try it, as many at once as the machine bears.

import { elsewhere } from "./busy.js";
import { capacity, thisMachine } from "./capacity.js";
import { wholeHere } from "./core.js";
import { fetchData, forgetData } from "./data.js";
import type { Errand, Search as Tuner, Spec, TriedOrder } from "./generated/engram.js";
import { spec_set } from "./generated/page.js";
import type { Core } from "./job.js";
import { claim, type Claim } from "./kept.js";
import { forgetSearch, keepSearch, KEPT, keptSearch } from "./kept-search.js";
import { choose, unacted } from "./link.js";
import { isActive } from "./run.js";
import { isIdle, isSearching, limits, NOT_SEARCHED, sleeps, tuningOf, type Budget, type Search, type Searching, type SearchStatus } from "./search.js";
import type { Store } from "./state.js";
import { Trying } from "./trying.js";
import { megabytes, words } from "./words.js";
import { workerUrl } from "./worker-url.js";

/** The longest log that is read, in bytes. */
const LIMIT = 64 * 2 ** 20;

export class Searcher {
  readonly #store: Store;
  readonly #core: () => Promise<Core>;
  /** The core's end of the search that is here. */
  #tuner: Tuner | null = null;
  readonly #trying = new Set<Trying>();
  /** Aborted where what is under way is of no interest any more. */
  #going = new AbortController();
  /** When it ends: evaluations in all, and seconds of going on. */
  #limits = { evaluations: 0, seconds: 0 };
  /** Milliseconds that it went on, pauses left out; and since when it goes on. */
  #gone = 0;
  #since = 0;
  #keeping = false;
  #stale = false;
  #reopening: Promise<void> | null = null;
  /** The right to the one search that this browser keeps. */
  #right: Promise<Claim | null> | null = null;

  constructor(store: Store, core: () => Promise<Core>) {
    this.#store = store;
    this.#core = core;
    store.set({ search: NOT_SEARCHED });
  }

  get #state(): Searching {
    return this.#store.state.search!;
  }

  /** Begins the search that the form and the controls ask for. */
  async start(): Promise<void> {
    if (this.#state.latest || this.#isBusy()) return;
    await this.#orSay("", async () => {
      const spec = unacted(this.#store.state.spec);
      if (!sleeps(spec)) throw new Error("What the controls say does not sleep: there are no constants of sleep to find");
      const tuning = tuningOf({ ...this.#state.chosen, wanted: this.#state.chosen.wanted.filter((one) => !isIdle(one, spec)) });
      this.#limits = limits(this.#state.budget);
      const { Search } = await wholeHere();
      await this.#reopening;
      if (this.#state.latest || this.#isBusy()) return; // meanwhile
      this.#take(Search.create(spec, tuning));
      await this.#go();
    });
  }

  /** Goes on with the search that is here. */
  async goOn(): Promise<void> {
    if (!this.#tuner || this.#isBusy()) return;
    await this.#orSay("", async () => {
      this.#limits = limits(this.#state.budget);
      const { evaluations } = this.#limits;
      const told = this.#state.latest!.told.length;
      if (told >= evaluations) throw new Error(`${told} evaluations are done, and ${evaluations} were asked for: ask for more to go on`);
      await this.#go();
    });
  }

  pause(): void {
    if (this.#state.latest?.status.kind !== "running") return;
    this.#trying.forEach((one) => one.tell({ kind: "pause" }));
    this.#gone += performance.now() - this.#since;
    this.#stand({ kind: "paused" });
  }

  resume(): void {
    if (this.#state.latest?.status.kind !== "paused") return;
    this.#since = performance.now();
    this.#stand({ kind: "running" });
    this.#trying.forEach((one) => one.tell({ kind: "resume" }));
  }

  /** Ends the search here; what was tried stays, and what is under way is tried anew by whoever goes on. */
  stop(): void {
    if (!isSearching(this.#state)) return;
    this.#halt({ kind: "stopped" });
  }

  /** Opens a log, of this page or of the command line. What is none changes nothing but the message. */
  async open(file: File): Promise<void> {
    if (isSearching(this.#state)) return;
    await this.#orSay(`${file.name} was not opened: `, async () => {
      if (file.size > LIMIT) throw new Error(`it holds ${megabytes(file.size)}, and at most ${megabytes(LIMIT)} are read`);
      const text = await file.text();
      const { Search } = await wholeHere();
      await this.#reopening;
      if (isSearching(this.#state)) throw new Error("a search has begun meanwhile");
      this.#take(Search.open(text));
      this.#keep();
    });
  }

  /** Shows the search that this browser kept, if there is one and none is here. */
  reopen(): Promise<void> {
    return (this.#reopening ??= this.#reopen());
  }

  async #reopen(): Promise<void> {
    const log = await keptSearch();
    if (log === null || this.#state.latest || !(await this.#mayKeep())) return;
    await this.#orSay("The search that was kept in this browser was not opened: ", async () => {
      const { Search } = await wholeHere();
      if (!this.#state.latest) this.#take(Search.open(log));
    });
  }

  /** The search that is here as a file. */
  log(): string {
    return this.#tuner?.log() ?? "";
  }

  /** Forgets the search that is here, so that another can be set up. */
  putAway(): void {
    if (isSearching(this.#state)) return;
    this.#tuner?.free();
    this.#tuner = null;
    this.#set({ latest: null, looked: null, across: null, problem: null });
    void this.#mayKeep().then(async (may) => may && (await forgetSearch()));
  }

  /** Puts the constants of an evaluation into the controls; false where they do not take them. */
  use(place: number): boolean {
    const { run, spec } = this.#store.state;
    const tried = this.#state.latest?.told[place];
    if (!tried || isActive(run)) return false;
    try {
      choose(this.#store, spec_set(spec, Object.entries(tried.parameters).map(([path, value]) => [path, String(value)])));
      return true;
    } catch (error) {
      this.#set({ problem: `Not put into the controls: ${words(error)}.` });
      return false;
    }
  }

  #isBusy(): boolean {
    return isSearching(this.#state) || elsewhere(this.#store.state, "search") !== null;
  }

  /** Makes a search the one that is here, standing still. */
  #take(tuner: Tuner): void {
    this.#tuner?.free();
    this.#tuner = tuner;
    const [spec, tuning, told] = [tuner.spec(), tuner.tuning(), tuner.told()];
    const latest: Search = { spec, tuning, told, best: tuner.best() ?? null, status: { kind: "stopped" }, underWay: 0, capacity: capacity([spec], thisMachine()) };
    this.#set({ latest, looked: null, across: null, problem: null, budget: enough(this.#state.budget, told.length) });
  }

  async #go(): Promise<void> {
    this.#set({ problem: null });
    this.#going = new AbortController();
    const { signal } = this.#going;
    this.#gone = 0;
    this.#since = performance.now();
    this.#stand({ kind: "loading", received: 0, total: 0 });
    try {
      const heard = (received: number, total: number) => signal.aborted || this.#stand({ kind: "loading", received, total });
      const brought = fetchData(this.#state.latest!.spec.data, heard, signal);
      const [{ module }, code] = await Promise.all([this.#core(), workerUrl("search-worker.js"), brought]);
      if (signal.aborted) return;
      this.#stand({ kind: "running" });
      this.#fill({ module, code });
    } catch (error) {
      if (!signal.aborted) this.#halt({ kind: "failed", message: words(error) });
    }
  }

  /** Lets the next errands begin, while there is room and something is left to spend. A single run that goes on takes a place. */
  #fill(core: Core): void {
    const room = () => Math.max(1, this.#state.latest!.capacity.atOnce - (isActive(this.#store.state.run) ? 1 : 0));
    while (this.#state.latest!.underWay < room() && !this.#isSpent()) {
      const errand = this.#tuner!.hand_out();
      if (!errand) break;
      this.#count(1);
      void this.#try(errand, core);
    }
    if (this.#state.latest!.underWay === 0) this.#halt({ kind: "ended" });
  }

  #isSpent(): boolean {
    const { told, underWay, status } = this.#state.latest!;
    const { evaluations, seconds } = this.#limits;
    const gone = this.#gone + (status.kind === "paused" ? 0 : performance.now() - this.#since);
    return told.length + underWay >= evaluations || gone >= 1000 * seconds;
  }

  async #try(errand: Errand, core: Core): Promise<void> {
    const { signal } = this.#going;
    try {
      // Here already, unless a rung learns from another part of the set.
      const data = await fetchData(errand.specs[0]!.data, () => {}, signal);
      if (signal.aborted) return;
      const trying: Trying = new Trying(core, data, errand.specs.map(computed), (message) => {
        trying.stop();
        this.#trying.delete(trying);
        if (message.kind === "failed") return this.#fail(message.message);
        try {
          this.#tell(errand, message.trials);
          this.#fill(core);
        } catch (error) {
          this.#fail(words(error));
        }
      });
      this.#trying.add(trying);
      if (this.#state.latest!.status.kind === "paused") trying.tell({ kind: "pause" });
    } catch (error) {
      if (!signal.aborted) this.#fail(words(error));
    }
  }

  #tell(errand: Errand, trials: TriedOrder[]): void {
    const tried = this.#tuner!.tell(errand.point, trials);
    const best = this.#tuner!.best() ?? null;
    this.#update((latest) => ({ ...latest, told: [...latest.told, tried], best, underWay: latest.underWay - 1 }));
    this.#keep();
  }

  /** The files may be what it failed for. */
  #fail(message: string): void {
    forgetData();
    this.#halt({ kind: "failed", message });
  }

  #halt(status: SearchStatus): void {
    this.#going.abort();
    this.#trying.forEach((one) => one.stop());
    this.#trying.clear();
    this.#tuner?.take_back();
    this.#update((latest) => ({ ...latest, status, underWay: 0 }));
  }

  /** Writes the log into the browser, one writing at a time. A browser that cannot says so: the log can be saved. */
  #keep(): void {
    this.#stale = true;
    if (this.#keeping) return;
    this.#keeping = true;
    const write = async () => {
      while (this.#stale && this.#tuner) {
        this.#stale = false;
        if (!(await this.#mayKeep())) throw new Error("another tab has one, and there is room for one");
        await keepSearch(this.#tuner.log());
      }
    };
    const untold = (error: unknown) => this.#set({ problem: `This search is not kept in this browser (${words(error)}): save its log before you leave.` });
    void write().catch(untold).then(() => (this.#keeping = false));
  }

  /** Whether no other tab keeps its search. */
  async #mayKeep(): Promise<boolean> {
    this.#right ??= claim(KEPT);
    return (await this.#right) !== null;
  }

  /** Does something, and says so where it cannot be done. */
  async #orSay(before: string, task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      this.#set({ problem: `${before}${words(error)}.` });
    }
  }

  #count(more: number): void {
    this.#update((latest) => ({ ...latest, underWay: latest.underWay + more }));
  }

  #stand(status: SearchStatus): void {
    this.#update((latest) => ({ ...latest, status }));
  }

  #update(change: (latest: Search) => Search): void {
    const { latest } = this.#state;
    if (latest) this.#set({ latest: change(latest) });
  }

  #set(change: Partial<Searching>): void {
    this.#store.set({ search: { ...this.#state, ...change } });
  }
}

/** A search that is opened has something left to do. */
function enough(budget: Budget, told: number): Budget {
  return told < Number(budget.evaluations) ? budget : { ...budget, evaluations: String(told + Number(NOT_SEARCHED.budget.evaluations)) };
}

/** Side by side Workers compute on the CPU, unless a GPU is asked for. */
const computed = (spec: Spec): Spec => (spec.engine === "gpu" ? spec : { ...spec, engine: "cpu" });
