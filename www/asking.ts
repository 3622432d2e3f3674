// Asks the run's Worker for what is shown and not told by events: answers to the pad's image, receptive fields.

import type { Runner } from "./runner.js";
import { isLive, shownPhase } from "./run.js";
import type { State, Store } from "./state.js";

/** Keeps `pad.answer` and `fields` as the pad and the shown phase demand while the lab is shown, one question of each kind at a time. */
export function keepAsking(store: Store, runner: Runner): void {
  store.subscribe(about(store, (state) => state.pad.values && [state.pad.values], async ({ pad }, phases) => {
    const answer = await runner.ask<"answer">({ kind: "answer", values: pad.values!, phases });
    const { pad: now } = store.state;
    if (now.values) store.set({ pad: { ...now, answer, phases } });
  }));
  store.subscribe(about(store, (_, phases) => (phases > 0 ? [] : null), async (_, phases) => {
    const fields = await runner.ask<"fields">({ kind: "fields", phases });
    store.set({ fields: { phase: phases - 1, fields } });
  }));
}

/** A listener that calls `ask` when the run, the shown phase or what `depends` names changes; `null`: nothing to ask. */
function about(
  store: Store,
  depends: (state: State, phases: number) => readonly unknown[] | null,
  ask: (state: State, phases: number) => Promise<void>,
): (state: State) => void {
  let asked: readonly unknown[] = [];
  let asking = false;
  let latest: State;
  const listen = (state: State): void => {
    latest = state;
    const { run, scrub } = state;
    if (!store.isShown || !isLive(run) || !run.plan || asking) return;
    const phases = (shownPhase(run, scrub)?.phase ?? -1) + 1;
    const more = depends(state, phases);
    if (!more) return;
    const key = [run.plan.spec, run.phases.length, phases, ...more];
    if (key.length === asked.length && key.every((part, i) => part === asked[i])) return;
    asked = key;
    asking = true;
    // A run that is gone leaves what it told last.
    void ask(state, phases)
      .catch(() => {})
      .then(() => {
        asking = false;
        listen(latest);
      });
  };
  return listen;
}
