// What computes a run, in words, and what can go wrong with it.

import type { EngineUsed, Event as RunEvent } from "./generated/engram.js";
import { duration } from "./words.js";

/** Of an engine that was asked for: what the core gives as its reason. */
const ASKED_FOR = "the Spec says so";

/** `the CPU`, or the GPU's name. */
export function engineName({ adapter }: EngineUsed): string {
  if (!adapter) return "the CPU";
  const { name, api, software } = adapter;
  return `${name}, through ${api === "BrowserWebGpu" ? "WebGPU" : api}${software ? " (a program that acts as a GPU, slow)" : ""}`;
}

/** What computes, why, and what was expected of each engine. */
export function engineInWords(engine: EngineUsed): string {
  const { reason, trials } = engine;
  const on = `On ${engineName(engine)}${reason === ASKED_FOR ? ", as chosen" : `: ${reason}`}.`;
  if (trials.length === 0) return on;
  const each = trials.map(({ kind, seconds }) => `${duration(seconds)} on the ${kind === "gpu" ? "GPU" : "CPU"}`);
  return `${on} Expected of the whole run: ${each.join(", ")}.`;
}

/** What is wrong with an engine that is told of; `null`: nothing. */
export function fault({ engine, failure, went_back }: Extract<RunEvent, { event: "engine" }>): string | null {
  if (failure == null) return null;
  if (!went_back) return `A GPU was asked for, but ${failure}. The run is computed on the CPU.`;
  const where = engine.kind === "gpu" ? "on a new device" : "on the CPU";
  const what = failure.charAt(0).toUpperCase() + failure.slice(1).replace(/\.(?=\)?$)/, ""); // a driver's words may end in a full stop
  return `${what}. The run goes on from its last checkpoint, ${where}.`;
}
