// What is searched: the constants with their bounds, the method, and the orders of tasks. Away while a search is here.

import { el, say, type Panel } from "../dom.js";
import { valueAt } from "../fields.js";
import { constant, isIdle, METHODS, MOST_ORDERS, SCALES, wrongBounds, type Chosen, type Wanted } from "../search.js";
import type { Scale } from "../generated/engram.js";
import type { State, Store } from "../state.js";

type Choose = (change: Partial<Chosen>) => void;

export function searchForm(store: Store): Panel<State> {
  const choose: Choose = (change) => {
    const search = store.state.search!;
    store.set({ search: { ...search, chosen: { ...search.chosen, ...change }, problem: null } });
  };
  const parts = [wantedPanel(store, choose), settingsPanel(choose), ticksPanel(choose)];
  const fieldset = el("fieldset", {}, el("legend", { class: "aside" }, "What to search"), ...parts.map(({ element }) => element));
  return {
    element: fieldset,
    update(state) {
      fieldset.hidden = state.search!.latest !== null;
      if (!fieldset.hidden) parts.forEach((part) => part.update(state));
    },
  };
}

/** The constants, each with its bounds; folded, as most people leave them as they are. */
function wantedPanel(store: Store, choose: Choose): Panel<State> {
  const rows = store.state.search!.chosen.wanted.map(({ path }) => {
    const change = (change: Partial<Wanted>) => choose({ wanted: store.state.search!.chosen.wanted.map((one) => (one.path === path ? { ...one, ...change } : one)) });
    return wantedRow(path, change);
  });
  const text = el("span");
  const wrong = el("span", { class: "differs" });
  return {
    element: el("details", { class: "wanted" }, el("summary", {}, text, wrong), ...rows.map(({ element }) => element)),
    update(state) {
      const { wanted } = state.search!.chosen;
      const on = wanted.filter((one) => one.on && !isIdle(one, state.spec));
      say(text, `${on.length} ${on.length === 1 ? "constant" : "constants"}, each between two bounds`);
      say(wrong, on.some(wrongBounds) ? "bounds to be mended" : "");
      rows.forEach((row) => row.update(state));
    },
  };
}

function wantedRow(path: string, change: (change: Partial<Wanted>) => void): Panel<State> {
  const { label, unit } = constant(path);
  const id = `search-${path.replaceAll(".", "-")}`;
  const entry = (name: string, set: (text: string) => Partial<Wanted>) => {
    const input: HTMLInputElement = el("input", { type: "text", inputmode: "decimal", autocomplete: "off", "aria-label": `${label}, ${name}`, "aria-describedby": `${id}-wrong`, input: () => change(set(input.value)) });
    return input;
  };
  const box = el("input", { type: "checkbox", id, change: () => change({ on: box.checked }) });
  const low = entry("lowest", (text) => ({ low: text }));
  const high = entry("highest", (text) => ({ high: text }));
  const scale = el("select", { "aria-label": `${label}, scale`, change: () => change({ scale: scale.value as Scale }) }, ...SCALES.map(([value, name]) => el("option", { value }, name)));
  const now = el("span", { class: "unit" });
  const wrong = el("span", { class: "wrong", id: `${id}-wrong`, "aria-live": "polite" });
  const name = el("label", { class: "tick" }, box, el("span", {}, label, unit ? el("span", { class: "unit" }, ` ${unit}`) : null, now));
  const element = el("div", { class: "want", role: "group", "aria-label": label }, name, el("span", { class: "bounds" }, low, "to", high), scale, wrong);
  return {
    element,
    update({ search, spec }) {
      const one = search!.chosen.wanted.find((wanted) => wanted.path === path)!;
      element.hidden = isIdle(one, spec);
      box.checked = one.on;
      scale.value = one.scale;
      for (const [input, text] of [[low, one.low], [high, one.high]] as const) {
        if (document.activeElement !== input) input.value = text;
        input.disabled = !one.on;
      }
      scale.disabled = !one.on;
      const why = one.on ? wrongBounds(one) : null;
      for (const input of [low, high]) {
        if (why) input.setAttribute("aria-invalid", "true");
        else input.removeAttribute("aria-invalid");
      }
      say(wrong, why ?? "");
      say(now, ` (now\u00a0${valueAt(spec, path) ?? "none"})`);
    },
  };
}

function settingsPanel(choose: Choose): Panel<State> {
  const method = el("select", { id: "search-method", change: () => choose({ method: method.value as Chosen["method"] }) }, ...METHODS.map(([value, name]) => el("option", { value }, name)));
  const entry = (id: string, set: (text: string) => Partial<Chosen>) => {
    const input: HTMLInputElement = el("input", { id, type: "text", inputmode: "numeric", autocomplete: "off", "aria-describedby": `${id}-meaning`, input: () => choose(set(input.value)) });
    return input;
  };
  const population = entry("search-population", (text) => ({ population: text }));
  const orders = entry("search-orders", (text) => ({ orders: text }));
  const seed = entry("search-seed", (text) => ({ seed: text }));
  method.setAttribute("aria-describedby", "search-method-meaning");
  const field = (control: HTMLElement, name: string, meaning: string) =>
    el("div", { class: "field" }, el("label", { for: control.id }, name), control, el("p", { class: "meaning", id: `${control.id}-meaning` }, meaning));
  return {
    element: el(
      "div",
      { class: "asked" },
      field(method, "Method", "How the next points follow from those before."),
      field(population, "Points a generation", "Chosen together, tried side by side."),
      field(orders, "Task orders", `Seeds of an evaluation, 1 to ${MOST_ORDERS}: constants for one order seldom do for others.`),
      field(seed, "Seed of the search", "The same seed, the same draws."),
    ),
    update({ search }) {
      const { chosen } = search!;
      method.value = chosen.method;
      for (const [input, text] of [[population, chosen.population], [orders, chosen.orders], [seed, chosen.seed]] as const) {
        if (document.activeElement !== input) input.value = text;
      }
    },
  };
}

function ticksPanel(choose: Choose): Panel<State> {
  const tick = (id: string, set: (on: boolean) => Partial<Chosen>) => {
    const box: HTMLInputElement = el("input", { type: "checkbox", id, change: () => choose(set(box.checked)) });
    return box;
  };
  const fromSpec = tick("search-from", (fromSpec) => ({ fromSpec }));
  const halved = tick("search-halved", (halved) => ({ halved }));
  const shuffled = tick("search-shuffled", (shuffled) => ({ shuffled }));
  return {
    element: el(
      "div",
      { class: "strategies" },
      el("label", { class: "tick" }, fromSpec, "try the controls’ own constants first"),
      el("label", { class: "tick" }, halved, "one other order first; the better half goes on"),
      el("label", { class: "tick" }, shuffled, "each seed its own order of tasks"),
    ),
    update({ search }) {
      const { chosen } = search!;
      fromSpec.checked = chosen.fromSpec;
      halved.checked = chosen.halved;
      shuffled.checked = chosen.shuffled;
    },
  };
}
