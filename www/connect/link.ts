// The Connect lab's controls and the address.

import type { ConnectSpec } from "../generated/engram.js";
import { connect_set } from "../generated/page.js";
import { namedStudy, noteInAddress, parts } from "../link.js";
import { words } from "../words.js";
import { leakKept } from "./fields.js";
import type { ConnectState, ConnectStore } from "./state.js";

/** Puts a Spec into the controls and, where the lab is shown, the address. */
export function choose(store: ConnectStore, spec: ConnectSpec): void {
  const link = namedStudy(spec);
  store.set(link);
  if (store.isShown) noteInAddress(link.hash);
}

/** Sets fields, or says why not. */
export function change(store: ConnectStore, changes: [string, string][]): boolean {
  try {
    choose(store, connect_set(store.state.spec, changes));
    return true;
  } catch (error) {
    store.set({ problem: `Not changed: ${words(error)}.` });
    return false;
  }
}

/** Takes a preset, with the seeds as they were chosen to begin with. */
export function choosePreset(store: ConnectStore, name: string): void {
  const preset = store.state.presets.find((preset) => preset.name === name);
  if (preset) choose(store, preset.spec);
}

/** Takes another task; time constants go with its clock, so that as much of a state outlasts a step. */
export function chooseTask(store: ConnectStore, task: ConnectSpec["task"]): void {
  change(store, [["task", task], ...leakKept(store.state.spec, task)]);
}

export function presetOf({ presets, hash, spec }: Pick<ConnectState, "presets" | "hash" | "spec">): ConnectSpec {
  return presets.find(({ name }) => name === parts(hash).preset)?.spec ?? spec;
}

/** The address of the study that is shown; where there is none, of what the controls say. */
export function linkOf({ study, hash }: ConnectState): string {
  const address = new URL("./", document.baseURI);
  address.hash = study?.hash ?? hash;
  return address.href;
}
