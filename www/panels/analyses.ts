// Analyses: what sleep did, over several runs of the present settings; and which synapses carry the classes of two tasks.

import type { Analyser } from "../analyser.js";
import { elsewhere } from "../busy.js";
import { MOST_SEEDS, seedCount } from "../compare.js";
import { el, enable, say, type Panel } from "../dom.js";
import { howToRead } from "../manual.js";
import { isStudying, type State, type Store } from "../state.js";
import type { StudyKind } from "../study.js";
import { studiedPanel } from "./analyses/studied.js";

export function analysesPanel(store: Store, analyser: Analyser): Panel<State> {
  const parts = [formPanel(store, analyser), studiedPanel("sleep"), studiedPanel("importance")];
  const summary = el("summary", {}, el("h2", {}, "What sleep did"), el("span", { class: "fine" }, "analyses over several runs: confusion, correlation, weights, synapses, replay and dreams"));
  return {
    element: el("section", { class: "panel analyses", "aria-label": "What sleep did" }, el("details", {}, summary, ...parts.map(({ element }) => element))),
    update: (state) => parts.forEach((part) => part.update(state)),
  };
}

function formPanel(store: Store, analyser: Analyser): Panel<State> {
  const runs = runsField(store);
  const start = (kind: StudyKind, text: string) => el("button", { type: "button", class: "primary", click: () => void analyser.start(kind) }, text);
  const buttons = [start("sleep", "Analyse"), start("importance", "Study two tasks")];
  const stop = el("button", { type: "button", title: "End the analyses; what finished runs gave stays", click: () => analyser.stop() }, "Stop the analyses");
  const why = el("p", { class: "caption" });
  const problem = el("p", { class: "notice", role: "alert", hidden: true });
  return {
    element: el(
      "form",
      { "aria-label": "Analyses", submit: (event) => event.preventDefault() },
      el("p", { class: "fine" }, "What the controls say is run anew on several seeds, and every spike of every sleep is read. “Study two tasks” runs the first two tasks alone, and follows the synapses of their classes. ", howToRead("analyses", "What sleep did")),
      runs.element,
      el("div", { class: "buttons" }, ...buttons, stop),
      why,
      problem,
    ),
    update(state) {
      const studying = isStudying(state.studies);
      const busy = elsewhere(state, "analyses");
      runs.update(state);
      buttons.forEach((button) => enable(button, !studying && busy === null));
      enable(stop, studying);
      why.hidden = studying || busy === null;
      say(why, why.hidden ? "" : `${busy}: analyses can begin when that has ended or was stopped.`);
      problem.hidden = state.studies.problem === null;
      say(problem, state.studies.problem ?? "");
    },
  };
}

function runsField(store: Store): Panel<State> {
  const id = "analyses-runs";
  const meaning = el("p", { class: "fine", id: `${id}-meaning` });
  const wrong = el("span", { class: "wrong", "aria-live": "polite" });
  const choose = () => store.set({ studies: { ...store.state.studies, runs: input.value, problem: null } });
  const input = el("input", { id, type: "text", inputmode: "numeric", autocomplete: "off", "aria-describedby": meaning.id, input: choose });
  return {
    element: el("div", { class: "runs" }, el("label", { for: id }, "Runs"), input, meaning, wrong),
    update({ studies, spec: { seed } }) {
      if (document.activeElement !== input) input.value = studies.runs;
      const n = seedCount(studies.runs);
      if (n === null) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
      say(wrong, n === null ? `Whole numbers from 1 to ${MOST_SEEDS} are allowed.` : "");
      say(meaning, `${n === null || n === 1 ? `Seed ${seed}.` : `Seeds ${seed} to ${seed + n - 1}.`} The figures of Kubo et al. (2025) are means of six runs.`);
    },
  };
}
