// A run as a file: saved from the page or the command line, opened by either.

import { isActive, type Run } from "./run.js";
import type { Runner } from "./runner.js";
import type { Store } from "./state.js";
import { megabytes, words } from "./words.js";

/** How such a file begins, whatever its version. */
const START = "engram run ";
const LIMIT = 512 * 2 ** 20;

/** `engram-quick-mnist-src-seed-3` */
export const fileName = ({ preset, spec }: Run): string => `engram-${preset}-seed-${spec.seed}`;

/** Whether one of these files is a saved run: it is looked into. */
export async function isRunFile(files: readonly File[]): Promise<boolean> {
  const [file] = files;
  if (files.length !== 1 || !file) return false;
  return (await file.slice(0, START.length).text().catch(() => "")) === START;
}

/** Opens a saved run, which stands where it stood. What is none changes nothing but the message. */
export async function openRun(store: Store, runner: Runner, file: File): Promise<void> {
  try {
    if (isActive(store.state.run)) throw new Error("a run is under way. Stop it first");
    if (file.size > LIMIT) throw new Error(`it holds ${megabytes(file.size)}, and at most ${megabytes(LIMIT)} are read`);
    await runner.open(new Uint8Array(await file.arrayBuffer()), false);
  } catch (error) {
    store.set({ problem: `${file.name} was not opened: ${words(error)}.` });
  }
}
