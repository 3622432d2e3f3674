// Takes a preset, a data set or a model, and keeps of what was chosen before what fits.

import { isQuick } from "./data.js";
import type { Preset, Spec } from "./generated/engram.js";
import { spec_set } from "./generated/page.js";
import { labOf } from "./labs.js";
import { choose, parts, unacted } from "./link.js";
import { isEp, kindOf, modelChanges, modelOf, MODELS, type Model } from "./models.js";
import { chooseOwn, isOwn } from "./own.js";
import type { State, Store } from "./state.js";

/** Takes a preset and keeps seed, engine and order, where the engine computes it and the order fits its tasks. */
export function choosePreset(store: Store, name: string): void {
  const { presets, spec } = store.state;
  const preset = presets.find((preset) => preset.name === name);
  if (!preset) return;
  const { order } = spec.tasks;
  const engine = spec.engine ?? "auto";
  const kept: [string, string][] = [
    ["seed", String(spec.seed)],
    ["engine", engine === "gpu" && !isEp(preset.spec) ? "auto" : engine],
  ];
  if (typeof order === "string") kept.push(["tasks.order", order]);
  choose(store, spec_set(preset.spec, kept));
}

/** Takes a data set by its preset of the same strategy, size and model; where there is none, by that of another model of its lab, which then
 *  is changed into this one, or as the only change. */
export function chooseSet(store: Store, name: string): void {
  const { presets, own, spec } = store.state;
  const mine = own.find((set) => set.name === name);
  if (mine) return chooseOwn(store, mine);
  const model = modelOf(spec);
  const alike = presets.filter((preset) => preset.spec.data.name === name && labOf(preset.spec) === labOf(spec) && isAlike(preset.spec, spec));
  const preset = alike.find(isOfModel(model)) ?? alike[0];
  if (!preset) return choose(store, spec_set(unacted(spec), [["data.name", name]]));
  choosePreset(store, preset.name);
  if (!isOfModel(model)(preset)) chooseModel(store, model.name);
}

/** Takes a model: that of the chosen preset, where it is of it; that of a preset of the same data, tasks, strategy and size; else the
 *  paper's own constants are written into what the controls say. */
export function chooseModel(store: Store, name: string): void {
  const { presets, spec, hash } = store.state;
  const model = MODELS.find((model) => model.name === name);
  if (!model || modelOf(spec) === model) return;
  const chosen = presets.find((preset) => preset.name === parts(hash).preset);
  const alike = presets.find((preset) => preset.spec.data.name === spec.data.name && isAlike(preset.spec, spec) && hasTasks(preset.spec, spec) && isOfModel(model)(preset));
  if (alike && !(chosen && isOfModel(model)(chosen))) return choosePreset(store, alike.name);
  choose(store, spec_set(spec, modelChanges(spec, model, baseOf(store.state))));
}

const isOfModel = (model: Model) => (preset: Preset) => modelOf(preset.spec) === model;

/** The same classes in the same tasks: a preset of others would throw away what a person chose. */
const hasTasks = ({ tasks }: Spec, spec: Spec): boolean => JSON.stringify(tasks.classes) === JSON.stringify(spec.tasks.classes);

/** The same strategy, on as much of the data. Own images are few. */
const isAlike = ({ data, strategy }: Spec, spec: Spec): boolean =>
  strategy.kind === spec.strategy.kind && (isOwn(spec.data.name) ? isQuick(data) : JSON.stringify(data.subset) === JSON.stringify(spec.data.subset));

/** The preset whose rates an MRNN takes: the chosen one, or the nearest that learns by equilibrium propagation. A CTRNN has no window,
 *  so that the preset which is named for it may be one without. */
function baseOf({ presets, spec, hash }: State): Spec {
  const learns = presets.filter((preset) => isEp(preset.spec));
  const chosen = kindOf(spec) === "ctrnn" ? undefined : learns.find((preset) => preset.name === parts(hash).preset);
  const alike = learns.filter((preset) => isAlike(preset.spec, spec));
  return (chosen ?? alike.find((preset) => preset.spec.data.name === spec.data.name) ?? alike[0] ?? learns[0]!).spec;
}
