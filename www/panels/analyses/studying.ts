// How far a study is, how many runs go at once and why, and what went wrong.

import { done } from "../../compare.js";
import { el, say, type Panel } from "../../dom.js";
import { troublesOf, type Study, type StudyKind } from "../../study.js";
import { count, duration, megabytes } from "../../words.js";

const NAMES: Record<StudyKind, string> = { sleep: "Analyses", importance: "Two tasks" };

export function studyingPanel(kind: StudyKind): Panel<Study> {
  const name = NAMES[kind];
  const bar = el("progress", { max: 1, value: 0, "aria-label": `${name}: part of the runs that is done` });
  const text = el("p");
  const list = el("ul");
  const wrong = el("div", { class: "notice", role: "alert", hidden: true }, list);
  const spoken = el("p", { class: "aside", role: "status" });
  let shown = "";
  return {
    element: el("div", { class: "studying" }, bar, text, spoken, wrong),
    update(study) {
      const words = `${name}: ${status(study)}`;
      const goesOn = study.status.kind === "loading" || study.status.kind === "running";
      bar.value = done(study.runs).fraction;
      say(text, words);
      say(spoken, goesOn ? "" : words);
      const told = troublesOf(study);
      wrong.hidden = told.length === 0;
      if (told.join() === shown) return;
      shown = told.join();
      list.replaceChildren(...told.map((words) => el("li", {}, words)));
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
