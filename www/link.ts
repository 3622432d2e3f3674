// The Spec in the URL's hash. Only the core reads and writes it.

import type { ConnectSpec, Spec } from "./generated/engram.js";
import { connect_from_hash, connect_to_hash, spec_from_hash, spec_set, spec_to_hash } from "./generated/page.js";
import { TABS, type TabName } from "./labs.js";
import { isActive } from "./run.js";
import type { State, Store } from "./state.js";
import { words } from "./words.js";

export type Link = Pick<State, "spec" | "hash" | "problem">;

/** A link to the Connect lab. */
export interface ConnectLink {
  readonly spec: ConnectSpec;
  readonly hash: string;
  readonly problem: string | null;
}

export type AnyLink = Link | ConnectLink;

export const isConnectLink = (link: AnyLink): link is ConnectLink => "gains" in link.spec;

/** Whether a hash, right or wrong, is meant for the Connect lab. */
const isForConnect = (hash: string): boolean => /(^|&)preset=connect-/.test(hash);

const read = (hash: string): AnyLink => (isForConnect(hash) ? namedStudy(connect_from_hash(hash)) : named(spec_from_hash(hash)));

/** What a lab opens on. */
export const firstOf = (tab: TabName): AnyLink => read(TABS[tab].first);

/** The Spec that the address names; without one the first one, and with a faulty one that and what is wrong. */
export function open(): AnyLink {
  const hash = location.hash.slice(1);
  if (hash === "") return firstOf("sleep");
  try {
    return read(hash);
  } catch (error) {
    const problem = `This link cannot be read: ${words(error)}. It is left in the address bar; below is the lab's usual start.`;
    return { ...firstOf(isForConnect(hash) ? "connect" : "sleep"), problem };
  }
}

/** Follows the address when a person edits it, goes back or takes a tab. `refused` is told of a faulty one, in words. */
export function follow(arrive: (link: AnyLink) => void, refused: (problem: string) => void): void {
  addEventListener("hashchange", () => {
    const hash = location.hash.slice(1);
    let link: AnyLink;
    try {
      link = hash === "" ? firstOf("sleep") : read(hash);
    } catch (error) {
      return refused(`This link cannot be read: ${words(error)}. Nothing was changed.`);
    }
    arrive(link);
  });
}

/** Puts what a link says into the controls. A run of something else ends: that of the same Spec goes on. */
export function take(store: Store, link: Link, stop: () => void): void {
  if (link.hash !== store.state.hash && isActive(store.state.run)) stop();
  store.set(link);
  const { run } = store.state;
  if (run?.status.kind === "recorded" && !isOf(link.hash, run.spec)) store.set({ run: null, scrub: null });
}

/** Puts a Spec into the controls and, where its lab is shown, the address. */
export function choose(store: Store, spec: Spec): void {
  const link = named(spec);
  store.set(link);
  if (store.isShown) noteInAddress(link.hash);
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

export function named(spec: Spec): Link {
  return { spec, hash: spec_to_hash(spec), problem: null };
}

export function namedStudy(spec: ConnectSpec): ConnectLink {
  return { spec, hash: connect_to_hash(spec), problem: null };
}
