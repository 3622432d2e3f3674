// One errand of a search in one Worker of its own, from its start until it is told of or stopped.

import type { SetFiles } from "./data.js";
import type { Spec } from "./generated/engram.js";
import type { Core } from "./job.js";
import type { FromTrier, ToTrier } from "./search-messages.js";

export class Trying {
  readonly #worker: Worker;
  #stopped = false;

  /** Starts the runs; `hear` is told what the Worker says, a Worker that cannot be started included. */
  constructor({ code, module }: Core, data: SetFiles, specs: readonly Spec[], hear: (message: FromTrier) => void) {
    this.#worker = new Worker(code);
    // What a terminated Worker had still sent is heard by nobody.
    const pass = (message: FromTrier) => this.#stopped || hear(message);
    this.#worker.addEventListener("message", ({ data: message }: MessageEvent<FromTrier>) => pass(message));
    this.#worker.addEventListener("error", (event) => {
      event.preventDefault();
      pass({ kind: "failed", message: event.message || "The Worker that computes could not be started." });
    });
    this.tell({ kind: "start", module, ...data, specs });
  }

  tell(message: ToTrier): void {
    this.#worker.postMessage(message);
  }

  stop(): void {
    this.#stopped = true;
    this.#worker.terminate();
  }
}
