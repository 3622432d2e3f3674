// How far the run is, how fast and on what, and how long it will take; each phase's result for those who listen.

import { el, say, type Panel } from "../dom.js";
import { engineInWords } from "../engine.js";
import { isActive, secondsLeft, type Phase, type Run, type Status } from "../run.js";
import type { State } from "../state.js";
import { count, duration, figures, megabytes, percent } from "../words.js";

/** At most one announcement in this many milliseconds: a quick run has a phase every half second. */
const QUIET = 4000;

export function progressPanel(): Panel<State> {
  const bar = el("progress", { max: 1, value: 0, "aria-label": "Part of the run that is done" });
  const text = el("p", { class: "status" });
  const engine = el("p", { class: "engine fine" });
  const fault = el("p", { class: "notice", role: "alert", hidden: true });
  const spoken = el("p", { class: "aside", role: "status" });
  let spokenAt = -QUIET;
  let began: unknown = null;
  return {
    element: el("section", { class: "progress", "aria-label": "Progress" }, bar, text, engine, fault, spoken),
    update({ run }) {
      if (run?.status.kind === "loading" && began !== run.spec) bringIntoView(bar);
      began = run?.status.kind === "loading" ? run.spec : null;
      bar.value = run?.finished ? 1 : (run?.progress?.fraction ?? 0);
      say(text, status(run));
      say(engine, computing(run));
      engine.hidden = engine.textContent === "";
      say(fault, run?.fault ?? "");
      fault.hidden = !run?.fault;
      const latest = run?.phases.at(-1);
      const over = run !== null && run.status.kind !== "recorded" && !isActive(run);
      if (latest && (over || performance.now() - spokenAt > QUIET)) {
        const words = announcement(latest, over);
        if (words !== spoken.textContent) spokenAt = performance.now();
        say(spoken, words);
      }
    },
  };
}

/** Where controls fill the screen, as on a phone, a run that begins would go unseen. */
function bringIntoView(bar: HTMLElement): void {
  const { top, bottom } = bar.getBoundingClientRect();
  if (bottom < 0 || top > innerHeight) bar.scrollIntoView({ block: "start" });
}

function announcement({ name, mean }: Phase, over: boolean): string {
  return `${over ? "The run is over. " : ""}After ${name}: accuracy over all classes ${percent(mean)}.`;
}

function status(run: Run | null): string {
  if (!run) return "Ready. Everything is computed here, in your browser.";
  const at = run.progress ? ` in ${run.progress.name}` : "";
  switch (run.status.kind) {
    case "recorded":
      return recorded(run, run.status);
    case "loading":
      return loading(run.status.received, run.status.total);
    case "running":
      return working(run);
    case "pausing":
      return `Pausing${at} …`;
    case "paused":
      return run.progress ? `Paused${at}. ${work(run)}` : `At the beginning: the initial weights of seed ${run.spec.seed}, nothing learnt.`;
    case "stopped":
      return `Stopped${at}. What was measured stays.`;
    case "failed":
      return `Ended${at} by an error.`;
    case "ended":
      return run.finished ? `Finished in ${duration(run.finished.seconds)} of computing.` : `Ended${at}.`;
  }
}

/** What computes the run, or computed it in the end; of a recorded one, where it comes from. */
function computing(run: Run | null): string {
  if (run?.status.kind === "recorded") {
    const { command, commit, date } = run.status.recording;
    return `One run (n\u00a0=\u00a01), recorded on ${date} by ${command}, commit ${commit}.`;
  }
  const engine = run?.finished?.engine ?? run?.engine?.engine;
  return engine ? engineInWords(engine) : "";
}

function recorded(run: Run, { recording, at }: Extract<Status, { kind: "recorded" }>): string {
  if (at < recording.seconds) return `Recorded run · ${doing(run)}`;
  return "This run was recorded. Press Run to compute it here, in your browser.";
}

function loading(received: number, total: number): string {
  return total > 0 ? `Loading images: ${megabytes(received)} of ${megabytes(total)}` : "Loading images …";
}

const DOING = { train: "Learning", sleep: "Sleeping", evaluate: "Measuring" };
const UNIT = { train: "samples", sleep: "steps", evaluate: "samples" };

function working(run: Run): string {
  const { progress, rate } = run;
  if (!progress) return "Starting …";
  const left = secondsLeft(run);
  return [
    doing(run),
    rate === null ? null : `${figures(rate)} ${UNIT[progress.activity]}/s`,
    left === null ? null : `about ${duration(Math.max(1, left)).replace(/\.\d/, "")} left`,
  ]
    .filter((part) => part !== null)
    .join(" · ");
}

function doing(run: Run): string {
  const { progress } = run;
  return progress ? `${DOING[progress.activity]} (${progress.name}) · ${work(run)}` : "Starting …";
}

function work({ progress }: Run): string {
  if (!progress) return "";
  return `${count(progress.done)} of ${count(progress.total)} ${progress.activity === "sleep" ? "sleep steps" : UNIT[progress.activity]}`;
}
