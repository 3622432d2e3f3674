// How far a comparison is, how many runs go at once and why, and what went wrong.

import { done, troubles, type Comparison } from "../compare.js";
import type { Panel } from "../dom.js";
import { isComparing, type State } from "../state.js";
import { count, duration, megabytes } from "../words.js";
import { underWay } from "./under-way.js";

export function comparingPanel(): Panel<State> {
  const { element, show } = underWay("comparing", "Part of the comparison that is done");
  return {
    element,
    update({ compare }) {
      const latest = compare.latest!;
      show({ fraction: done(latest.runs.flat()).fraction, words: status(latest), goesOn: isComparing(compare), troubles: troubles(latest) });
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
