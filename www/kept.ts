// Runs kept in this browser, so that one outlives its tab: written by Workers, listed and opened by the page.

import { createStore, delMany, getMany, keys, get, set, setMany, type UseStore } from "idb-keyval";
import type { Spec } from "./generated/engram.js";

/** What is known of a kept run without opening it. */
export interface Note {
  readonly id: string;
  readonly spec: Spec;
  /** When it was written, in milliseconds since 1970. */
  readonly at: number;
  /** Where the run was: `T4`, or `null` before the first phase. */
  readonly place: string | null;
  /** `running`: it was at work when it was written last; whoever opens it goes on. */
  readonly state: "running" | "standing" | "over";
  readonly bytes: number;
}

/** The most runs that are kept: the oldest give way. */
const MOST = 8;
/** A run that was left at work is gone on with unasked for so long, in milliseconds. */
const FRESH = 24 * 3600 * 1000;

const noteOf = (id: string) => `note ${id}`;
const runOf = (id: string) => `run ${id}`;

/** In a frame that a page keeps apart nothing can be kept. */
export const canKeep = (): boolean => origin !== "null" && typeof indexedDB !== "undefined";

let opened: UseStore | null = null;
const store = (): UseStore => (opened ??= createStore("engram", "runs"));

/** Writes a run and what is known of it, both or neither; fails in the browser's words. */
export async function keep(note: Note, run: Uint8Array): Promise<void> {
  await setMany([[noteOf(note.id), note], [runOf(note.id), run]], store());
  const others = (await notes()).slice(MOST);
  if (others.length > 0) await forget(others.map(({ id }) => id));
}

/** All that are kept, the latest first; none where nothing can be kept. */
export async function notes(): Promise<readonly Note[]> {
  if (!canKeep()) return [];
  try {
    const named = (await keys<string>(store())).filter((key) => key.startsWith("note "));
    const found = await getMany<Note | undefined>(named, store());
    return found.filter((note) => note !== undefined).sort((a, b) => b.at - a.at);
  } catch {
    return [];
  }
}

export async function keptRun(id: string): Promise<Uint8Array> {
  const run = await get<Uint8Array>(runOf(id), store());
  if (!run) throw new Error("this run is not kept any more");
  return run;
}

export async function forget(ids: readonly string[]): Promise<void> {
  await delMany(ids.flatMap((id) => [noteOf(id), runOf(id)]), store());
}

/** Nobody goes on unasked with a run that a person stopped. */
export async function noteStopped(id: string): Promise<void> {
  if (!canKeep()) return;
  const note = await get<Note>(noteOf(id), store());
  if (note?.state === "running") await set(noteOf(id), { ...note, state: "standing" }, store());
}

/** The run that this page shows again by itself: the latest of the same link that nobody has now, and that this tab had before or
 *  that was left at work. */
export async function toReopen(isOfLink: (spec: Spec) => boolean): Promise<Note | null> {
  const taken = await held();
  const free = (await notes()).filter(({ id, spec }) => isOfLink(spec) && !taken.has(lockOf(id)));
  const here = hadHere();
  const isLeft = ({ state, at }: Note) => state === "running" && Date.now() - at < FRESH;
  return free.find(({ id }) => here.includes(id)) ?? free.find(isLeft) ?? null;
}

const lockOf = (id: string) => `engram run ${id}`;

/** Has other tabs know that this one has the run; what is returned lets it go. */
export function hold(id: string): () => void {
  let release = () => {};
  const until = new Promise<void>((resolve) => (release = resolve));
  void locks()?.request(lockOf(id), () => until).catch(() => {});
  return release;
}

async function held(): Promise<ReadonlySet<string | undefined>> {
  const state = await locks()?.query().catch(() => null);
  return new Set(state?.held?.map(({ name }) => name));
}

/** Browsers know locks on secure pages only. */
const locks = (): LockManager | null => (canKeep() && "locks" in navigator ? navigator.locks : null);

/** Where a tab notes the runs that it had: it survives a reload, and is no other tab's. Frames of one page share it. */
const HERE = "engram runs";

export function noteHere(id: string | null): void {
  if (id === null) return;
  try {
    sessionStorage.setItem(HERE, JSON.stringify([id, ...hadHere()].slice(0, MOST)));
  } catch {
    // Where nothing can be kept, nothing is.
  }
}

function hadHere(): readonly unknown[] {
  try {
    const ids: unknown = JSON.parse(sessionStorage.getItem(HERE) ?? "[]");
    return Array.isArray(ids) ? ids : [];
  } catch {
    return [];
  }
}
