// One run in one Worker of its own, from its start until it is stopped.

import { isQuick } from "./data.js";
import type { Spec } from "./generated/engram.js";
import type { DataFile, FromWorker, ToWorker, Until } from "./messages.js";

export interface Work {
  /** The compiled core, which all Workers share. */
  readonly module: WebAssembly.Module;
  readonly spec: Spec;
  readonly files: readonly DataFile[];
  readonly until: Until;
  /** Whether a person looks on: see `messages.ts`. */
  readonly watched: boolean;
}

export class Job {
  readonly #worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
  #stopped = false;

  /** Starts the run; `hear` is told what the Worker says, a Worker that cannot be started included. */
  constructor({ module, spec, files, until, watched }: Work, hear: (message: FromWorker) => void) {
    // What a terminated Worker had still sent is heard by nobody.
    const pass = (message: FromWorker) => this.#stopped || hear(message);
    this.#worker.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => pass(data));
    this.#worker.addEventListener("error", (event) => {
      event.preventDefault();
      pass({ kind: "failed", message: event.message || "The Worker that computes could not be started." });
    });
    this.tell({ kind: "start", module, spec, files, quick: isQuick(spec.data), until, watched });
  }

  tell(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  stop(): void {
    this.#stopped = true;
    this.#worker.terminate();
  }
}
