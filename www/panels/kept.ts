// The runs that this browser keeps: opened and forgotten here.

import { el, type Panel } from "../dom.js";
import { spec_to_hash } from "../generated/page.js";
import { canKeep, forget, keptRun, newClaim, notes, type Note } from "../kept.js";
import { parts } from "../link.js";
import { isActive } from "../run.js";
import type { Runner } from "../runner.js";
import type { State, Store } from "../state.js";
import { ago, megabytes, words } from "../words.js";

/** The list is made anew when it is opened, and when a run begins, stands or ends. */
export function keptPanel(store: Store, runner: Runner): Panel<State> {
  const list = el("ul");
  const none = el("p", { class: "fine" }, canKeep() ? "None yet. The last eight runs are kept in this browser while they go on." : "In this frame nothing can be kept.");
  const details = el("details", { class: "kept", toggle: () => void fill() }, el("summary", {}, "Runs kept in this browser"), none, list);
  const fill = async () => {
    if (!details.open) return;
    const found = await notes();
    none.hidden = found.length > 0;
    list.replaceChildren(...found.map(row));
  };
  const row = (note: Note) => {
    const name = nameOf(note, store.state);
    const open = el("button", { type: "button", "aria-label": `Open ${name}`, click: () => void reopen(note) }, "Open");
    const remove = el("button", { type: "button", "aria-label": `Forget ${name}`, click: () => void forget([note.id]).then(fill) }, "Forget");
    return el("li", {}, el("span", {}, `${name} · ${ago(note.at)} · ${megabytes(note.bytes)}`), open, remove);
  };
  const reopen = async (note: Note) => {
    try {
      if (isActive(store.state.run)) throw new Error("a run is under way. Stop it first");
      // A run that another tab has goes on here as one of its own.
      const claim = (await runner.claim(note.id)) ?? newClaim();
      await runner.open(await keptRun(note.id), false, claim);
    } catch (error) {
      store.set({ problem: `The kept run was not opened: ${words(error)}.` });
    }
  };
  let shown: unknown;
  return {
    element: details,
    update({ run }) {
      if (run?.status.kind === shown) return;
      shown = run?.status.kind;
      void fill();
    },
  };
}

/** `quick-mnist-src, seed 3, in T4` */
function nameOf({ spec, place, state }: Note, { presets }: State): string {
  const { preset } = parts(spec_to_hash(spec));
  const title = presets.find(({ name }) => name === preset)?.title ?? preset;
  const where = state === "over" ? "finished" : place === null ? "at its beginning" : `in ${place}`;
  return `${title}, seed ${spec.seed}, ${where}`;
}
