// How far a comparison is, how many runs go at once and why, and what went wrong.

import { done, troubles, type Comparison } from "../compare.js";
import { el, say, type Panel } from "../dom.js";
import { isComparing, type State } from "../state.js";
import { count, duration, megabytes } from "../words.js";

export function comparingPanel(): Panel<State> {
  const bar = el("progress", { max: 1, value: 0, "aria-label": "Part of the comparison that is done" });
  const text = el("p");
  const list = el("ul");
  const wrong = el("div", { class: "notice", role: "alert", hidden: true }, list);
  const spoken = el("p", { class: "aside", role: "status" });
  let shown = "";
  return {
    element: el("div", { class: "comparing" }, bar, text, spoken, wrong),
    update({ compare }) {
      const latest = compare.latest!;
      bar.value = done(latest.runs.flat()).fraction;
      say(text, status(latest));
      say(spoken, isComparing(compare) ? "" : status(latest));
      const told = troubles(latest);
      wrong.hidden = told.length === 0;
      if (told.join() === shown) return;
      shown = told.join();
      list.replaceChildren(...told.map((words) => el("li", {}, words)));
    },
  };
}

function status({ runs, status, capacity: { atOnce, why } }: Comparison): string {
  const { over, all, fraction, seconds } = done(runs.flat());
  const runsDone = `${count(over)} of ${count(all)} runs done`;
  switch (status.kind) {
    case "loading":
      return status.total > 0 ? `Loading images: ${megabytes(status.received)} of ${megabytes(status.total)}` : "Loading images …";
    case "running": {
      const left = fraction < 0.02 ? "" : ` · about ${duration(Math.max(1, (seconds * (1 - fraction)) / fraction / atOnce)).replace(/\.\d/, "")} left`;
      return `${runsDone}${left} · ${count(atOnce)} at once: ${why}.`;
    }
    case "stopped":
      return `Stopped: ${runsDone}. What was measured stays.`;
    case "ended":
      return `Finished: ${runsDone}.`;
    case "failed":
      return `The comparison could not be run. ${status.message}`;
  }
}
