// A recorded run: brought from beside the page, shown at once, and played again at any speed.

import type { Event as RunEvent, Spec } from "./generated/engram.js";
import { begin, hear, type Run, type Status } from "./run.js";
import type { Store } from "./state.js";

export interface Recording {
  /** What was run, at which commit of the core, and on which day. */
  readonly command: string;
  readonly commit: string;
  readonly date: string;
  readonly spec: Spec;
  readonly events: readonly Stamped[];
  /** Computing time of the whole run. */
  readonly seconds: number;
}

interface Stamped {
  readonly event: RunEvent;
  /** Seconds of computing when it came. */
  readonly at: number;
}

/** The recording that `scripts/record.mjs` made; `null` where it cannot be had: the page does without. */
export async function fetchRecording(): Promise<Recording | null> {
  try {
    const response = await fetch(new URL("first-run.json", document.baseURI));
    return response.ok ? readRecording(await response.json()) : null;
  } catch {
    return null;
  }
}

export function readRecording(value: unknown): Recording | null {
  const { command, commit, date, events } = (value ?? {}) as Record<string, unknown>;
  if (typeof command !== "string" || typeof commit !== "string" || typeof date !== "string" || !Array.isArray(events)) return null;
  const stamped = stamps(events as readonly RunEvent[]);
  const [first, last] = [stamped[0]?.event, stamped.at(-1)];
  if (first?.event !== "started" || last?.event.event !== "finished") return null;
  return { command, commit, date, spec: first.spec, events: stamped, seconds: last.at };
}

/** Events that carry no time of their own, as spikes do, came with the next that does. */
function stamps(events: readonly RunEvent[]): Stamped[] {
  let at = 0;
  const stamped = [...events].reverse().map((event) => {
    if ("seconds" in event) at = event.seconds;
    return { event, at };
  });
  return stamped.reverse();
}

/** The run as it stood after `at` seconds of computing. */
export function runAt(recording: Recording, preset: string, at: number, playing: boolean): Run {
  const heard = recording.events.filter((stamped) => stamped.at <= at);
  const before: Run = { ...begin(recording.spec, preset), status: { kind: "recorded", recording, at, playing } };
  return heard.reduce((run, { event }) => hear(run, event), before);
}

/** When a phase was over; or when it ended what it does, before it was measured. */
export function timeOf({ events, seconds }: Recording, phase: number, during: boolean): number {
  const found = events.filter(({ event }) =>
    during ? event.event === "progress" && event.phase === phase && event.activity !== "evaluate" : event.event === "phase" && event.phase === phase,
  );
  return found.at(-1)?.at ?? seconds;
}

/** Between two pictures for those who want little motion, in milliseconds. */
const STILL = 1000;

/** Shows a recording and plays it, for as long as no other run takes its place. */
export class Player {
  readonly #store: Store;
  #frame = 0;
  /** Recorded seconds in a second. */
  speed = 1 / 4;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Shows the whole recording. */
  show(recording: Recording, preset: string): void {
    this.#store.set({ run: runAt(recording, preset, recording.seconds, false), scrub: null });
  }

  /** Plays on, or from the beginning once the end is reached. */
  play(): void {
    this.#place(({ recording, at }) => (at < recording.seconds ? at : 0), true);
    this.#store.set({ scrub: null });
    const beat = matchMedia("(prefers-reduced-motion: reduce)").matches ? STILL : 0;
    let before = performance.now();
    const step = (now: number) => {
      if (now - before < beat) return void (this.#frame = requestAnimationFrame(step));
      const passed = Math.max(0, now - before) / 1000;
      before = now;
      if (this.#place(({ at }) => at + passed * this.speed, true)) this.#frame = requestAnimationFrame(step);
    };
    this.#frame = requestAnimationFrame(step);
  }

  pause(): void {
    this.seek((at) => at);
  }

  /** Goes to a place and stays there. */
  seek(to: (at: number) => number): void {
    this.#place(({ at }) => to(at), false);
  }

  /** Whether it plays on. */
  #place(to: (status: Recorded) => number, playing: boolean): boolean {
    cancelAnimationFrame(this.#frame);
    const { run } = this.#store.state;
    if (run?.status.kind !== "recorded") return false;
    const { recording } = run.status;
    const at = Math.min(recording.seconds, to(run.status));
    const goesOn = playing && at < recording.seconds;
    this.#store.set({ run: runAt(recording, run.preset, at, goesOn) });
    return goesOn;
  }
}

type Recorded = Extract<Status, { kind: "recorded" }>;
