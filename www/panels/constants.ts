// Every constant of the run: with its unit and meaning, checked as it is typed, marked where it differs from the preset.

import { el, say, type Panel } from "../dom.js";
import { changesFor, GROUPS, valueAt, type FieldOf, type GroupOf } from "../fields.js";
import type { Spec } from "../generated/engram.js";
import { spec_set } from "../generated/page.js";
import { choose, parts } from "../link.js";
import { isActive } from "../run.js";
import type { State, Store } from "../state.js";
import { count, words } from "../words.js";

interface Row<P> {
  readonly field: FieldOf<P>;
  readonly element: HTMLElement;
  update(spec: P, preset: P): void;
}

/** A Spec `P` whose fields are set, and how. */
export interface Setting<P extends object> {
  readonly groups: readonly GroupOf<P>[];
  readonly spec: () => P;
  /** What the constants are compared with. */
  readonly preset: () => P;
  /** The Spec with a field set to what was typed, and what follows from that; throws why it cannot be. */
  readonly changed: (field: FieldOf<P>, text: string) => P;
  readonly choose: (spec: P) => void;
  readonly legend: string;
}

export function constantsPanel(store: Store): Panel<State> {
  const panel = constantsOf<Spec>({
    groups: GROUPS,
    spec: () => store.state.spec,
    preset: () => presetOf(store.state),
    changed: (field, text) => spec_set(store.state.spec, changesFor(store.state.spec, field, text)),
    choose: (spec) => choose(store, spec),
    legend: "Constants",
  });
  return { element: panel.element, update: ({ run }) => panel.update(isActive(run)) };
}

/** Its state is whether the fields cannot be set now. */
export function constantsOf<P extends object>(setting: Setting<P>): Panel<boolean> & { readonly element: HTMLFieldSetElement } {
  const groups = setting.groups.map(({ title, fields }) => {
    const rows = fields.map((field) => row(setting, field));
    const differs = el("span", { class: "differs" });
    const element = el("details", {}, el("summary", {}, el("span", {}, title), differs), ...rows.map(({ element }) => element));
    return { rows, differs, element };
  });
  const fieldset = el("fieldset", { class: "constants" }, el("legend", {}, setting.legend), ...groups.map(({ element }) => element));
  const reset = el("button", { type: "button", click: () => setting.choose(setting.preset()) }, "Reset all to the preset");
  fieldset.append(reset);
  let shown: P | null = null;
  return {
    element: fieldset,
    update(isFixed) {
      fieldset.disabled = isFixed;
      const spec = setting.spec();
      if (shown === spec) return;
      shown = spec;
      const preset = setting.preset();
      let total = 0;
      for (const { rows, differs, element } of groups) {
        rows.forEach((row) => row.update(spec, preset));
        element.hidden = rows.every((row) => row.element.hidden);
        const changed = rows.filter(({ field }) => isChanged(field, spec, preset)).length;
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

const written = <P extends object>(field: FieldOf<P>, spec: P): string | null => {
  const value = valueAt(spec, field.path);
  return value === undefined && field.path !== "sleep.window" ? null : field.kind.write(value);
};

const isChanged = <P extends object>(field: FieldOf<P>, spec: P, preset: P): boolean => written(field, spec) !== written(field, preset);

function row<P extends object>(setting: Setting<P>, field: FieldOf<P>): Row<P> {
  const id = field.path.replaceAll(".", "-");
  const wrong = el("span", { class: "wrong", "aria-live": "polite" });
  const tried = (text: string): P | null => {
    try {
      const changed = setting.changed(field, text);
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
    if (spec) return setting.choose(spec);
    // A run takes what is in force: a value that was refused does not stay in sight.
    input.value = written(field, setting.spec()) ?? "";
    input.removeAttribute("aria-invalid");
    say(wrong, `Not taken. ${wrong.textContent}`);
  };
  const about = { id, "aria-describedby": `${id}-meaning` };
  const input = field.kind.choices
    ? el("select", { ...about, change: commit }, ...field.kind.choices.map(([value, name]) => el("option", { value }, name)))
    : el("input", { ...about, type: "text", autocomplete: "off", spellcheck: "false", input: () => tried(input.value), change: commit });
  const undo = el("button", { type: "button", class: "undo", click: () => restore() }, "Reset");
  const restore = () => {
    input.value = written(field, setting.preset()) ?? "";
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

function allow<P>(select: HTMLSelectElement, { allows }: FieldOf<P>, spec: P): void {
  for (const option of select.options) option.disabled = allows?.(spec, option.value) === false;
}
