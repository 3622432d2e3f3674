// How far the study is, how fast, and how long it will take; for those who listen, when it begins and ends.

import { el, say, type Panel } from "../../dom.js";
import { count, duration, figures, percent } from "../../words.js";
import { connect_timing } from "../../generated/page.js";
import type { ConnectState } from "../state.js";
import { fractionOf, isActive, isAsleep, iterationsOf, networksOf, secondsOf, USUAL_SPEED, workersFor, workOf, type Study } from "../study.js";

export function progressPanel(): Panel<ConnectState> {
  const bar = el("progress", { max: 1, value: 0, "aria-label": "Part of the study that is done" });
  const text = el("p", { class: "status" });
  const engine = el("p", { class: "engine fine" });
  const spoken = el("p", { class: "aside", role: "status" });
  let speed = new Speed();
  return {
    element: el("section", { class: "progress", "aria-label": "Progress" }, bar, text, engine, spoken),
    update(state) {
      const { study } = state;
      const fraction = study ? fractionOf(study) : 0;
      if (study?.status.kind !== "running") speed = new Speed();
      bar.value = fraction;
      say(text, study ? statusOf(study, speed.left(fraction)) : ready(state));
      say(engine, study && study.shares.length > 0 ? `Computed on the CPU, in ${study.shares.length === 1 ? "one Worker" : `${study.shares.length} Workers`} of this browser.` : "");
      engine.hidden = engine.textContent === "";
      if (study && !isActive(study)) say(spoken, statusOf(study, null));
      else if (study) say(spoken, study.status.kind === "paused" ? "Paused." : "The study goes on.");
    },
  };
}

/** How long is left, from how much was done in the last while. */
class Speed {
  #began: { readonly at: number; readonly fraction: number } | null = null;

  /** Seconds; `null`: not known yet. */
  left(fraction: number): number | null {
    const at = performance.now();
    this.#began ??= { at, fraction };
    const [seconds, done] = [(at - this.#began.at) / 1000, fraction - this.#began.fraction];
    return seconds > 1 && done > 0 ? ((1 - fraction) * seconds) / done : null;
  }
}

/** What a press of Run would do, and how long it would take. */
function ready({ spec, speed }: ConnectState): string {
  const networks = networksOf(spec);
  return `Ready: ${count(networks)} networks, ${count(networks * spec.training.iterations)} training iterations, ${lasting(spec, speed)}. All is computed here, in your browser.`;
}

/** `about 20 s`: from what was measured here, or on another machine. */
export function lasting(spec: ConnectState["spec"], speed: number | null): string {
  const workers = workersFor(spec, navigator.hardwareConcurrency);
  const seconds = workOf(spec, connect_timing(spec.task).steps) / (workers * (speed ?? USUAL_SPEED));
  const about = `about ${duration(Math.max(1, seconds)).replace(/\.\d/, "")}`;
  return speed === null ? `${about} on a usual machine` : `${about} as fast as the last study was`;
}

function statusOf(study: Study, left: number | null): string {
  const at = ` at ${percent(fractionOf(study), 0)}`;
  switch (study.status.kind) {
    case "loading":
      return "Loading the core …";
    case "running":
      return working(study, left);
    case "pausing":
      return `Pausing${at} …`;
    case "paused":
      return `Paused${at}, after ${done(study)}.`;
    case "stopped":
      return `Stopped${at}. What was measured stays, and its networks can still be looked into.`;
    case "failed":
      return `Ended${at} by an error.`;
    case "ended":
      return `Finished: ${count(networksOf(study.spec))} networks, ${done(study)} in ${duration(secondsOf(study))} of computing.`;
  }
}

const done = (study: Study): string => `${count(iterationsOf(study))} training iterations`;

function working(study: Study, left: number | null): string {
  const { rate, flossing, spec } = study;
  const origins = spec.gains.length * spec.seeds;
  const flossed = flossing.reduce((sum, { exponents }) => sum + exponents.length, 0);
  const isFlossing = spec.flossing.when !== "never" && flossed < origins * spec.flossing.iterations;
  const isTrained = isAsleep(spec) && iterationsOf(study) === networksOf(spec) * spec.training.iterations;
  const what = isFlossing ? (iterationsOf(study) === 0 ? "Flossing" : "Flossing and learning") : iterationsOf(study) === 0 ? "Measuring exponents" : isTrained ? "Asleep" : "Learning";
  const parts = [`${what} · ${percent(fractionOf(study), 0)}`, rate ? `${figures(rate)} iterations/s` : null, left === null ? null : `about ${duration(Math.max(1, left)).replace(/\.\d/, "")} left`];
  return parts.filter((part) => part !== null).join(" · ");
}
