// The button that runs, pauses and resumes.

import { el, enable, isEnabled, say, type Panel } from "../dom.js";
import { isActive } from "../run.js";
import type { Runner } from "../runner.js";
import type { State, Store } from "../state.js";

export function runButton(store: Store, runner: Runner): Panel<State> {
  const press = () => {
    const kind = store.state.run?.status.kind;
    if (kind === "running") runner.pause();
    else if (kind === "pausing" || kind === "paused") runner.resume("end");
    else if (!isActive(store.state.run)) void runner.start("end");
  };
  const element = el("button", { type: "button", class: "primary", click: () => isEnabled(element) && press() }, "Run");
  return {
    element,
    update({ run }) {
      const kind = isActive(run) ? run.status.kind : null;
      say(element, kind === "running" || kind === "loading" ? "Pause" : kind === "pausing" || kind === "paused" ? "Resume" : "Run");
      enable(element, kind !== "loading");
    },
  };
}
