// Which phase the cards show: the latest, or one that a person slides to.

import { el, enable, say, type Panel } from "../dom.js";
import { shownPhase } from "../run.js";
import type { State, Store } from "../state.js";

export function scrubPanel(store: Store): Panel<State> {
  const slider = el("input", { id: "scrub", type: "range", min: 1, step: 1, input: () => store.set({ scrub: Number(slider.value) - 1 }) });
  const name = el("output", { for: "scrub" });
  const latest = el("button", { type: "button", click: () => store.set({ scrub: null }) }, "Follow the run");
  const element = el("section", { class: "scrub", "aria-label": "Phase shown", hidden: true }, el("label", { for: "scrub" }, "Phase shown"), slider, name, latest);
  return {
    element,
    update({ run, scrub }) {
      const phase = run && shownPhase(run, scrub);
      element.hidden = !phase || run.phases.length < 2;
      if (!phase) return;
      slider.max = String(run.phases.length);
      slider.value = String(phase.phase + 1);
      slider.setAttribute("aria-valuetext", `after ${phase.name}`);
      say(name, scrub === null ? `${phase.name}, the latest` : phase.name);
      enable(latest, scrub !== null);
    },
  };
}
