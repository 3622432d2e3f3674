// How far a study is, how many runs go at once and why, and what went wrong.

import { done } from "../../compare.js";
import type { Panel } from "../../dom.js";
import { troublesOf, type Study, type StudyKind } from "../../study.js";
import { count, duration, megabytes } from "../../words.js";
import { underWay } from "../under-way.js";

const NAMES: Record<StudyKind, string> = { sleep: "Analyses", importance: "Two tasks" };

export function studyingPanel(kind: StudyKind): Panel<Study> {
  const name = NAMES[kind];
  const { element, show } = underWay("studying", `${name}: part of the runs that is done`);
  return {
    element,
    update(study) {
      const goesOn = study.status.kind === "loading" || study.status.kind === "running";
      show({ fraction: done(study.runs).fraction, words: `${name}: ${status(study)}`, goesOn, troubles: troublesOf(study) });
    },
  };
}

function status({ runs, status, capacity: { atOnce, why } }: Study): string {
  const { over, all, fraction, seconds } = done(runs);
  const runsDone = `${count(over)} of ${count(all)} runs done`;
  switch (status.kind) {
    case "loading":
      return status.total > 0 ? `loading images, ${megabytes(status.received)} of ${megabytes(status.total)}` : "loading images …";
    case "running": {
      const left = fraction < 0.02 ? "" : ` · about ${duration(Math.max(1, (seconds * (1 - fraction)) / fraction / Math.min(all, atOnce))).replace(/\.\d/, "")} left`;
      return `${runsDone}${left} · up to ${count(atOnce)} at once: ${why}.`;
    }
    case "stopped":
      return `stopped, ${runsDone}. What they gave stays.`;
    case "ended":
      return `finished, ${runsDone}.`;
    case "failed":
      return `could not be run. ${status.message}`;
  }
}
