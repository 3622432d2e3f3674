// The Spec in the URL's hash. Only the core reads and writes it.

import type { Spec } from "./generated/engram.js";
import { spec_from_hash, spec_set, spec_to_hash } from "./generated/page.js";
import { isActive } from "./run.js";
import type { State, Store } from "./state.js";
import { words } from "./words.js";

const FIRST = "v=1&preset=quick-mnist-src&tasks.order=listed&seed=0";

type Link = Pick<State, "spec" | "hash" | "problem">;

/** The Spec that the address names; without one the first one, and with a faulty one that and what is wrong. */
export function open(): Link {
  const hash = location.hash.slice(1);
  if (hash === "") return named(spec_from_hash(FIRST));
  try {
    return named(spec_from_hash(hash));
  } catch (error) {
    const problem = `This link cannot be read: ${words(error)}. It is left in the address bar; below is the lab's usual start.`;
    return { ...named(spec_from_hash(FIRST)), problem };
  }
}

/** Follows the address when a person edits it or goes back. A faulty one changes nothing but the message. */
export function follow(store: Store, stop: () => void): void {
  addEventListener("hashchange", () => {
    const hash = location.hash.slice(1);
    try {
      const link = named(spec_from_hash(hash === "" ? FIRST : hash));
      if (link.hash !== store.state.hash && isActive(store.state.run)) stop();
      store.set(link);
      const { run } = store.state;
      if (run?.status.kind === "recorded" && !isOf(link.hash, run.spec)) store.set({ run: null, scrub: null });
    } catch (error) {
      store.set({ problem: `This link cannot be read: ${words(error)}. Nothing was changed.` });
    }
  });
}

/** Puts a Spec into the controls and the address. */
export function choose(store: Store, spec: Spec): void {
  const link = named(spec);
  store.set(link);
  noteInAddress(link.hash);
}

/** A frame that a page keeps apart may not write its address: it is not seen there either. */
export function noteInAddress(hash: string): void {
  try {
    history.replaceState(null, "", `#${hash}`);
  } catch {
    // See above.
  }
}

/** Sets one field, or says why not. */
export function change(store: Store, path: string, value: string): void {
  try {
    choose(store, spec_set(store.state.spec, [[path, value]]));
  } catch (error) {
    store.set({ problem: `Not changed: ${words(error)}.` });
  }
}

/** The Spec of a run that is left alone: what a person did was done to the phases of these tasks and this strategy. */
export const unacted = (spec: Spec): Spec => ({ ...spec, actions: [] });

/** The address of the run that is shown, which the controls may not say any more; else of what they say. */
export function linkOf({ run, hash }: State): string {
  const address = new URL("./", document.baseURI);
  address.hash = run ? spec_to_hash(run.spec) : hash;
  return address.href;
}

/** The preset a hash starts from, and the fields that differ from it. */
export function parts(hash: string): { preset: string; changes: [string, string][] } {
  const fields = [...new URLSearchParams(hash)].filter(([path]) => path !== "v");
  const preset = fields.find(([path]) => path === "preset")?.[1] ?? "";
  return { preset, changes: fields.filter(([path]) => path !== "preset") };
}

/** Whether a hash names this Spec, which may be of another version. */
export function isOf(hash: string, spec: Spec): boolean {
  try {
    return spec_to_hash(spec) === hash;
  } catch {
    return false;
  }
}

function named(spec: Spec): Link {
  return { spec, hash: spec_to_hash(spec), problem: null };
}
