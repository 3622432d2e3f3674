// What the page and a Worker say to each other. A Worker runs one Session; both sides switch over `kind`.

import type { Event as RunEvent, Spec } from "./generated/engram.js";

/** A file of a data set, as it was fetched: IDX, gzipped or plain. */
export interface DataFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** How far to go before pausing by itself. */
export type Until = "end" | "phase";

export type ToWorker =
  | {
      readonly kind: "start";
      readonly module: WebAssembly.Module;
      readonly spec: Spec;
      readonly files: readonly DataFile[];
      /** Whether `files` hold the small, class-balanced part of the set. */
      readonly quick: boolean;
      readonly until: Until;
    }
  | { readonly kind: "pause" }
  | { readonly kind: "resume"; readonly until: Until };

export type FromWorker =
  | { readonly kind: "event"; readonly event: RunEvent }
  | { readonly kind: "paused" }
  /** The Session has no more work. */
  | { readonly kind: "ended" }
  /** `message` is for people. */
  | { readonly kind: "failed"; readonly message: string };
