// What a person does during a run: sleep now or longer, teach classes again; and the list of what was done.

import { el, enable, isEnabled, say, type Child, type Panel } from "../dom.js";
import type { Act, Action, Spec } from "../generated/engram.js";
import { choose } from "../link.js";
import { isSleep, isActive, isLive, isOpen, type Run } from "../run.js";
import type { Runner } from "../runner.js";
import { dataSet, type State, type Store } from "../state.js";
import { classNames } from "../tasks.js";
import { count } from "../words.js";

export function actingPanel(store: Store, runner: Runner): Panel<State> {
  const sleep = sleepPart(store, runner);
  const teach = teachPart(runner);
  const done = el("ol", { class: "done" });
  const meaning = el("p", { class: "meaning" });
  const element = el(
    "section",
    { class: "acting", "aria-label": "During the run" },
    el("h2", {}, "During the run"),
    meaning,
    sleep.element,
    teach.element,
    done,
  );
  let listed: readonly unknown[] = [];
  return {
    element,
    update(state) {
      const { run, spec } = state;
      const actions = spec.actions ?? [];
      say(meaning, isLive(run) && !isOpen(run) ? AVERAGED : isLive(run) && run.spec !== spec ? ELSEWHERE : MEANING);
      element.hidden = !isLive(run) && !isActive(run) && actions.length === 0;
      sleep.update(state);
      teach.update(state);
      const now = [actions, run?.plan, isActive(run)];
      if (now.every((part, i) => part === listed[i])) return;
      listed = now;
      done.replaceChildren(...actions.map((action, i) => row(store, action, i)));
      done.hidden = actions.length === 0;
    },
  };
}

const MEANING = "Learning stops for it and goes on afterwards. What you do is kept in the address: whoever opens it sees the same run.";
const ELSEWHERE = "The controls were changed since this run began: what you do to it now is done, but not kept in the address.";
const AVERAGED = "Nothing can be done during this run: each task is learnt by a network of its own, and what answers is their average.";

const MOST_STEPS = 1_000_000;

function sleepPart(store: Store, runner: Runner): Panel<State> {
  const steps = el("input", { id: "act-steps", type: "number", min: 1, max: MOST_STEPS, step: 1, inputmode: "numeric" });
  const sleep = el("button", { type: "button", click: () => isEnabled(sleep) && put() }, "Sleep now");
  let asleep = false;
  let usual = "";
  const put = () => {
    const n = Number(steps.value);
    if (!Number.isInteger(n) || n < 1 || n > MOST_STEPS) {
      store.set({ problem: `Not done: a sleep lasts a whole number of steps from 1 to ${count(MOST_STEPS)}.` });
      return;
    }
    store.set({ problem: null });
    runner.act({ kind: asleep ? "longer" : "sleep", steps: n });
  };
  return {
    element: el("div", { class: "act" }, sleep, el("label", { for: steps.id }, "for"), steps, el("span", { class: "unit" }, "steps")),
    update({ run, spec }) {
      asleep = run?.progress?.activity === "sleep" && isActive(run);
      say(sleep, asleep ? "Sleep longer" : "Sleep now");
      // A length that a person typed stays.
      if (steps.value === usual && document.activeElement !== steps) steps.value = usual = String(spec.sleep.steps);
      enable(sleep, isOpen(run));
    },
  };
}

function teachPart(runner: Runner): Panel<State> {
  const which = el("select", { id: "act-classes" });
  const teach = el("button", { type: "button", click: () => isEnabled(teach) && runner.act({ kind: "teach", classes: JSON.parse(which.value) as number[], epochs: 1 }) }, "Teach again");
  let plan: unknown = null;
  return {
    element: el("div", { class: "act" }, teach, el("label", { class: "aside", for: which.id }, "Classes"), which, el("span", { class: "unit" }, "one epoch")),
    update(state) {
      const { run } = state;
      enable(teach, isOpen(run) && run.plan !== null);
      if (!run?.plan || plan === run.plan.tasks) return;
      plan = run.plan.tasks;
      const set = dataSet(state, run.spec.data.name);
      // Copies of a task have the same classes, all of which are taught.
      const tasks = new Map(run.plan.tasks.map((classes) => [JSON.stringify(classes), classes]));
      which.replaceChildren(...[...tasks.values()].map((classes) => el("option", { value: JSON.stringify(classes) }, classNames(classes, set))));
    },
  };
}

function row(store: Store, action: Action, i: number): HTMLElement {
  const { run, spec } = store.state;
  const isLast = i === (spec.actions ?? []).length - 1;
  const forget = el("button", { type: "button", class: "undo", click: () => choose(store, until(store.state.spec, i)) }, isLast ? "Remove" : "Remove from here on");
  const removable: Child = isActive(run) ? null : forget;
  return el("li", {}, el("span", {}, `${place(action, run)}: ${described(action.act, store.state, spec)}`), removable);
}

/** The Spec with what was done before action `i`: later actions count phases that earlier ones added. */
function until(spec: Spec, i: number): Spec {
  return { ...spec, actions: (spec.actions ?? []).slice(0, i) };
}

/** `done` of an action while its phase was measured. */
const MEASURED = 2 ** 32 - 1;

function place({ phase, done }: Action, run: Run | null): string {
  const name = (at: number) => run?.plan?.phases[at] ?? `phase ${at + 1}`;
  if (done === MEASURED) return `After ${name(phase)}`;
  if (done === 0) return phase === 0 ? "At the start" : `After ${name(phase - 1)}`;
  return `In ${name(phase)}, after ${count(done)} ${isSleep(name(phase)) ? "steps" : "samples"}`;
}

function described(act: Act, state: State, spec: Spec): string {
  const set = dataSet(state, spec.data.name);
  switch (act.kind) {
    case "sleep":
      return `sleep ${count(act.steps)} steps`;
    case "longer":
      return `sleep ${count(act.steps)} steps longer`;
    case "teach":
      return `teach ${classNames(act.classes, set)} again`;
    case "draw":
      return `teach a drawing as ${classNames([act.class], set)}`;
  }
}
