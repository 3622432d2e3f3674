// Which data set: one that this site holds, or a person's own files.

import { chooseSet } from "../choices.js";
import { el, say, type Panel } from "../dom.js";
import { missing, take } from "../own.js";
import { dataSet, type State, type Store } from "../state.js";

/** The choice that asks for files. */
const ASK = "own files";

export function datasetPanel(store: Store): Panel<State> {
  let asked = false;
  let seen: readonly unknown[] = [];
  const pick = () => {
    asked = select.value === ASK;
    if (!asked) return chooseSet(store, select.value);
    update(store.state); // which says again what is learnt from until there are files
    input.focus();
  };
  const select = el("select", { id: "data-set", "aria-describedby": "data-set-meaning", change: pick });
  const input = el("input", { id: "own-files", type: "file", multiple: true, "aria-describedby": "own-files-meaning", change: () => given() });
  const given = () => {
    void take(store, [...(input.files ?? [])]);
    input.value = ""; // so that the same files, mended, can be chosen again
  };
  const until = el("strong");
  const meaning = el("p", { class: "meaning", id: "own-files-meaning" }, until, MEANING);
  const files = el("div", { class: "field grow", hidden: true }, el("label", { for: input.id }, "Files of your images"), input, meaning);
  const update = (state: State) => {
    const { spec, own } = state;
    if (seen[0] !== spec || seen[1] !== own) asked = false;
    seen = [spec, own];
    fill(select, choices(state), spec.data.name);
    files.hidden = !asked && missing(state) === null;
    say(until, missing(state) === null ? `Until they are chosen, ${dataSet(state, spec.data.name)?.title ?? spec.data.name} stays. ` : "");
  };
  const element = el("div", { class: "dataset" }, el("div", { class: "field grow" }, el("label", { for: select.id }, "Data set"), select, el("p", { class: "meaning", id: "data-set-meaning" }, "Images that are learnt from and tested on.")), files);
  return { element, update };
}

const MEANING =
  "Two IDX files, images and labels, or four: those for testing have “test” in their names. Plain or .gz, chosen here or dropped on this page. They stay in this browser.";

/** Value and name of each choice; the set in use is among them even where its files are not. */
function choices(state: State): [string, string][] {
  const { held, own, presets, spec } = state;
  const site = held.length > 0 ? held : presets.map((preset) => preset.spec.data.name);
  const names = [...new Set([...site, ...own.map(({ name }) => name), spec.data.name])];
  const title = (name: string) => dataSet(state, name)?.title ?? `${name} (not here)`;
  return [...names.map((name): [string, string] => [name, title(name)]), [ASK, "Your own images …"]];
}

function fill(select: HTMLSelectElement, choices: readonly [string, string][], value: string): void {
  const written = [...select.options].map((option) => option.text).join();
  if (written !== choices.map(([, name]) => name).join()) select.replaceChildren(...choices.map(([value, name]) => el("option", { value }, name)));
  if (select.value !== value) select.value = value;
}
