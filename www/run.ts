// One run as the page knows it: what the core has said so far, and how the run stands.

import { fault } from "./engine.js";
import type { Event as RunEvent, Raster, Spec } from "./generated/engram.js";
import type { Recording } from "./recording.js";

type Of<K extends RunEvent["event"]> = Extract<RunEvent, { event: K }>;
export type Started = Of<"started">;
export type Engine = Of<"engine">;
export type Progress = Of<"progress">;
export type Spikes = Of<"spikes">;
export type Phase = Of<"phase">;
export type Diverged = Of<"diverged">;
export type Finished = Of<"finished">;

export type Status =
  /** Not computed here: a recording, shown up to `at` of its seconds. */
  | { readonly kind: "recorded"; readonly recording: Recording; readonly at: number; readonly playing: boolean }
  | { readonly kind: "loading"; readonly received: number; readonly total: number }
  | { readonly kind: "running" }
  | { readonly kind: "pausing" }
  | { readonly kind: "paused" }
  | { readonly kind: "stopped" }
  | { readonly kind: "ended" }
  | { readonly kind: "failed"; readonly message: string };

export interface Run {
  readonly spec: Spec;
  /** The preset that the Spec is nearest to. */
  readonly preset: string;
  readonly status: Status;
  readonly plan: Started | null;
  /** What computes, as it was last told. */
  readonly engine: Engine | null;
  /** What went wrong with an engine, for people: it stays to be read. */
  readonly fault: string | null;
  readonly phases: readonly Phase[];
  readonly progress: Progress | null;
  /** Samples or sleep steps in a second of computing, as [`progress`]' activity counts; smoothed. */
  readonly rate: number | null;
  readonly spikes: readonly Spikes[];
  /** Single spikes of the last slice of sleep. */
  readonly raster: Raster | null;
  readonly diverged: Diverged | null;
  readonly finished: Finished | null;
}

export function begin(spec: Spec, preset: string): Run {
  return {
    spec,
    preset,
    status: { kind: "loading", received: 0, total: 0 },
    plan: null,
    engine: null,
    fault: null,
    phases: [],
    progress: null,
    rate: null,
    spikes: [],
    raster: null,
    diverged: null,
    finished: null,
  };
}

/** A run that was saved, as it stood. */
export function again(run: Run, events: readonly RunEvent[], raster: Raster | undefined): Run {
  const told = events.reduce(hear, { ...begin(run.spec, run.preset), status: run.status });
  return { ...told, raster: raster ?? null, rate: null };
}

/** The run after one more event. */
export function hear(run: Run, event: RunEvent): Run {
  switch (event.event) {
    case "started":
      return { ...run, plan: event };
    case "engine":
      return changed(run, event);
    case "acted":
      // The engine may have been changed since the run began.
      return { ...run, spec: { ...event.spec, engine: run.spec.engine ?? "auto" }, plan: run.plan && { ...run.plan, phases: event.phases }, finished: null };
    case "progress":
      return { ...run, progress: event, rate: smoothed(run, event) };
    case "spikes":
      return { ...run, spikes: [...run.spikes, event] };
    case "phase":
      return { ...run, phases: [...run.phases, event] };
    case "diverged":
      return { ...run, diverged: event };
    case "finished":
      return { ...run, finished: event };
  }
}

/** The run on another engine: what was told of work that is lost is told again. */
function changed(run: Run, event: Engine): Run {
  const kept = event.went_back ? upTo(run, event) : run;
  return { ...kept, engine: event, fault: fault(event) ?? run.fault, rate: null };
}

/** What is known of a run up to a place in it. */
function upTo(run: Run, { phase, done }: Engine): Run {
  const isOver = phase >= (run.plan?.phases.length ?? 0);
  return {
    ...run,
    phases: run.phases.filter((report) => report.phase < phase),
    spikes: run.spikes.filter((slice) => slice.phase < phase || (slice.phase === phase && slice.step <= done)),
    diverged: run.diverged && run.diverged.phase < phase ? run.diverged : null,
    finished: isOver ? run.finished : null,
  };
}

/** The phase that is shown: the one slid to, or the latest that was measured. */
export function shownPhase({ phases }: Run, scrub: number | null): Phase | undefined {
  return scrub === null ? phases.at(-1) : (phases[scrub] ?? phases.at(-1));
}

/** Whether the run may still go on. */
export function isActive(run: Run | null): run is Run {
  const kind = run?.status.kind;
  return kind === "loading" || kind === "running" || kind === "pausing" || kind === "paused";
}

/** Whether a Worker still has the run, computing or not: it can be acted upon and asked. */
export function isLive(run: Run | null): run is Run {
  const kind = run?.status.kind;
  return kind === "running" || kind === "pausing" || kind === "paused" || kind === "ended";
}

/** Whether a person can teach it and put it to sleep: a mean of the tasks' networks learns nothing itself. */
export const isOpen = (run: Run | null): run is Run => isLive(run) && run.spec.strategy.kind !== "average";

/** Seconds of computing left, once enough is done to tell. */
export function secondsLeft({ progress }: Run): number | null {
  if (!progress || progress.fraction < 0.02) return null;
  return (progress.seconds * (1 - progress.fraction)) / progress.fraction;
}

/** The part of the phase under way that is done, 0 to 1: its measurement comes last. */
export function phaseFraction(progress: Progress): number {
  if (progress.name === "start") return 0;
  return progress.activity === "evaluate" ? 1 : progress.done / Math.max(1, progress.total);
}

function smoothed({ progress: before, rate }: Run, now: Progress): number | null {
  if (before?.activity !== now.activity || before.phase !== now.phase || now.done < before.done) return null;
  const seconds = now.seconds - before.seconds;
  if (seconds <= 0) return rate;
  const latest = (now.done - before.done) / seconds;
  return rate === null ? latest : rate + 0.15 * (latest - rate);
}

/** Whether a phase of that name is slept. */
export const isSleep = (phase: string): boolean => /^[SN]/.test(phase);
