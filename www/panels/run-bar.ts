// What steers a run in a frame: one button, how far the run is, and the way to the whole lab.

import { el, type Panel } from "../dom.js";
import type { Runner } from "../runner.js";
import type { State, Store } from "../state.js";
import { progressPanel } from "./progress.js";
import { runButton } from "./run-button.js";

export function runBar(store: Store, runner: Runner): Panel<State> {
  const parts = [runButton(store, runner), progressPanel()];
  const whole = el("a", { target: "_blank", rel: "noopener", title: "The whole lab with this run, in a new tab" }, "Open in Engram");
  return {
    element: el("div", { class: "run-bar" }, ...parts.map((part) => part.element), whole),
    update(state) {
      parts.forEach((part) => part.update(state));
      whole.href = `./#${state.hash}`;
    },
  };
}
