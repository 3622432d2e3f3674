// Find constants of sleep: what is searched and how long; and below, what was tried and the best of it.

import { elsewhere } from "../busy.js";
import { el, enable, isEnabled, say, type Panel } from "../dom.js";
import { download } from "../download.js";
import { fileName } from "../exhibit.js";
import { howToRead } from "../manual.js";
import { isSearching, sleeps, type Searching } from "../search.js";
import type { Searcher } from "../searcher.js";
import { sourceOfSearch } from "../source.js";
import type { State, Store } from "../state.js";
import { searchForm } from "./search-form.js";
import { soughtPanel } from "./sought.js";

export const TITLE = "Find constants of sleep";

export function searchPanel(store: Store, searcher: Searcher): Panel<State> {
  const form = searchForm(store);
  const budget = budgetPanel(store);
  const parts = [form, budget, buttonsPanel(searcher, store), soughtPanel(store, searcher)];
  const about = el(
    "p",
    { class: "fine" },
    "Tries constants of sleep for what the controls say now: each on held-back training images, over several orders of tasks. The log is that of ",
    el("code", {}, "engram tune"),
    ". ",
    howToRead("search", TITLE),
  );
  const asked = el("form", { "aria-label": TITLE, submit: (event) => event.preventDefault() }, about);
  const summary = el("summary", {}, el("h2", {}, TITLE), el("span", { class: "fine" }, "a search, its members side by side, for a sleep that brings most back"));
  const details = el("details", { toggle: () => unfold() }, summary, asked);
  const update = (state: State) => {
    if (details.open) parts.forEach((part) => part.update(state));
  };
  // Closed, it has no controls: the page has many already.
  const unfold = () => {
    if (!details.open) return;
    if (asked.childElementCount === 1) {
      asked.append(...parts.slice(0, 3).map(({ element }) => element));
      asked.after(parts[3]!.element);
    }
    update(store.state);
    if (!store.state.search!.latest) void searcher.reopen();
  };
  return { element: el("section", { class: "panel search", "aria-label": TITLE }, details), update };
}

/** When it ends: can be changed whenever it stands. */
function budgetPanel(store: Store): Panel<State> {
  const set = () => store.set({ search: { ...store.state.search!, budget: { evaluations: evaluations.value, minutes: minutes.value }, problem: null } });
  const about = { type: "text", inputmode: "numeric", autocomplete: "off", input: set };
  const evaluations = el("input", { ...about, id: "search-evaluations" });
  const minutes = el("input", { ...about, id: "search-minutes", placeholder: "no limit" });
  const fieldset = el(
    "fieldset",
    { class: "asked" },
    el("legend", { class: "aside" }, "When it ends"),
    el("div", { class: "field" }, el("label", { for: evaluations.id }, "Evaluations in all"), evaluations),
    el("div", { class: "field" }, el("label", { for: minutes.id }, "Minutes at most"), minutes),
  );
  return {
    element: fieldset,
    update({ search }) {
      fieldset.disabled = isSearching(search);
      for (const [input, text] of [[evaluations, search!.budget.evaluations], [minutes, search!.budget.minutes]] as const) {
        if (document.activeElement !== input) input.value = text;
      }
    },
  };
}

function buttonsPanel(searcher: Searcher, store: Store): Panel<State> {
  const press = () => {
    if (!isEnabled(main)) return;
    const kind = store.state.search!.latest?.status.kind;
    if (kind === "running") searcher.pause();
    else if (kind === "paused") searcher.resume();
    else if (kind) void searcher.goOn();
    else void searcher.start();
  };
  const main = el("button", { type: "button", class: "primary", click: press });
  const stop = el("button", { type: "button", title: "End it here; what was tried stays", click: () => searcher.stop() }, "Stop the search");
  const save = el("button", { type: "button", title: "Every evaluation so far, a line each: engram tune and this page go on with it", click: () => isEnabled(save) && saveLog() }, "Save the log");
  const file = el("input", { type: "file", id: "open-log", class: "aside", accept: ".jsonl", tabindex: -1, change: () => choose() });
  const open = el("button", { type: "button", click: () => isEnabled(open) && file.click() }, "Open a log …");
  const away = el("button", { type: "button", title: "Forget this search, so that another can be set up; save its log first", click: () => searcher.putAway() }, "Put it away");
  const why = el("p", { class: "caption" });
  const problem = el("p", { class: "notice", role: "alert", hidden: true });
  const saveLog = () => download(fileName("search", sourceOfSearch(store.state.search!.latest!), "jsonl"), searcher.log(), "application/jsonl");
  const choose = () => {
    const [chosen] = file.files ?? [];
    file.value = "";
    if (chosen) void searcher.open(chosen);
  };
  return {
    element: el("div", { class: "begin" }, el("div", { class: "buttons" }, main, stop, save, open, el("label", { class: "aside", for: file.id }, "A log of a search"), file, away), why, problem),
    update(state) {
      const search = state.search!;
      const words = refusal(state);
      say(main, caption(search));
      enable(main, words === "" && search.latest?.status.kind !== "loading");
      enable(stop, isSearching(search));
      enable(save, search.latest !== null);
      enable(open, !isSearching(search));
      away.hidden = !search.latest || isSearching(search);
      why.hidden = words === "";
      say(why, words);
      problem.hidden = search.problem === null;
      say(problem, search.problem ?? "");
    },
  };
}

function caption({ latest }: Searching): string {
  switch (latest?.status.kind) {
    case undefined:
      return "Run the search";
    case "loading":
    case "running":
      return "Pause the search";
    default:
      return "Go on with the search";
  }
}

/** Why no search can begin or go on now; nothing where it can. */
function refusal(state: State): string {
  const { search, spec } = state;
  if (isSearching(search)) return "";
  const other = elsewhere(state, "search");
  if (other) return `${other}: a search can begin when that has ended or was stopped.`;
  if (search!.latest || sleeps(spec)) return "";
  return "What the controls say does not sleep, so that there are no constants of sleep to find: choose a preset with sleep, or “sleep” under Tasks and strategy, Against forgetting.";
}
