// Starts and stops a study: runs of the present Spec, watched closely, as many at once as the machine bears; and has the core
// make of their records what they give together.

import { elsewhere } from "./busy.js";
import { capacity, thisMachine } from "./capacity.js";
import { hearLean, MOST_SEEDS, seedCount } from "./compare.js";
import { analysesOf } from "./core.js";
import { fetchData, forgetData, type SetFiles } from "./data.js";
import type { Spec } from "./generated/engram.js";
import { spec_set } from "./generated/page.js";
import { Job, type Core } from "./job.js";
import { unacted } from "./link.js";
import type { FromWorker } from "./messages.js";
import { begin, isActive, type Run, type Status } from "./run.js";
import { dataSet, isStudying, type Store } from "./state.js";
import type { Studies, Study, StudyKind } from "./study.js";
import { words } from "./words.js";

export class Analyser {
  readonly #store: Store;
  readonly #core: () => Promise<Core>;
  #kind: StudyKind = "sleep";
  /** Positions of the seeds that wait. */
  #queue: number[] = [];
  #jobs = new Set<Job>();
  /** What finished runs left behind, by the position of their seed. */
  #records = new Map<number, string>();
  #fetching = new AbortController();

  constructor(store: Store, core: () => Promise<Core>) {
    this.#store = store;
    this.#core = core;
  }

  /** Studies what the controls say, from the beginning. */
  async start(kind: StudyKind): Promise<void> {
    const { state } = this.#store;
    if (isStudying(state.studies) || elsewhere(state, "analyses")) return;
    let planned: Study;
    try {
      planned = this.#plan(kind);
    } catch (error) {
      return this.#set({ problem: words(error) });
    }
    this.#kind = kind;
    this.#records.clear();
    this.#set({ [kind]: planned, problem: null });
    const fetching = (this.#fetching = new AbortController());
    try {
      const heard = (received: number, total: number) => fetching.signal.aborted || this.#update({ status: { kind: "loading", received, total } });
      const [data, core] = await Promise.all([fetchData(planned.spec.data, heard, fetching.signal), this.#core()]);
      if (fetching.signal.aborted) return;
      this.#queue = planned.seeds.map((_, i) => i);
      this.#update({ status: { kind: "running" } });
      this.#fill({ core, data });
    } catch (error) {
      if (fetching.signal.aborted) return;
      fetching.abort(); // the other files of the set
      this.#update({ status: { kind: "failed", message: words(error) } });
    }
  }

  /** Ends the study; what finished runs gave stays. */
  stop(): void {
    if (!isStudying(this.#store.state.studies)) return;
    this.#fetching.abort();
    this.#queue = [];
    this.#jobs.forEach((job) => job.stop());
    this.#jobs.clear();
    const stopped = (run: Run | null) => (isActive(run) ? { ...run, status: { kind: "stopped" } as const } : run);
    this.#update({ status: { kind: "stopped" }, runs: this.#study.runs.map(stopped) });
  }

  /** The study that the form and the controls ask for. Refused in words. */
  #plan(kind: StudyKind): Study {
    const { spec: chosen, studies } = this.#store.state;
    const n = seedCount(studies.runs);
    if (n === null) throw new Error(`“${studies.runs}” is no number of runs: whole numbers from 1 to ${MOST_SEEDS} are allowed.`);
    const first = chosen.seed;
    if (first + n > 2 ** 32) throw new Error(`There are no ${n} seeds from ${first} on: seeds end at ${2 ** 32 - 1}. Choose a smaller first seed.`);
    const spec = kind === "importance" ? twoTasks(chosen) : chosen;
    return {
      spec,
      seeds: Array.from({ length: n }, (_, i) => first + i),
      runs: Array.from({ length: n }, () => null),
      status: { kind: "loading", received: 0, total: 0 },
      capacity: capacity([spec], thisMachine()),
      results: null,
      analysed: [],
    };
  }

  /** Lets the next runs begin, while there is room. A single run that goes on takes a place. */
  #fill(means: Means): void {
    const room = Math.max(1, this.#study.capacity.atOnce - (isActive(this.#store.state.run) ? 1 : 0));
    while (this.#jobs.size < room && this.#queue.length > 0) this.#run(this.#queue.shift()!, means);
    if (this.#jobs.size === 0) this.#update({ status: { kind: "ended" } });
  }

  #run(at: number, { core, data }: Means): void {
    const { spec: shared, seeds } = this.#study;
    const spec = { ...shared, seed: seeds[at]! };
    this.#updateRun(at, () => ({ ...begin(spec, ""), status: { kind: "running" } }));
    const over = async (status: Status, record: string | null): Promise<void> => {
      job.stop();
      this.#updateRun(at, (run) => run && { ...run, status });
      if (record !== null) await this.#take(at, record);
      // It may have been stopped while the records were read.
      if (this.#jobs.delete(job)) this.#fill({ core, data });
    };
    const work = { ...core, begin: { spec }, data, until: "end", watched: false, studied: true, keep: null } as const;
    const job: Job = new Job(work, (message) => this.#hear(at, message, job, over));
    this.#jobs.add(job);
  }

  #hear(at: number, message: FromWorker, job: Job, over: (status: Status, record: string | null) => Promise<void>): void {
    switch (message.kind) {
      case "event":
        this.#updateRun(at, (run) => run && hearLean(run, message.event));
        break;
      case "ended":
        job.tell({ kind: "ask", id: 0, question: { kind: "record" } });
        break;
      case "answered":
        void over({ kind: "ended" }, message.reply as string | null);
        break;
      case "failed":
      case "unanswered":
        forgetData(); // the files may be what it failed for
        void over({ kind: "failed", message: message.message }, null);
        break;
    }
  }

  /** Takes in a run's record, and has all there are analysed. */
  async #take(at: number, record: string): Promise<void> {
    this.#records.set(at, record);
    const [study, turn] = [this.#study, this.#fetching];
    const analysed = study.seeds.flatMap((_, i) => (this.#records.has(i) ? [i] : []));
    const records = analysed.map((i) => this.#records.get(i)!);
    const names = dataSet(this.#store.state, study.spec.data.name)?.classes ?? [];
    try {
      const results = await analysesOf(records, names);
      if (turn === this.#fetching && records.length === this.#records.size) this.#update({ results, analysed });
    } catch (error) {
      if (turn !== this.#fetching) return;
      this.#records.delete(at);
      this.#updateRun(at, (run) => run && { ...run, status: { kind: "failed", message: words(error) } });
    }
  }

  get #study(): Study {
    return this.#store.state.studies[this.#kind]!;
  }

  #updateRun(at: number, change: (run: Run | null) => Run | null): void {
    this.#update({ runs: this.#study.runs.map((run, i) => (i === at ? change(run) : run)) });
  }

  #update(change: Partial<Study>): void {
    this.#set({ [this.#kind]: { ...this.#study, ...change } });
  }

  #set(change: Partial<Studies>): void {
    this.#store.set({ studies: { ...this.#store.state.studies, ...change } });
  }
}

/** What all runs are made with. */
interface Means {
  readonly core: Core;
  readonly data: SetFiles;
}

/** The first two tasks, as they are listed, as `engram analyse importance` has them. */
function twoTasks(spec: Spec): Spec {
  const { classes } = spec.tasks;
  if (classes.length < 2) throw new Error("The importance of synapses is compared over two tasks, and there is one.");
  if (!spec.strategy.kind.startsWith("src")) throw new Error("Synapses are compared before and after the sleep S2, and this strategy does not sleep: choose one that does.");
  return spec_set(unacted(spec), [["tasks.classes", JSON.stringify(classes.slice(0, 2))], ["tasks.order", "listed"]]);
}
