// Starts, pauses and stops the run: the page's end of the Worker.

import { fetchData, forgetData, isQuick } from "./data.js";
import { parts } from "./link.js";
import type { FromWorker, ToWorker, Until } from "./messages.js";
import { begin, hear, isActive, type Run, type Status } from "./run.js";
import type { Store } from "./state.js";
import { words } from "./words.js";

export class Runner {
  readonly #store: Store;
  readonly #module: WebAssembly.Module;
  #worker: Worker | null = null;
  #fetching = new AbortController();

  constructor(store: Store, module: WebAssembly.Module) {
    this.#store = store;
    this.#module = module;
  }

  /** Runs what the controls say, from the beginning. */
  async start(until: Until): Promise<void> {
    this.stop();
    const { spec, hash } = this.#store.state;
    const fetching = (this.#fetching = new AbortController());
    this.#store.set({ run: begin(spec, parts(hash).preset), problem: null, scrub: null });
    try {
      const loading = (received: number, total: number) => {
        if (!fetching.signal.aborted) this.#stand({ kind: "loading", received, total });
      };
      const files = await fetchData(spec.data, loading, fetching.signal);
      if (fetching.signal.aborted) return;
      this.#worker = this.#open();
      this.#tell({ kind: "start", module: this.#module, spec, files, quick: isQuick(spec.data), until });
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

  /** Ends the run; what was measured stays. */
  stop(): void {
    this.#fetching.abort();
    this.#worker?.terminate();
    this.#worker = null;
    if (isActive(this.#store.state.run)) this.#stand({ kind: "stopped" });
  }

  #open(): Worker {
    const worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
    // What a terminated Worker had still sent is not of the run that is shown now.
    worker.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => {
      if (worker === this.#worker) this.#hear(data);
    });
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      this.#fail(event.message || "The Worker that computes could not be started.");
    });
    return worker;
  }

  #hear(message: FromWorker): void {
    switch (message.kind) {
      case "event":
        this.#update((run) => hear(run, message.event));
        break;
      case "paused":
        this.#stand({ kind: "paused" });
        break;
      case "ended":
        this.#end({ kind: "ended" });
        break;
      case "failed":
        this.#fail(message.message);
        break;
    }
  }

  #fail(message: string): void {
    forgetData();
    this.#end({ kind: "failed", message });
  }

  #end(status: Status): void {
    this.#worker?.terminate();
    this.#worker = null;
    this.#stand(status);
  }

  #tell(message: ToWorker): void {
    this.#worker?.postMessage(message);
  }

  #stand(status: Status): void {
    this.#update((run) => ({ ...run, status }));
  }

  #update(change: (run: Run) => Run): void {
    const { run } = this.#store.state;
    if (run) this.#store.set({ run: change(run) });
  }
}
