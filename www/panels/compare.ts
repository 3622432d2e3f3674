// Compare: which arms, on how many seeds; and below, what they give.

import { described, labelOf, METHODS, NAMES } from "../arms.js";
import { elsewhere } from "../busy.js";
import { MOST_SEEDS, seedCount, type Added, type Chosen } from "../compare.js";
import type { Comparer } from "../comparer.js";
import { el, enable, say, type Child, type Panel } from "../dom.js";
import { howToRead } from "../manual.js";
import { isComparing, type State, type Store } from "../state.js";
import { comparedPanel } from "./compared.js";

export function comparePanel(store: Store, comparer: Comparer): Panel<State> {
  const parts = [formPanel(store, comparer), comparedPanel(store)];
  const summary = el("summary", {}, el("h2", {}, "Compare"), el("span", { class: "fine" }, "strategies, or any settings, side by side on the same seeds"));
  return {
    element: el("section", { class: "panel compare", "aria-label": "Compare" }, el("details", {}, summary, ...parts.map(({ element }) => element))),
    update: (state) => parts.forEach((part) => part.update(state)),
  };
}

function formPanel(store: Store, comparer: Comparer): Panel<State> {
  const choose = (change: Partial<Chosen>) => {
    const { compare } = store.state;
    store.set({ compare: { ...compare, chosen: { ...compare.chosen, ...change }, problem: null } });
  };
  const arms = [strategiesPanel(choose), addedPanel(store, choose, () => comparer.add()), seedsPanel(choose)];
  const fields = el("fieldset", {}, el("legend", { class: "aside" }, "What to compare"), ...arms.map(({ element }) => element));
  const run = el("button", { type: "button", class: "primary", click: () => void comparer.start() }, "Run the comparison");
  const stop = el("button", { type: "button", title: "End the comparison; what was measured stays", click: () => comparer.stop() }, "Stop the comparison");
  const why = el("p", { class: "caption" });
  const problem = el("p", { class: "notice", role: "alert", hidden: true });
  const form = el("form", { "aria-label": "Comparison", submit: (event) => event.preventDefault() }, fields, el("div", { class: "buttons" }, run, stop), why, problem);
  return {
    element: form,
    update(state) {
      const comparing = isComparing(state.compare);
      const other = elsewhere(state, "comparison");
      arms.forEach((part) => part.update(state));
      fields.disabled = comparing;
      enable(run, !comparing && other === null);
      enable(stop, comparing);
      why.hidden = comparing || other === null;
      say(why, why.hidden ? "" : `${other}: a comparison can begin when that has ended or was stopped.`);
      problem.hidden = state.compare.problem === null;
      say(problem, state.compare.problem ?? "");
    },
  };
}

type Choose = (change: Partial<Chosen>) => void;

function strategiesPanel(choose: Choose): Panel<State> {
  const tick = () => choose({ strategies: boxes.filter(({ box }) => box.checked).map(({ kind }) => kind) });
  const boxes = METHODS.map((kind) => ({ kind, box: el("input", { type: "checkbox", id: `compare-${kind}`, change: tick }) }));
  const choices: Child[] = boxes.map(({ kind, box }) => el("label", { class: "tick" }, box, NAMES[kind]));
  return {
    element: el(
      "div",
      { class: "strategies", role: "group", "aria-label": "Methods" },
      el("p", { class: "fine" }, "Each method is run with what the controls say, and only what is done against forgetting differs. Each of them, and each setting that is added, is an arm of the comparison. ", howToRead("compare", "Compare")),
      ...choices,
      el("p", { class: "fine" }, `Always beside them: ${NAMES.sequential} (lower bound) and ${NAMES.parallel} (upper bound).`),
    ),
    update({ compare }) {
      boxes.forEach(({ kind, box }) => (box.checked = compare.chosen.strategies.includes(kind)));
    },
  };
}

/** Settings put aside as arms, each with a button that removes it. */
function addedPanel(store: Store, choose: Choose, add: () => void): Panel<State> {
  const list = el("ul", { "aria-label": "Settings added" });
  const button = el("button", { type: "button", click: add }, "Add the present settings");
  let shown: readonly Added[] = [];
  const remove = (id: string) => {
    choose({ added: store.state.compare.chosen.added.filter((one) => one.id !== id) });
    button.focus();
  };
  return {
    element: el("div", { class: "added" }, list, button),
    update({ compare: { chosen } }) {
      list.hidden = chosen.added.length === 0;
      if (chosen.added === shown) return;
      shown = chosen.added;
      list.replaceChildren(...shown.map((one) => item(one, () => remove(one.id))));
    },
  };
}

function item(one: Added, remove: () => void): HTMLElement {
  const label = labelOf(one);
  const button = el("button", { type: "button", class: "undo", "aria-label": `Remove ${label}`, click: remove }, "Remove");
  return el("li", {}, el("span", {}, el("strong", {}, label), `: ${described(one.spec)}`), button);
}

function seedsPanel(choose: Choose): Panel<State> {
  const id = "compare-runs";
  const meaning = el("p", { class: "fine", id: `${id}-meaning` });
  const about = { id, type: "text", inputmode: "numeric", autocomplete: "off", "aria-describedby": meaning.id };
  const input = el("input", { ...about, input: () => choose({ seeds: input.value }) });
  const wrong = el("span", { class: "wrong", "aria-live": "polite" });
  return {
    element: el("div", { class: "runs" }, el("label", { for: id }, "Runs of each"), input, meaning, wrong),
    update({ compare: { chosen }, spec: { seed } }) {
      if (document.activeElement !== input) input.value = chosen.seeds;
      const n = seedCount(chosen.seeds);
      if (n === null) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
      say(wrong, n === null ? `Whole numbers from 1 to ${MOST_SEEDS} are allowed.` : "");
      say(meaning, n === null || n === 1 ? `Seed ${seed}, the same for every arm.` : `Seeds ${seed} to ${seed + n - 1}, the same for every arm.`);
    },
  };
}
