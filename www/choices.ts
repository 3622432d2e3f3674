// Takes a preset or a data set, and keeps of what was chosen before what fits.

import { isQuick } from "./data.js";
import { spec_set } from "./generated/page.js";
import { choose, unacted } from "./link.js";
import { chooseOwn, isOwn } from "./own.js";
import type { Store } from "./state.js";

/** Takes a preset and keeps seed, engine and order, where the order fits its tasks. */
export function choosePreset(store: Store, name: string): void {
  const { presets, spec } = store.state;
  const preset = presets.find((preset) => preset.name === name);
  if (!preset) return;
  const { order } = spec.tasks;
  const kept: [string, string][] = [
    ["seed", String(spec.seed)],
    ["engine", spec.engine ?? "auto"],
  ];
  if (typeof order === "string") kept.push(["tasks.order", order]);
  choose(store, spec_set(preset.spec, kept));
}

/** Takes a data set by its preset of the same strategy and size; where there is none, as the only change. */
export function chooseSet(store: Store, name: string): void {
  const { presets, own, spec } = store.state;
  const mine = own.find((set) => set.name === name);
  if (mine) return chooseOwn(store, mine);
  const quick = isQuick(spec.data) || isOwn(spec.data.name);
  const alike = presets.find(({ spec: { data, strategy } }) => data.name === name && strategy.kind === spec.strategy.kind && isQuick(data) === quick);
  if (alike) choosePreset(store, alike.name);
  else choose(store, spec_set(unacted(spec), [["data.name", name]]));
}
