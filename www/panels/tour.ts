// The tour's panel: beside the figure it speaks of, never in its way; and the offer to take it.

import { el, say, type Panel } from "../dom.js";
import { spec_to_hash } from "../generated/page.js";
import { parts } from "../link.js";
import { timeOf, type Player, type Recording } from "../recording.js";
import { isActive, type Run } from "../run.js";
import { dataSet, type State, type Store } from "../state.js";
import { stepsThrough, type Step } from "../tour.js";

/** A tour under way. */
interface Tour {
  readonly steps: readonly Step[];
  readonly at: number;
  /** Whose numbers are told. */
  readonly of: Run;
  /** The run whose place a recording took, to be shown again. */
  readonly instead: Run | null;
}

export interface TourPanel extends Panel<State> {
  /** Starts it. */
  readonly button: HTMLButtonElement;
  /** What a newcomer sees beside the recorded run. */
  readonly offer: Panel<State>;
}

export function tourPanel(store: Store, player: Player, recorded: Promise<Recording | null>): TourPanel {
  const heading = el("h2", { tabindex: -1, "aria-describedby": "tour-text" });
  const text = el("p", { id: "tour-text" });
  const back = el("button", { type: "button", click: () => go(tour!.at - 1) }, "Back");
  const next = el("button", { type: "button", class: "primary", click: () => (tour!.at + 1 < tour!.steps.length ? go(tour!.at + 1) : tryIt()) });
  const leave = el("button", { type: "button", click: () => end() }, "End the tour");
  const element = el("section", { class: "tour", "aria-label": "Tour", hidden: true }, heading, text, el("div", { class: "buttons" }, back, next, leave));
  const button = el("button", { type: "button", click: () => void start() }, "Tour");
  const offer = offerPanel(() => void start());
  let tour: Tour | null = null;

  const start = async () => {
    offer.dismiss();
    close();
    const recording = await recorded;
    tour = begin(store, player, recording);
    if (tour) go(0);
    else store.set({ problem: isActive(store.state.run) ? LATER : NONE });
  };
  const go = (at: number) => {
    tour = { ...tour!, at };
    const { steps, of } = tour;
    const step = steps[at]!;
    show(store, player, of, step);
    say(heading, `${step.title} (${at + 1} of ${steps.length})`);
    say(text, step.text);
    say(next, at + 1 < steps.length ? "Next" : "Try it yourself");
    back.hidden = at === 0;
    leave.hidden = at + 1 === steps.length;
    element.hidden = false;
    point(step.panel);
    heading.focus({ preventScroll: true });
  };
  /** Takes it from the page, and the page back to where the run is. */
  const close = () => {
    if (!tour) return;
    const { of, instead } = tour;
    tour = null;
    element.hidden = true;
    point(null);
    if (!isOf(of, store.state.run)) return;
    if (instead) store.set({ run: instead, scrub: null });
    else show(store, player, of, null);
  };
  const end = () => {
    close();
    button.focus();
  };
  const tryIt = () => {
    close();
    const run = document.querySelector<HTMLElement>(".controls .primary");
    run?.scrollIntoView({ block: "center" });
    run?.focus({ preventScroll: true });
  };
  document.addEventListener("keydown", ({ key }) => {
    if (tour && key === "Escape") end();
  });
  return {
    element,
    button,
    offer,
    update({ run }) {
      // Another run has taken the place of the one that is told of.
      if (tour && !isOf(tour.of, run)) close();
    },
  };
}

const NEEDS = "The tour tells of a run that has learnt two tasks and slept after both.";
const LATER = `${NEEDS} It can begin when this run is that far, or is over.`;
const NONE = `${NEEDS} There is no recorded one here: press Run, and take the tour when it has finished.`;

/** A tour of the run that is shown, or of the recorded one where that has no story to tell; `null`: of none. */
function begin(store: Store, player: Player, recording: Recording | null): Tour | null {
  const { run } = store.state;
  const through = (run: Run) => stepsThrough(run, dataSet(store.state, run.spec.data.name));
  const isRecorded = run?.status.kind === "recorded";
  const live = run && !isRecorded ? through(run) : null;
  if (run && live) return { steps: live, at: 0, of: run, instead: null };
  if (!recording || isActive(run)) return null;
  player.show(recording, parts(spec_to_hash(recording.spec)).preset);
  const shown = store.state.run!;
  const steps = through(shown);
  return steps && { steps, at: 0, of: shown, instead: isRecorded ? null : run };
}

/** Whether a run is the one that is told of, wherever it stands by now. */
function isOf(told: Run, run: Run | null): boolean {
  if (told.status.kind === "recorded") return run?.status.kind === "recorded" && run.status.recording === told.status.recording;
  // Of all that is known of a run, its tasks stay the same, whatever is done to it.
  return run?.plan?.tasks === told.plan?.tasks;
}

/** Takes the page to the step's place in the run; without a step, to the run's end. */
function show(store: Store, player: Player, told: Run, step: Step | null): void {
  const place = step?.place ?? null;
  if (told.status.kind === "recorded") {
    const { recording } = told.status;
    store.set({ scrub: null });
    player.seek(() => (place ? timeOf(recording, place.phase, place.during) : recording.seconds));
  } else {
    store.set({ scrub: place?.phase ?? null });
  }
}

/** Outlines a panel, opens it and brings it into view once it is drawn. */
function point(selector: string | null): void {
  document.querySelectorAll(".toured").forEach((element) => element.classList.remove("toured"));
  const panel = selector ? document.querySelector<HTMLElement>(selector) : null;
  if (!panel) return;
  panel.classList.add("toured");
  panel.querySelector<HTMLElement>(":scope > header [aria-expanded=false]")?.click();
  const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth";
  requestAnimationFrame(() => requestAnimationFrame(() => panel.scrollIntoView({ block: "start", behavior })));
}

interface Offer extends Panel<State> {
  dismiss(): void;
}

function offerPanel(take: () => void): Offer {
  let dismissed = wasOffered();
  const dismiss = () => {
    dismissed = true;
    element.hidden = true;
    noteOffered();
  };
  const element = el(
    "section",
    { class: "offer", "aria-label": "For newcomers", hidden: true },
    el("p", {}, el("strong", {}, "New here?"), " Five steps tell what this run shows."),
    el("button", { type: "button", click: take }, "Take the tour"),
    el("button", { type: "button", click: dismiss }, "No, thanks"),
  );
  return {
    element,
    dismiss,
    update({ run }) {
      element.hidden = dismissed || run?.status.kind !== "recorded";
    },
  };
}

const OFFERED = "engram.tour.offered";

/** Where nothing can be stored the tour is offered at every visit. */
function wasOffered(): boolean {
  try {
    return localStorage.getItem(OFFERED) !== null;
  } catch {
    return false;
  }
}

function noteOffered(): void {
  try {
    localStorage.setItem(OFFERED, "1");
  } catch {
    // Then it is offered again.
  }
}
