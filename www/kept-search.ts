// The log of the last search, kept in this browser while it goes on, so that it outlives its tab.

import { del, get, set } from "idb-keyval";
import { canKeep, keptStore } from "./kept.js";

/** Its name in the browser's store. */
export const KEPT = "search";

/** Fails in the browser's words. */
export async function keepSearch(log: string): Promise<void> {
  if (canKeep()) await set(KEPT, log, keptStore());
}

/** `null` where none is kept. */
export async function keptSearch(): Promise<string | null> {
  if (!canKeep()) return null;
  return (await get<string>(KEPT, keptStore()).catch(() => null)) ?? null;
}

export async function forgetSearch(): Promise<void> {
  if (canKeep()) await del(KEPT, keptStore()).catch(() => {});
}
