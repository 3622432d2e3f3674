// What a search gives, while it goes on and at its end: how far it is, the best, and all that was tried.

import { described } from "../arms.js";
import { el, enable, isEnabled, say, type Panel } from "../dom.js";
import { valueAt } from "../fields.js";
import { isActive } from "../run.js";
import { constant, fitnessOf, givenUpInWords, isSearching, METHODS, pathsOf, ranked, secondsOf, spikesOf, type Search, type Searching } from "../search.js";
import type { Searcher } from "../searcher.js";
import type { State, Store } from "../state.js";
import { count, duration, figures, megabytes } from "../words.js";
import { withSpread } from "./compared-table.js";
import { triedPanel } from "./tried.js";

export function soughtPanel(store: Store, searcher: Searcher): Panel<State> {
  const parts = [farPanel(), foundPanel(store, searcher), triedPanel(store)];
  const element = el("div", { class: "sought", hidden: true }, ...parts.map((part) => part.element));
  return {
    element,
    update(state) {
      element.hidden = !state.search!.latest;
      if (state.search!.latest) parts.forEach((part) => part.update(state));
    },
  };
}

/** How far the search is, what it cost, and what it is a search of. */
function farPanel(): Panel<State> {
  const bar = el("progress", { max: 1, value: 0, "aria-label": "Part of the evaluations that is done" });
  const text = el("p");
  const cost = el("p", { class: "fine" });
  const what = el("p", { class: "fine" });
  const wrong = el("p", { class: "notice", role: "alert", hidden: true });
  const spoken = el("p", { class: "aside", role: "status" });
  return {
    element: el("div", { class: "searching" }, bar, text, spoken, wrong, cost, what),
    update({ search }) {
      const latest = search!.latest!;
      const words = status(search!);
      bar.value = Math.min(1, latest.told.length / Math.max(1, Number(search!.budget.evaluations) || 1));
      say(text, words);
      say(spoken, isSearching(search) ? "" : words);
      say(cost, costs(latest));
      say(what, sought(latest));
      wrong.hidden = latest.status.kind !== "failed";
      say(wrong, latest.status.kind === "failed" ? `The search could not go on. ${latest.status.message}` : "");
    },
  };
}

function status({ budget, latest }: Searching): string {
  const { told, status, underWay, capacity } = latest!;
  const done = `${count(told.length)} of ${count(Number(budget.evaluations) || 0)} evaluations done`;
  switch (status.kind) {
    case "loading":
      return status.total > 0 ? `Loading images: ${megabytes(status.received)} of ${megabytes(status.total)}` : "Loading images …";
    case "running":
      return `${done} · ${count(underWay)} under way, ${count(capacity.atOnce)} at once: ${capacity.why}.`;
    case "paused":
      return `Paused: ${done}.`;
    case "ended":
      return `${told.length < Number(budget.evaluations) ? "Time is up" : "Finished"}: ${done}.`;
    case "stopped":
    case "failed":
      return `Stopped: ${done}. What was tried stays, and the search can go on.`;
  }
}

function costs({ told }: Search): string {
  const seconds = told.reduce((sum, tried) => sum + secondsOf(tried), 0);
  const hours = (seconds / 3600).toFixed(seconds < 36 ? 4 : 2);
  return `${givenUpInWords(told)[0]!.toUpperCase()}${givenUpInWords(told).slice(1)}. Computing: ${duration(seconds)}, ${hours} core-hours.`;
}

function sought({ spec, tuning }: Search): string {
  const method = METHODS.find(([kind]) => kind === tuning.method.kind)![1];
  // Without orders of their own, seeds differ in the initial weights and in what follows from them.
  const shuffled = tuning.rungs.every(({ set }) => (set?.["tasks.order"] ?? spec.tasks.order) === "shuffled");
  const what = shuffled ? "order" : "seed";
  const orders = tuning.rungs.map(({ seeds }) => (seeds.length === 1 ? `one ${what}` : `${count(seeds.length)} ${what}s`)).join(", then the better of them on ");
  const apart = tuning.rungs.some(({ set }) => Object.keys(set ?? {}).some((path) => path !== "tasks.order")) ? " Its rungs differ in other fields too: see the log." : "";
  return `Searched for ${described(spec)}: ${count(Object.keys(tuning.fields).length)} constants, ${method}, ${count(tuning.population)} points a generation, seed ${tuning.seed ?? 0}; tried on ${orders}${shuffled ? " of tasks, each by its seed" : ", all with the same order of tasks"}.${apart}`;
}

/** The best, or another that is chosen; and the button that takes it. */
function foundPanel(store: Store, searcher: Searcher): Panel<State> {
  const look = () => store.set({ search: { ...store.state.search!, looked: select.selectedIndex === 0 ? null : Number(select.value) } });
  const select = el("select", { id: "search-looked", change: look });
  const said = el("p");
  const scroll = el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Constants that were found" });
  const use = el("button", { type: "button", click: () => isEnabled(use) && take() }, "Use this");
  const done = el("p", { class: "fine", role: "status" });
  const none = el("p", { class: "fine" }, "No best yet: none has been through all orders of tasks.");
  const body = el("div", { class: "found" }, el("div", { class: "field" }, el("label", { for: select.id }, "Evaluation"), select), said, scroll, el("div", { class: "buttons" }, use), done);
  let shown: readonly unknown[] = [];
  const take = () => {
    const place = placeOf(store.state.search!);
    if (place !== null && searcher.use(place)) say(done, "Its constants are in the controls now.");
  };
  return {
    element: el("div", {}, el("h3", {}, "Best so far"), none, body),
    update(state) {
      const { latest } = state.search!;
      const place = placeOf(state.search!);
      none.hidden = place !== null;
      body.hidden = place === null;
      enable(use, !isActive(state.run));
      use.title = isActive(state.run) ? "The run goes on: its controls can be changed when it has ended or was stopped" : "Put these constants into the controls";
      const now = [latest!.told, place, state.spec];
      if (place === null || now.every((part, i) => part === shown[i])) return;
      if (shown[0] !== latest!.told || shown[1] !== place) say(done, "");
      shown = now;
      fill(select, latest!, place);
      say(said, inWords(latest!, place));
      scroll.replaceChildren(table(latest!, place, state));
    },
  };
}

const placeOf = ({ looked, latest }: Searching): number | null => looked ?? latest!.best;

/** The best of them, to choose from. */
const OFFERED = 20;

function fill(select: HTMLSelectElement, latest: Search, place: number): void {
  const best = [latest.best!, ...ranked(latest).filter((one) => one !== latest.best)].slice(0, OFFERED);
  const places = best.includes(place) ? best : [...best, place];
  const label = (one: number, rank: number) => `${rank === 0 ? "best" : rank < OFFERED ? `number ${rank + 1}` : "chosen"}: ${withSpread(fitnessOf(latest.told[one]!))}`;
  select.replaceChildren(...places.map((one, rank) => el("option", { value: one }, label(one, rank))));
  select.value = String(place);
}

function inWords(latest: Search, place: number): string {
  const tried = latest.told[place]!;
  const layers = spikesOf(tried).map((spikes, i, all) => `${figures(spikes)} ${i === 0 ? "input" : i === all.length - 1 ? "output" : all.length === 3 ? "hidden" : `hidden ${i}`}`);
  const spikes = layers.length > 0 ? ` Spikes a step, mean of the last sleeps: ${layers.join(", ")}.` : "";
  return `${withSpread(fitnessOf(tried))} of held-back images right, over all classes: mean ± s.d. over orders.${spikes} Computing: ${duration(secondsOf(tried))}.`;
}

function table({ told, tuning }: Search, place: number, { spec }: State): HTMLTableElement {
  const heads = ["Constant", "Found", "In the controls", "Bounds"];
  const number = (value: unknown) => (typeof value === "number" ? String(value) : "none");
  const rows = pathsOf(tuning).map((path) => {
    const { label, unit } = constant(path);
    const value = told[place]!.parameters[path];
    const { low, high } = tuning.fields[path]!;
    return el(
      "tr",
      {},
      el("th", { scope: "row" }, label, unit ? el("span", { class: "unit" }, ` ${unit}`) : null),
      el("td", {}, number(value)),
      el("td", {}, number(valueAt(spec, path))),
      el("td", {}, `${number(low)} to ${number(high)}`),
    );
  });
  return el("table", {}, el("thead", {}, el("tr", {}, ...heads.map((head) => el("th", { scope: "col" }, head)))), el("tbody", {}, ...rows));
}
