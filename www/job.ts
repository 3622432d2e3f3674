// One run in one Worker of its own, from its start until it is stopped.

import type { SetFiles } from "./data.js";
import type { Begin, FromWorker, ToWorker, Until } from "./messages.js";

/** What all Workers share. */
export interface Core {
  /** The compiled core. */
  readonly module: WebAssembly.Module;
  /** A Worker's code: see `worker-url.ts`. */
  readonly code: URL;
}

export interface Work extends Core {
  readonly begin: Begin;
  readonly data: SetFiles;
  readonly until: Until;
  /** Whether a person looks on: see `messages.ts`. */
  readonly watched: boolean;
  /** See `messages.ts`. */
  readonly studied?: boolean;
  /** See `messages.ts`. */
  readonly keep: string | null;
}

export class Job {
  readonly #worker: Worker;
  #stopped = false;

  /** Starts the run; `hear` is told what the Worker says, a Worker that cannot be started included. */
  constructor({ code, module, begin, data, until, watched, studied = false, keep }: Work, hear: (message: FromWorker) => void) {
    this.#worker = new Worker(code);
    // What a terminated Worker had still sent is heard by nobody.
    const pass = (message: FromWorker) => this.#stopped || hear(message);
    this.#worker.addEventListener("message", ({ data: message }: MessageEvent<FromWorker>) => pass(message));
    this.#worker.addEventListener("error", (event) => {
      event.preventDefault();
      pass({ kind: "failed", message: event.message || "The Worker that computes could not be started." });
    });
    this.tell({ kind: "start", module, begin, ...data, until, watched, studied, keep });
  }

  tell(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  stop(): void {
    this.#stopped = true;
    this.#worker.terminate();
  }
}
