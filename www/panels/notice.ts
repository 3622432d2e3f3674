// What went wrong, in words: a link, a control, missing data, a run that failed or diverged.

import { el, say, type Panel } from "../dom.js";
import { missing } from "../own.js";
import type { State } from "../state.js";

export function noticePanel(): Panel<State> {
  const element = el("div", { class: "notice", role: "alert", hidden: true });
  return {
    element,
    update(state) {
      const text = problem(state);
      element.hidden = text === null;
      say(element, text ?? "");
    },
  };
}

function problem(state: State): string | null {
  const { problem, run } = state;
  if (problem) return problem;
  if (run?.status.kind === "failed") return run.status.message;
  if (missing(state)) return missing(state);
  if (!run?.diverged) return null;
  const { name, step, layer, message } = run.diverged;
  return `The run diverged in ${name}, step ${step}, ${layer}: ${message}. What was measured before stays.`;
}
