// The page's end of one Worker of a study.

import type { Begin, FromWorker, Question, Replies, ToWorker } from "./messages.js";

type Told = Exclude<FromWorker, { kind: "answered" | "unanswered" }>;

export class Hand {
  readonly #worker: Worker;
  readonly #questions = new Map<number, { told: (reply: never) => void; refused: (reason: Error) => void }>();
  #asked = 0;
  #isGone = false;

  /** Starts a share; `hear` is told what the Worker says, a Worker that cannot be started included. */
  constructor(code: URL, module: WebAssembly.Module, begin: Begin, hear: (message: Told) => void) {
    this.#worker = new Worker(code);
    // What a dismissed Worker had still sent is heard by nobody.
    this.#worker.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => void (this.#isGone || this.#answer(data) || hear(data as Told)));
    this.#worker.addEventListener("error", (event) => {
      event.preventDefault();
      if (!this.#isGone) hear({ kind: "failed", message: event.message || "The Worker that computes could not be started." });
    });
    this.tell({ kind: "start", module, begin });
  }

  tell(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  /** Asks about a network of this share; fails where the study is gone before it is answered. */
  ask<K extends Question["kind"]>(question: Extract<Question, { kind: K }>): Promise<Replies[K]> {
    const id = this.#asked++;
    return new Promise((told, refused) => {
      this.#questions.set(id, { told, refused });
      this.tell({ kind: "ask", id, question });
    });
  }

  dismiss(): void {
    this.#isGone = true;
    this.#worker.terminate();
    for (const { refused } of this.#questions.values()) refused(new Error("The study is gone."));
    this.#questions.clear();
  }

  #answer(message: FromWorker): boolean {
    if (message.kind !== "answered" && message.kind !== "unanswered") return false;
    const question = this.#questions.get(message.id);
    this.#questions.delete(message.id);
    if (message.kind === "answered") question?.told(message.reply as never);
    else question?.refused(new Error(message.message));
    return true;
  }
}
