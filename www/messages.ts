// What the page and a Worker say to each other. A Worker runs one Session; both sides switch over `kind`.

import type { Act, Answer, EngineKind, Event as RunEvent, Field, Raster, Spec, TestImage, Watched } from "./generated/engram.js";

/** A file of a data set, as it was fetched: IDX, gzipped or plain. */
export interface DataFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** How far to go before pausing by itself: to the beginning is not at all. A batch is a slice of work, asleep too.
 *  An act is what a person had a run do that stood still. */
export type Until = "end" | "phase" | "batch" | "beginning" | "act";

/** What the page may ask about the run, while it computes, stands still or is over. `phases` counts those gone through. */
export type Question =
  | { readonly kind: "answer"; readonly values: Float32Array; readonly phases: number }
  | { readonly kind: "image"; readonly number: number }
  | { readonly kind: "fields"; readonly phases: number }
  /** What spiking areas do while they are shown an image, now (`null`) or as they were after so many phases. */
  | { readonly kind: "watched"; readonly values: Float32Array; readonly label: number | null; readonly phases: number | null }
  /** What the analyses need of a run that was studied. */
  | { readonly kind: "record" }
  /** The run as a file. */
  | { readonly kind: "save" }
  /** The network as it is now, as a file in the safetensors format. */
  | { readonly kind: "weights" };

/** What each question is answered with. */
export interface Replies {
  readonly answer: Answer;
  readonly image: TestImage;
  /** `null` where the networks were not kept. */
  readonly fields: readonly Field[] | null;
  /** `watched` is `null` where that network was not kept; `ms`: how long it was computed. */
  readonly watched: { readonly watched: Watched | null; readonly ms: number };
  /** JSON that only the core reads; `null` where the run has not finished. */
  readonly record: string | null;
  readonly save: Uint8Array;
  readonly weights: Uint8Array;
}

/** A run from its beginning, or one that was saved, which goes on. */
export interface Begin {
  readonly spec: Spec;
  readonly saved?: Uint8Array;
}

export type ToWorker =
  | {
      readonly kind: "start";
      readonly module: WebAssembly.Module;
      readonly begin: Begin;
      /** Under which name the run is kept in this browser while it goes on; `null`: it is not. */
      readonly keep: string | null;
      readonly files: readonly DataFile[];
      /** Whether `files` hold the small, class-balanced part of the set. */
      readonly quick: boolean;
      readonly until: Until;
      /** Whether single spikes are told, and every phase's network is kept to be asked. */
      readonly watched: boolean;
      /** Whether all of sleep is read, and a record made for the analyses. */
      readonly studied?: boolean;
    }
  | { readonly kind: "pause" }
  | { readonly kind: "resume"; readonly until: Until }
  | { readonly kind: "act"; readonly act: Act }
  /** The run goes on with another engine, and stands still if it stood still. */
  | { readonly kind: "engine"; readonly engine: EngineKind }
  /** Gives the GPU up, as a driver that fails does. Only tests say it, from within the Worker. */
  | { readonly kind: "lose" }
  | { readonly kind: "ask"; readonly id: number; readonly question: Question };

export type FromWorker =
  | { readonly kind: "event"; readonly event: RunEvent }
  /** What a saved run had told, first of all, and its last spikes. */
  | { readonly kind: "told"; readonly events: readonly RunEvent[]; readonly raster: Raster | undefined }
  | { readonly kind: "paused" }
  /** The Session has no more work; it can still be asked and acted upon. */
  | { readonly kind: "ended" }
  /** It stood still, or was over, and goes on. */
  | { readonly kind: "resumed" }
  /** Single spikes of the sleep under way. */
  | { readonly kind: "raster"; readonly raster: Raster }
  /** An act that cannot be done; `message` is for people. */
  | { readonly kind: "refused"; readonly message: string }
  /** The engine could not be changed; `message` is for people. */
  | { readonly kind: "kept"; readonly message: string }
  /** The answer to question `id`. */
  | { readonly kind: "answered"; readonly id: number; readonly reply: Replies[keyof Replies] }
  | { readonly kind: "unanswered"; readonly id: number; readonly message: string }
  /** The run cannot be kept in this browser; `message` is for people. It goes on. */
  | { readonly kind: "unkept"; readonly message: string }
  /** `message` is for people. */
  | { readonly kind: "failed"; readonly message: string };
