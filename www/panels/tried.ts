// All that was tried, as a scatter over one constant or over the order in which they were tried.

import { smallType } from "../card.js";
import { el, roomOf, say, type Panel } from "../dom.js";
import { asImage } from "../plots/figure.js";
import { tried as triedPlot, type Dot } from "../plots/tried.js";
import { dataTables } from "../save/data.js";
import { saveMenu } from "../save/menu.js";
import { constant, fitnessOf, givenUp, isFinal, pathsOf, type Search, type Searching } from "../search.js";
import { sourceOfSearch } from "../source.js";
import type { State, Store } from "../state.js";
import { searchTables } from "../tables/search.js";
import { count, percent } from "../words.js";

const TITLE = "Constants that were tried";

export function triedPanel(store: Store): Panel<State> {
  const body = el("div", { class: "body" });
  const caption = el("p", { class: "caption" });
  const select = el("select", { id: "search-across", change: () => store.set({ search: { ...store.state.search!, across: select.value } }) });
  let latest: State | null = null;
  const search = () => latest?.search?.latest;
  const tables = () => (search() ? searchTables(search()!) : []);
  const save = saveMenu(TITLE, () => search() && { title: TITLE, caption: caption.textContent!, tables: tables(), source: sourceOfSearch(search()!) }, [body]);
  const data = dataTables(TITLE, tables);
  const element = el("div", {}, el("div", { class: "titled" }, el("h3", {}, TITLE), save.element), el("div", { class: "field across" }, el("label", { for: select.id }, "Fitness against"), select), el("figure", {}, body, caption), data.element);
  let shown: readonly unknown[] = [];
  let listed: unknown;
  const update = (state: State) => {
    latest = state;
    const sought = search()!;
    element.hidden = sought.told.length === 0;
    const across = acrossOf(state.search!);
    if (listed !== sought.tuning) {
      listed = sought.tuning;
      select.replaceChildren(...[...pathsOf(sought.tuning), ORDER].map((path) => el("option", { value: path }, path === ORDER ? IN_ORDER : constant(path).label)));
    }
    select.value = across;
    const { width } = room();
    const now = [sought.told, across, width, state.search!.looked];
    if (width === 0 || sought.told.length === 0 || now.every((part, i) => part === shown[i])) return;
    shown = now;
    body.replaceChildren(figure(sought, across, state.search!.looked ?? sought.best, width));
    say(caption, captionOf(sought, across));
    data.update();
  };
  const room = roomOf(body, () => latest?.search?.latest && update(latest));
  return { element, update };
}

/** Stands for the order in which they were tried. */
const ORDER = "";
const IN_ORDER = "the order in which they were tried";

/** Hidden gain first: it decides how many units spike. */
function acrossOf({ across, latest }: Searching): string {
  const { fields } = latest!.tuning;
  if (across === ORDER || (across !== null && across in fields)) return across;
  return "sleep.gain_hidden" in fields ? "sleep.gain_hidden" : Object.keys(fields)[0]!;
}

const nameOf = (across: string): string => {
  if (across === ORDER) return IN_ORDER;
  const { label, unit } = constant(across);
  return unit ? `${label}, ${unit}` : label;
};

function figure(search: Search, across: string, marked: number | null, width: number): Element {
  const dots = search.told.map((one, place): Dot => {
    const { mean, sd } = fitnessOf(one);
    const lost = givenUp(one) !== null;
    return {
      x: across === ORDER ? place + 1 : one.parameters[across]!,
      fitness: one.fitness,
      sd: lost ? null : sd,
      kind: lost ? "given up" : isFinal(search, one) ? "all orders" : "first orders",
      ...(place === marked ? { label: `${place === search.best ? "best " : ""}${percent(mean)}` } : {}),
    };
  });
  const bounds = across === ORDER ? { low: 0, high: search.told.length + 1, scale: "linear" as const } : search.tuning.fields[across]!;
  const fontSize = smallType();
  const svg = triedPlot(dots, { ...bounds, scale: bounds.scale ?? "linear", label: across === ORDER ? "evaluations" : nameOf(across) }, { width, height: Math.max(16 * fontSize, Math.min(0.5 * width, 24 * fontSize)), fontSize });
  return asImage(svg, spoken(search, across));
}

function spoken(search: Search, across: string): string {
  const lost = search.told.filter(givenUp).length;
  const best = search.best === null ? null : search.told[search.best]!;
  const at = best && across !== ORDER ? ` at ${best.parameters[across]}` : "";
  const found = best ? `The best has ${percent(fitnessOf(best).mean)}${at}.` : "None has been through all orders yet.";
  return `Fitness against ${nameOf(across)}: ${count(search.told.length)} evaluations, ${count(lost)} of them given up. ${found}`;
}

function captionOf(search: Search, across: string): string {
  const several = search.tuning.rungs.length > 1;
  return [
    `Accuracy over all classes on held-back images, mean over the orders of tasks that were run, against ${nameOf(across)}.`,
    `● on all orders, with ± s.d. over them; ${several ? "○ on the first orders only; " : ""}× given up before its end, counted as 0; ★ the one that is shown above.`,
    `n = ${count(search.told.length)} evaluations.`,
  ].join(" ");
}
