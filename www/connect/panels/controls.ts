// What to study, and the buttons that run it.

import { el, enable, isEnabled, say, type Panel } from "../../dom.js";
import type { ConnectPreset, ConnectSpec, Credit, Flossed, Sleep, TaskKind } from "../../generated/engram.js";
import { connect_set } from "../../generated/page.js";
import { numbers } from "../../fields.js";
import { parts } from "../../link.js";
import { constantsOf } from "../../panels/constants.js";
import { changesFor, GROUPS } from "../fields.js";
import { leakWords } from "../leak.js";
import { change, choose, choosePreset, chooseTask, presetOf } from "../link.js";
import { RULE_NAMES, RULES, TASK_NAMES, TASKS } from "../names.js";
import type { ConnectRunner } from "../runner.js";
import type { ConnectState, ConnectStore } from "../state.js";
import { isActive, isAsleep } from "../study.js";
import { knobPanel } from "./knob.js";

const TREATMENTS: readonly (readonly [Flossed, string])[] = [
  ["never", "never"],
  ["always", "always"],
  ["both", "both: with and without"],
];

export function controlsPanel(store: ConnectStore, runner: ConnectRunner): Panel<ConnectState> {
  const preset = el("select", { id: "preset", change: () => choosePreset(store, preset.value) });
  preset.append(...groups(store.state.presets));
  const task = el("select", { id: "task", change: () => chooseTask(store, task.value as TaskKind) }, ...TASK_NAMES.map((name) => el("option", { value: name }, TASKS[name].title)));
  const gains = el("input", { id: "gains", type: "text", autocomplete: "off", spellcheck: "false", change: () => change(store, [["gains", numbers.read(gains.value)]]) });
  const seeds = el("input", { id: "seeds", type: "number", min: 1, max: 100, step: 1, inputmode: "numeric", change: () => change(store, [["seeds", seeds.value]]) });
  const flossed = el("select", { id: "flossing-when", change: () => change(store, [["flossing.when", flossed.value]]) }, ...TREATMENTS.map(([value, name]) => el("option", { value }, name)));
  const sleep = el("select", { id: "sleep-when", change: () => change(store, [["sleep", sleep.value === "after" ? JSON.stringify(usualSleep(store.state)) : "null"]]) }, el("option", { value: "never" }, "never"), el("option", { value: "after" }, "after training"));
  const rules = rulesPanel(store);
  const leak = el("p", { class: "leak meaning" });
  const fields = el(
    "fieldset",
    {},
    el("legend", { class: "aside" }, "What to study"),
    field("grow", "Preset", preset, "A study that is ready to be run."),
    field("grow", "Task", task, ""),
    field("", "Gains to compare", gains, "Several, with commas between them."),
    field("short", "Seeds", seeds, "Networks of each kind."),
    rules.element,
    field("grow", "Gradient flossing", flossed, "Moves Lyapunov exponents to zero before training."),
    field("grow", "Sleep", sleep, "A spiking network that the mean trial drives rewires itself."),
  );
  const knob = knobPanel(store, runner);
  const buttons = buttonsPanel(store, runner);
  const constants = constantsOf<ConnectSpec>({
    groups: GROUPS,
    spec: () => store.state.spec,
    preset: () => ownPreset(store.state),
    changed: (field, text) => connect_set(store.state.spec, changesFor(store.state.spec, field, text)),
    choose: (spec) => choose(store, spec),
    legend: "Constants",
  });
  const form = el("form", { class: "controls", "aria-label": "Study", submit: (event) => event.preventDefault() }, buttons.element, knob.element, fields);
  return {
    element: el("div", { class: "connect-controls" }, form, leak, constants.element),
    update(state) {
      const { spec, hash } = state;
      fields.disabled = isActive(state.study);
      preset.value = parts(hash).preset;
      task.value = spec.task;
      if (document.activeElement !== gains) gains.value = numbers.write(spec.gains);
      if (document.activeElement !== seeds) seeds.value = String(spec.seeds);
      flossed.value = spec.flossing.when;
      sleep.value = isAsleep(spec) ? "after" : "never";
      rules.update(state);
      say(leak, leakWords(spec));
      knob.update(state);
      buttons.update(state);
      constants.update(isActive(state.study));
    },
  };
}

/** Those of a minute, and those that are figures of the paper. */
function groups(presets: readonly ConnectPreset[]): HTMLElement[] {
  const option = ({ name, title, figures }: ConnectPreset) => {
    const numbers = figures.filter((figure) => /^\d+$/.test(figure));
    return el("option", { value: name }, `${title}${numbers.length > 0 ? ` (Fig. ${numbers.join(", ")})` : ""}`);
  };
  const group = (label: string, all: readonly ConnectPreset[]) => (all.length > 0 ? [el("optgroup", { label }, ...all.map(option))] : []);
  return [...group("Quick", presets.filter(({ figures }) => figures.length === 0)), ...group("Figures of Liu, Zhang & Liu (2024)", presets.filter(({ figures }) => figures.length > 0))];
}

/** The preset, with what has a control of its own as it is chosen there. */
function ownPreset(state: ConnectState): ConnectSpec {
  const { task, gains, rules, seeds, flossing } = state.spec;
  const sleep = isAsleep(state.spec) ? usualSleep(state) : undefined;
  const preset = presetOf(state);
  const network = task === preset.task ? preset.network : { ...preset.network, tau: state.spec.network.tau };
  return { ...preset, task, gains, rules, seeds, network, sleep, flossing: { ...preset.flossing, when: flossing.when } };
}

/** The constants of the chosen preset's sleep, or of one that has them. */
function usualSleep(state: ConnectState): Sleep | undefined {
  const all = [presetOf(state), ...state.presets.map(({ spec }) => spec)];
  return all.find(isAsleep)?.sleep;
}

/** A control with its name and a sentence of meaning. */
function field(kind: string, name: string, control: HTMLElement, meaning: string): HTMLElement {
  if (meaning) control.setAttribute("aria-describedby", `${control.id}-meaning`);
  return el("div", { class: `field ${kind}`.trim() }, el("label", { for: control.id }, name), control, meaning ? el("p", { class: "meaning", id: `${control.id}-meaning` }, meaning) : null);
}

/** Which rules learn: one at least. */
function rulesPanel(store: ConnectStore): Panel<ConnectState> {
  const boxes = RULE_NAMES.map((name) => ({ name, box: el("input", { type: "checkbox", "aria-describedby": `rule-${name}-meaning`, change: () => toggle(name) }) }));
  const toggle = (name: Credit) => {
    const { rules } = store.state.spec;
    const chosen = RULE_NAMES.filter((one) => (one === name ? !rules.includes(one) : rules.includes(one)));
    change(store, [["rules", JSON.stringify(chosen)]]);
  };
  const labels = boxes.map(({ name, box }) => el("div", {}, el("label", { class: "tick" }, box, ` ${RULES[name].title}`), el("p", { class: "meaning", id: `rule-${name}-meaning` }, RULES[name].meaning)));
  return {
    element: el("fieldset", { class: "rules" }, el("legend", {}, "Rules"), ...labels),
    update: ({ spec }) => boxes.forEach(({ name, box }) => (box.checked = spec.rules.includes(name))),
  };
}

/** Run, which becomes Pause and Resume; begin again; stop. */
export function runButton(store: ConnectStore, runner: ConnectRunner): Panel<ConnectState> {
  const press = () => {
    const { study } = store.state;
    if (study?.status.kind === "running") runner.pause();
    else if (study?.status.kind === "pausing" || study?.status.kind === "paused") runner.resume();
    else if (!isActive(study)) void runner.start();
  };
  const element = el("button", { type: "button", class: "primary", click: () => isEnabled(element) && press() }, "Run");
  return {
    element,
    update({ study }) {
      const kind = isActive(study) ? study.status.kind : null;
      say(element, kind === "running" || kind === "loading" ? "Pause" : kind === null ? "Run" : "Resume");
      enable(element, kind !== "loading");
    },
  };
}

function buttonsPanel(store: ConnectStore, runner: ConnectRunner): Panel<ConnectState> {
  const main = runButton(store, runner);
  const again = el("button", { type: "button", title: "The same study once more, from the same initial weights", click: () => isEnabled(again) && beginAgain() }, "Begin again");
  const stop = el("button", { type: "button", title: "End this study; what was measured stays", click: () => isEnabled(stop) && runner.stop() }, "Stop");
  const beginAgain = () => {
    const { study } = store.state;
    if (study) choose(store, study.spec);
    void runner.start();
  };
  return {
    element: el("div", { class: "buttons" }, main.element, again, stop),
    update(state) {
      main.update(state);
      enable(again, state.study !== null && state.study.status.kind !== "loading");
      enable(stop, isActive(state.study));
    },
  };
}
