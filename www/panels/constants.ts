// Every constant of the run: with its unit and meaning, checked as it is typed, marked where it differs from the preset.

import { el, say, type Panel } from "../dom.js";
import { changesFor, GROUPS, valueAt, type Field } from "../fields.js";
import type { Spec } from "../generated/engram.js";
import { spec_set } from "../generated/page.js";
import { choose, parts } from "../link.js";
import { isActive } from "../run.js";
import type { State, Store } from "../state.js";
import { count, words } from "../words.js";

interface Row {
  readonly field: Field;
  readonly element: HTMLElement;
  update(spec: Spec, preset: Spec): void;
}

export function constantsPanel(store: Store): Panel<State> {
  const groups = GROUPS.map(({ title, fields }) => {
    const rows = fields.map((field) => row(store, field));
    const differs = el("span", { class: "differs" });
    const element = el("details", {}, el("summary", {}, el("span", {}, title), differs), ...rows.map(({ element }) => element));
    return { rows, differs, element };
  });
  const fieldset = el("fieldset", { class: "constants" }, el("legend", {}, "Constants"), ...groups.map(({ element }) => element));
  const reset = el("button", { type: "button", click: () => choose(store, presetOf(store.state)) }, "Reset all to the preset");
  fieldset.append(reset);
  let shown: Spec | null = null;
  return {
    element: fieldset,
    update(state) {
      fieldset.disabled = isActive(state.run);
      if (shown === state.spec) return;
      shown = state.spec;
      const preset = presetOf(state);
      let total = 0;
      for (const { rows, differs, element } of groups) {
        rows.forEach((row) => row.update(state.spec, preset));
        element.hidden = rows.every((row) => row.element.hidden);
        const changed = rows.filter(({ field }) => isChanged(field, state.spec, preset)).length;
        say(differs, changed === 0 ? "" : `${count(changed)} changed`);
        total += changed;
      }
      reset.hidden = total === 0;
    },
  };
}

/** The preset, with what has a control of its own as it is chosen there: that is no change of a constant. */
function presetOf({ presets, hash, spec }: State): Spec {
  const preset = presets.find(({ name }) => name === parts(hash).preset)?.spec ?? spec;
  const { seed, engine = "auto", tasks } = spec;
  // An order that is written out is chosen among the constants.
  const order = typeof tasks.order === "string" ? tasks.order : preset.tasks.order;
  return { ...preset, seed, engine, tasks: { ...preset.tasks, order } };
}

const written = (field: Field, spec: Spec): string | null => {
  const value = valueAt(spec, field.path);
  return value === undefined && field.path !== "sleep.window" ? null : field.kind.write(value);
};

const isChanged = (field: Field, spec: Spec, preset: Spec): boolean => written(field, spec) !== written(field, preset);

function row(store: Store, field: Field): Row {
  const id = field.path.replaceAll(".", "-");
  const wrong = el("span", { class: "wrong", "aria-live": "polite" });
  const tried = (text: string): Spec | null => {
    try {
      const { spec } = store.state;
      const changed = spec_set(spec, changesFor(spec, field, text));
      say(wrong, "");
      input.removeAttribute("aria-invalid");
      return changed;
    } catch (error) {
      say(wrong, `${words(error)}.`);
      input.setAttribute("aria-invalid", "true");
      return null;
    }
  };
  const commit = () => {
    const spec = tried(input.value);
    if (spec) return choose(store, spec);
    // A run takes what is in force: a value that was refused does not stay in sight.
    input.value = written(field, store.state.spec) ?? "";
    input.removeAttribute("aria-invalid");
    say(wrong, `Not taken. ${wrong.textContent}`);
  };
  const about = { id, "aria-describedby": `${id}-meaning` };
  const input = field.kind.choices
    ? el("select", { ...about, change: commit }, ...field.kind.choices.map(([value, name]) => el("option", { value }, name)))
    : el("input", { ...about, type: "text", autocomplete: "off", spellcheck: "false", input: () => tried(input.value), change: commit });
  const undo = el("button", { type: "button", class: "undo", click: () => restore() }, "Reset");
  const restore = () => {
    input.value = written(field, presetOf(store.state)) ?? "";
    commit();
    input.focus();
  };
  const element = el(
    "div",
    { class: "constant" },
    el("label", { for: id }, field.label, field.unit ? el("span", { class: "unit" }, ` ${field.unit}`) : null),
    el("div", { class: "entry" }, input, undo),
    el("p", { class: "meaning", id: `${id}-meaning` }, field.meaning),
    wrong,
  );
  return {
    field,
    element,
    update(spec, preset) {
      const text = written(field, spec);
      element.hidden = text === null || field.matters?.(spec) === false;
      if (input instanceof HTMLSelectElement) allow(input, field, spec);
      if (document.activeElement !== input || input.getAttribute("aria-invalid") === null) input.value = text ?? "";
      const original = written(field, preset);
      const changed = text !== original;
      element.classList.toggle("changed", changed);
      undo.hidden = !changed || original === null;
      if (!undo.hidden) undo.title = `Back to the preset's ${original}`;
    },
  };
}

function allow(select: HTMLSelectElement, { allows }: Field, spec: Spec): void {
  for (const option of select.options) option.disabled = allows?.(spec, option.value) === false;
}
