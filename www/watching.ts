// Has spiking areas shown the pad's image again and again while they learn, and keeps what they did: `watching`.

import { kindOf } from "./models.js";
import { isLive, type Run } from "./run.js";
import type { Runner } from "./runner.js";
import type { State, Store } from "./state.js";

/** Between two showings while the network learns, in milliseconds, at least; and how many times what one takes: the run is what
 *  computing is for. */
const BETWEEN = 1000;
const SHARE = 20;

/** Asks at once for another image, network or phase, and now and then while weights change. `next` takes a test image: the first one
 *  is taken unasked, so that there is something to see. */
export function keepWatching(store: Store, runner: Runner, next: () => Promise<void>): void {
  let asked: readonly unknown[] = [];
  let learnt: unknown = null;
  let asking = false;
  let due = 0;
  let timer = 0;
  /** The tasks of the run that was given its first image. */
  let given: unknown = null;

  const ask = async ({ run, pad, scrub }: Watchable): Promise<void> => {
    const phases = scrub === null ? null : scrub + 1;
    asking = true;
    try {
      const { watched, ms } = await runner.ask<"watched">({ kind: "watched", values: pad.values!, label: pad.label, phases });
      const of = store.state.run?.plan?.tasks === run.plan?.tasks ? momentOf(store.state.run!, phases) : null;
      due = performance.now() + Math.max(BETWEEN, SHARE * ms);
      if (of) store.set({ watching: { watched, values: pad.values!, label: pad.label, of } });
    } catch {
      // A run that is gone leaves what was seen last.
    }
    asking = false;
    listen(store.state);
  };

  const listen = (state: State): void => {
    clearTimeout(timer);
    const { run, pad, scrub } = state;
    if (!store.isShown || asking || !isLive(run) || !run.plan || kindOf(run.spec) !== "areas") return;
    if (!pad.values) {
      if (given !== run.plan.tasks) void next();
      given = run.plan.tasks;
      return;
    }
    const now = [run.plan.tasks, pad.values, scrub, run.phases.length];
    const progress = scrub === null && run.progress?.activity !== "evaluate" ? run.progress : learnt;
    const isNew = now.some((part, i) => part !== asked[i]);
    if (!isNew && progress === learnt) return;
    const wait = isNew ? 0 : due - performance.now();
    if (wait > 0) {
      timer = window.setTimeout(() => listen(store.state), wait);
      return;
    }
    asked = now;
    learnt = progress;
    void ask({ run, pad, scrub });
  };
  store.subscribe(listen);
}

type Watchable = Pick<State, "pad" | "scrub"> & { readonly run: Run };

/** Which network was watched, in words. */
function momentOf(run: Run, phases: number | null): string {
  if (phases !== null) return phases === 0 ? "before it learnt anything" : `after ${run.phases[phases - 1]?.name ?? `${phases} phases`}`;
  const { progress } = run;
  const last = run.phases.at(-1);
  const isWithin = progress && progress.activity !== "evaluate" && progress.phase >= run.phases.length;
  if (isWithin) return `in ${progress.name}, after ${progress.done} of ${progress.total} ${progress.activity === "sleep" ? "steps" : "samples"}`;
  return last ? `after ${last.name}` : "before it learnt anything";
}
