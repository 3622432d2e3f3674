// What the page and a Worker of a study say to each other; both sides switch over `kind`.

import type { ConnectEvent, ConnectSpec, NetworkRecord, Shown, Trajectories } from "../generated/engram.js";

/** A share of a study from its beginning, or one that was saved, which goes on. */
export type Begin = { readonly spec: ConnectSpec; readonly share: number; readonly shares: number } | { readonly saved: Uint8Array };

/** What the page may ask while a share computes, stands still or is over. */
export type Question =
  /** What a network makes of a test trial. */
  | { readonly kind: "show"; readonly network: number; readonly trial: number }
  | { readonly kind: "trajectories"; readonly network: number }
  /** The share as bytes. */
  | { readonly kind: "save" };

export interface Replies {
  readonly show: Shown | undefined;
  readonly trajectories: Trajectories | undefined;
  readonly save: Uint8Array;
}

export type ToWorker =
  | { readonly kind: "start"; readonly module: WebAssembly.Module; readonly begin: Begin }
  | { readonly kind: "pause" }
  | { readonly kind: "resume" }
  | { readonly kind: "ask"; readonly id: number; readonly question: Question };

export type FromWorker =
  | { readonly kind: "events"; readonly events: readonly ConnectEvent[] }
  /** What became so far of the networks of a share that was saved, first of all. */
  | { readonly kind: "told"; readonly records: readonly (readonly [number, NetworkRecord])[] }
  | { readonly kind: "paused" }
  /** There is no more work; it can still be asked. */
  | { readonly kind: "ended" }
  | { readonly kind: "answered"; readonly id: number; readonly reply: Replies[keyof Replies] }
  | { readonly kind: "unanswered"; readonly id: number; readonly message: string }
  /** `message` is for people. */
  | { readonly kind: "failed"; readonly message: string };
