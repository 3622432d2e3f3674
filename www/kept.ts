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

/** Labs in other folders of a host keep runs of their own. */
const place = (): string => new URL("./", location.href).pathname;

const noteOf = (id: string) => `note ${id}`;
const runOf = (id: string) => `run ${id}`;

/** In a frame that a page keeps apart nothing can be kept. */
export const canKeep = (): boolean => origin !== "null" && typeof indexedDB !== "undefined";

let opened: UseStore | null = null;
export const keptStore = (): UseStore => (opened ??= createStore(`engram ${place()}`, "runs"));

/** Writes a run and what is known of it, both or neither; where there is no room, in place of the others. Fails in the browser's
 *  words. */
export async function keep(note: Note, run: Uint8Array): Promise<void> {
  const write = () => setMany([[noteOf(note.id), note], [runOf(note.id), run]], keptStore());
  try {
    await write();
  } catch (error) {
    if (!(error instanceof DOMException && error.name === "QuotaExceededError")) throw error;
    await forget((await notes()).map(({ id }) => id).filter((id) => id !== note.id));
    await write();
  }
  const others = (await notes()).slice(MOST);
  if (others.length > 0) await forget(others.map(({ id }) => id));
}

/** All that are kept, the latest first; none where nothing can be kept. */
export async function notes(): Promise<readonly Note[]> {
  if (!canKeep()) return [];
  try {
    const named = (await keys<string>(keptStore())).filter((key) => key.startsWith("note "));
    const found = await getMany<Note | undefined>(named, keptStore());
    return found.filter((note) => note !== undefined).sort((a, b) => b.at - a.at);
  } catch {
    return [];
  }
}

export async function keptRun(id: string): Promise<Uint8Array> {
  const run = await get<Uint8Array>(runOf(id), keptStore());
  if (!run) throw new Error("this run is not kept any more");
  return run;
}

export async function forget(ids: readonly string[]): Promise<void> {
  await delMany(ids.flatMap((id) => [noteOf(id), runOf(id)]), keptStore());
}

/** Nobody goes on unasked with a run that a person stopped. */
export async function noteStopped(id: string): Promise<void> {
  if (!canKeep()) return;
  const note = await get<Note>(noteOf(id), keptStore());
  if (note?.state === "running") await set(noteOf(id), { ...note, state: "standing" }, keptStore());
}

/** A kept run that this page shows again by itself, with the right to it: the latest of the link that this tab had before, or that was
 *  left at work; none that another tab has. Of no link in particular, only one left at work. */
export async function toReopen(isOfLink: ((spec: Spec) => boolean) | null): Promise<{ readonly note: Note; readonly claim: Claim } | null> {
  const all = (await notes()).filter(({ spec }) => !isOfLink || isOfLink(spec));
  const mine = hadHere();
  const had = all.filter(({ id }) => isOfLink && mine.includes(id));
  const left = all.filter(({ state, at }) => state === "running" && Date.now() - at < FRESH);
  for (const note of [...had, ...left]) {
    const right = await claim(note.id);
    if (right) return { note, claim: right };
  }
  return null;
}

/** The right to go on with a kept run and to write it, which one tab has at a time. */
export interface Claim {
  readonly id: string;
  readonly release: () => void;
}

/** `null` where another tab, or frame, has it. */
export function claim(id: string): Promise<Claim | null> {
  // Browsers know locks on secure pages only.
  const locks = canKeep() && "locks" in navigator ? navigator.locks : null;
  const free: Claim = { id, release: () => {} };
  if (!locks) return Promise.resolve(free);
  return new Promise((told) => {
    const hold = (lock: Lock | null) => new Promise<void>((release) => {
      if (lock) return told({ id, release });
      told(null);
      release();
    });
    locks.request(`engram run ${place()} ${id}`, { ifAvailable: true }, hold).catch(() => told(free));
  });
}

/** That to a run that there was not before; `null` where nothing can be kept. */
export function newClaim(): Claim | null {
  if (!canKeep()) return null;
  const id = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}`;
  const right = claim(id);
  return { id, release: () => void right.then((right) => right?.release()) };
}

/** Where a tab notes the runs that it had: it survives a reload, and is no other tab's. Frames of one page share it. */
const here = (): string => `engram runs ${place()}`;

export function noteHere(id: string | null): void {
  if (id === null) return;
  try {
    sessionStorage.setItem(here(), JSON.stringify([id, ...hadHere()].slice(0, MOST)));
  } catch {
    // Where nothing can be kept, nothing is.
  }
}

function hadHere(): readonly unknown[] {
  try {
    const ids: unknown = JSON.parse(sessionStorage.getItem(here()) ?? "[]");
    return Array.isArray(ids) ? ids : [];
  } catch {
    return [];
  }
}
