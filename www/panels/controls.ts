// What to run: data set, preset, order of tasks, seed; and the buttons that run it.

import { chooseModel, choosePreset } from "../choices.js";
import { el, enable, isEnabled, type Panel } from "../dom.js";
import type { EngineKind, Order, Preset } from "../generated/engram.js";
import { labOf, modelsOf } from "../labs.js";
import { change, parts } from "../link.js";
import { isOnGpu, modelOf } from "../models.js";
import { isActive } from "../run.js";
import type { Until } from "../messages.js";
import type { Runner } from "../runner.js";
import type { State, Store } from "../state.js";
import { datasetPanel } from "./dataset.js";
import { runButton } from "./run-button.js";

export function controlsPanel(store: Store, runner: Runner): Panel<State> {
  const preset = el("select", { id: "preset", change: () => choosePreset(store, preset.value) });
  let listed = "";
  const models = modelsOf(labOf(store.state.spec));
  const model = el("select", { id: "model", change: () => chooseModel(store, model.value) }, ...models.map(({ name, title }) => el("option", { value: name }, title)));
  const order = el("select", { id: "order", change: () => change(store, "tasks.order", order.value) });
  const seed = el("input", { id: "seed", type: "number", min: 0, max: 2 ** 32 - 1, step: 1, inputmode: "numeric", change: () => change(store, "seed", seed.value) });
  const engine = el("select", { id: "engine", change: () => runner.computeOn(engine.value as EngineKind) }, ...ENGINES.map(([kind, name]) => el("option", { value: kind }, name)));
  const gpu = [...engine.options].find(({ value }) => value === "gpu")!;
  const dataset = datasetPanel(store);
  const fields = el(
    "fieldset",
    {},
    el("legend", { class: "aside" }, "What to run"),
    dataset.element,
    field("grow", "Preset", preset, "Settings that were measured before; below is what they gave."),
    models.length > 1 ? field("grow", "Model", model, "A network and its rule, as Kubo et al. (2025) compare them, with the constants that they learn with.") : null,
    field("", "Order of tasks", order, "Which classes are learnt first, and which last."),
    field("short", "Seed", seed, "The same seed, the same run."),
  );
  // Apart from the others: it can be changed while the run goes on.
  const computed = field("", "Computed on", engine, "Automatic: whichever is faster, measured first. It can be changed during a run.");
  const buttons = buttonsPanel(store, runner);
  return {
    element: el("form", { class: "controls", "aria-label": "Run", submit: (event) => event.preventDefault() }, buttons.element, fields, computed),
    update(state) {
      fields.disabled = isActive(state.run);
      dataset.update(state);
      const presets = offered(state);
      const names = presets.map(({ name }) => name).join();
      if (names !== listed) preset.replaceChildren(...groups(presets, state));
      listed = names;
      preset.value = parts(state.hash).preset;
      model.value = modelOf(state.spec).name;
      fillOrder(order, state.spec.tasks.order);
      engine.value = state.spec.engine ?? "auto";
      gpu.disabled = !isOnGpu(state.spec); // which the core refuses: the CPU alone computes it
      if (document.activeElement !== seed) seed.value = String(state.spec.seed);
      buttons.update(state);
    },
  };
}

const ENGINES: readonly (readonly [EngineKind, string])[] = [
  ["auto", "automatic"],
  ["cpu", "CPU"],
  ["gpu", "GPU"],
];

/** A control with its name and a sentence of meaning. */
function field(kind: string, name: string, control: HTMLElement, meaning: string): HTMLElement {
  const id = `${control.id}-meaning`;
  control.setAttribute("aria-describedby", id);
  return el("div", { class: `field ${kind}`.trim() }, el("label", { for: control.id }, name), control, el("p", { class: "meaning", id }, meaning));
}

/** The lab's presets whose data this site holds, and the chosen one. */
function offered({ presets, held, hash, spec }: State): Preset[] {
  const chosen = parts(hash).preset;
  const isHeld = (preset: Preset) => held.length === 0 || held.includes(preset.spec.data.name);
  return presets.filter((preset) => preset.name === chosen || (labOf(preset.spec) === labOf(spec) && isHeld(preset)));
}

/** Presets by data set, quick ones first as they are listed. */
function groups(presets: readonly Preset[], { catalogue }: State): HTMLOptGroupElement[] {
  const label = ({ spec }: Preset) => {
    const title = catalogue.find((set) => set.name === spec.data.name)?.title ?? spec.data.name;
    const { subset } = spec.data;
    return subset ? `${title}, ${subset.train_per_class} images a class` : `${title}, all images`;
  };
  return [...new Set(presets.map(label))].map((group) =>
    el(
      "optgroup",
      { label: group },
      ...presets.filter((preset) => label(preset) === group).map(({ name, title }) => el("option", { value: name }, title)),
    ),
  );
}

function fillOrder(select: HTMLSelectElement, order: Order): void {
  const choices: [string, string][] = [
    ["listed", "as listed"],
    ["shuffled", "shuffled by the seed"],
  ];
  const value = typeof order === "string" ? order : JSON.stringify(order);
  if (typeof order !== "string") choices.push([value, `task ${order.given.map((i) => i + 1).join(", ")}`]);
  if (select.options.length !== choices.length || select.value !== value) {
    select.replaceChildren(...choices.map(([value, label]) => el("option", { value }, label)));
    select.value = value;
  }
}

/** Run, which becomes Pause and Resume; to the end of a phase; stop. */
function buttonsPanel(store: Store, runner: Runner): Panel<State> {
  const kind = () => store.state.run?.status.kind;
  const go = (until: Until) => {
    if (kind() === "pausing" || kind() === "paused") runner.resume(until);
    else if (!isActive(store.state.run)) void runner.start(until);
  };
  const main = runButton(store, runner);
  const step = el("button", { type: "button", title: "Run to the end of the next phase, then pause", click: () => go("phase") }, "Next phase");
  const batch = el("button", { type: "button", title: "One slice of work, then pause: a minibatch, or 500 steps of sleep", click: () => go("batch") }, "Next batch");
  const rewind = el("button", { type: "button", title: "Back to the same initial weights, before anything is learnt", click: () => isEnabled(rewind) && void runner.start("beginning") }, "Rewind");
  const stop = el("button", { type: "button", title: "End this run; what was measured stays", click: () => runner.stop() }, "Stop");
  return {
    element: el("div", { class: "buttons" }, main.element, step, batch, rewind, stop),
    update(state) {
      const { run } = state;
      const status = isActive(run) ? run.status.kind : null;
      const standing = status === null || status === "pausing" || status === "paused";
      main.update(state);
      enable(step, standing);
      enable(batch, standing);
      enable(rewind, run !== null && status !== "loading");
      enable(stop, status !== null);
    },
  };
}
