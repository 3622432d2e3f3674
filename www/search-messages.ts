// What the page and a Worker that tries constants say to each other. A Worker does one errand; both sides switch over `kind`.

import type { Spec, TriedOrder } from "./generated/engram.js";
import type { DataFile } from "./messages.js";

export type ToTrier =
  | {
      readonly kind: "start";
      readonly module: WebAssembly.Module;
      readonly files: readonly DataFile[];
      /** Whether `files` hold the small, class-balanced part of the set. */
      readonly quick: boolean;
      /** One run after another, up to the first that is given up. */
      readonly specs: readonly Spec[];
    }
  | { readonly kind: "pause" }
  | { readonly kind: "resume" };

export type FromTrier =
  | { readonly kind: "tried"; readonly trials: TriedOrder[] }
  /** `message` is for people. */
  | { readonly kind: "failed"; readonly message: string };
