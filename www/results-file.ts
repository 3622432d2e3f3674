// A file of `engram reproduce`: known from others, opened and shown. What reads and draws it is loaded with the first one.

import type { Reproduction } from "./results/reproduction.js";
import type { Store } from "./state.js";
import { megabytes, words } from "./words.js";

/** Far more than the whole of the paper's tables takes. */
const LIMIT = 16 * 2 ** 20;

/** A file of results that was opened. */
export interface Results {
  readonly file: string;
  readonly report: Reproduction;
}

/** Whether one of these files may be one of results: no other file that the page takes is JSON. */
export async function isResultsFile(files: readonly File[]): Promise<boolean> {
  const [file] = files;
  if (files.length !== 1 || !file) return false;
  const start = await file.slice(0, 64).text().catch(() => "");
  return start.trimStart().startsWith("{");
}

/** Reads a file and shows it. What is none changes nothing but the message. */
export async function openResults(store: Store, file: File): Promise<void> {
  try {
    if (file.size > LIMIT) throw new Error(`it holds ${megabytes(file.size)}, and at most ${megabytes(LIMIT)} are read`);
    const [{ readReproduction }, text] = await Promise.all([loaded(), file.text()]);
    store.set({ results: { file: file.name, report: readReproduction(text) }, problem: null });
  } catch (error) {
    store.set({ problem: `${file.name} was not opened: ${words(error)}.` });
  }
}

/** Engram's own results, which the site holds: their names in the address, and what they are. */
export const OWN_RESULTS = { table2: "Table 2", table3: "Table 3", fig5: "Fig. 5", predict: "Spiking areas" } as const;
export type OwnResults = keyof typeof OWN_RESULTS;

/** Those that an address asks for: `?results=table2`. */
export function askedResults(query: string): OwnResults | null {
  const asked = new URLSearchParams(query).get("results");
  return Object.keys(OWN_RESULTS).find((name): name is OwnResults => name === asked) ?? null;
}

/** Those that were asked for last. */
let wanted: OwnResults | null = null;

/** Fetches results of Engram's own and shows them. */
export async function openOwnResults(store: Store, name: OwnResults): Promise<void> {
  const file = `${name}.json`;
  wanted = name;
  const answer = await fetch(`results/${file}`).catch(() => null);
  const body = answer?.ok ? await answer.blob().catch(() => null) : null;
  if (wanted !== name) return; // others were asked for since
  if (body) return openResults(store, new File([body], file));
  const why = answer && !answer.ok ? "the site has no such file" : "there is no answer. Is the network, or the server, still there?";
  store.set({ problem: `${OWN_RESULTS[name]} was not opened: ${why}.` });
}


/** What reads and draws results. */
export const loaded = () =>
  import("./results.js").catch(() => {
    throw new Error("what reads results cannot be loaded. Is the network, or the server, still there?");
  });
