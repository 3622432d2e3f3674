// Brings a data set's files from beside the page, once, with progress; a person's own are here already.

import type { Data } from "./generated/engram.js";
import type { DataFile } from "./messages.js";
import { isOwn, ownFiles } from "./own.js";

/** What the small part of a set holds of each class; `engram data site` writes it. */
const QUICK = { train_per_class: 1000, test_per_class: 200 };

/** What a set is made of. */
export interface SetFiles {
  readonly files: readonly DataFile[];
  /** Whether they hold its small, class-balanced part alone. */
  readonly quick: boolean;
}

const kept = new Map<string, SetFiles>();

/** Whether the small part of the set is enough. */
export function isQuick({ subset }: Data): boolean {
  return !!subset && subset.train_per_class <= QUICK.train_per_class && subset.test_per_class <= QUICK.test_per_class;
}

/** Has files brought anew the next time: those that were here may be what a run failed for. */
export function forgetData(): void {
  kept.clear();
}

/** The files of a set. `heard` is told bytes received and in all. */
export async function fetchData(
  data: Data,
  heard: (received: number, total: number) => void,
  signal: AbortSignal,
): Promise<SetFiles> {
  const quick = isQuick(data);
  if (isOwn(data.name)) return { files: ownFiles(data.name), quick };
  // Of a small set there is only the whole.
  const known = kept.get(`${data.name}/${quick ? "quick" : "full"}`) ?? kept.get(`${data.name}/only`);
  if (known) return known;
  const { part, only, listed } = await listedFiles(data.name, quick ? "quick" : "full", signal);
  const key = `${data.name}/${part}`;
  const total = listed.reduce((sum, { bytes }) => sum + bytes, 0);
  let received = 0;
  const files = await Promise.all(
    listed.map(async ({ name }): Promise<DataFile> => {
      const response = await request(`data/${key}/${name}`, signal);
      return { name, bytes: await read(response, (length) => heard((received += length), Math.max(total, received))) };
    }),
  );
  const set = { files, quick: part === "quick" };
  kept.set(only ? `${data.name}/only` : key, set);
  return set;
}

interface Listed {
  readonly name: string;
  /** As it is loaded. */
  readonly bytes: number;
}

/** Names of the sets that this site holds; none where that cannot be told. */
export async function heldSets(): Promise<readonly string[]> {
  const sets = await listedSets(new AbortController().signal).catch(() => []);
  return sets.map((entry) => String(field(entry, "name")));
}

async function listedSets(signal: AbortSignal): Promise<readonly unknown[]> {
  const index: unknown = await (await request("data/index.json", signal)).json().catch(() => null);
  const sets = field(index, "sets");
  if (!Array.isArray(sets)) throw new Error("data/index.json does not list any data sets: run `make site` again.");
  return sets;
}

type Part = "quick" | "full";

interface Listing {
  readonly part: Part;
  /** Whether there is no other part. */
  readonly only: boolean;
  readonly listed: readonly Listed[];
}

/** What `data/index.json` says of a set. */
async function listedFiles(set: string, wanted: Part, signal: AbortSignal): Promise<Listing> {
  const sets = await listedSets(signal);
  const entry = sets.find((entry) => field(entry, "name") === set);
  const quick = field(entry, "quick");
  const only = Array.isArray(quick) && quick.length === 0;
  const part = only ? "full" : wanted;
  const files = field(entry, part);
  if (!Array.isArray(files)) {
    throw new Error(`This site does not hold the data set ${set}. \`make data\` says what it needs; then run \`make site\` again.`);
  }
  const listed = files.map((file) => ({ name: String(field(file, "name")), bytes: Number(field(file, "bytes")) || 0 }));
  return { part, only, listed };
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

async function request(path: string, signal: AbortSignal): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(new URL(path, document.baseURI), { signal });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new Error(`The images cannot be loaded: no answer for ${path}. ${unanswered()}`);
  }
  if (!response.ok || !response.body) {
    throw new Error(`The images cannot be loaded: ${path} answers ${response.status}. \`make site\` puts them beside the page.`);
  }
  return response;
}

/** What to do where the network, or the server, is gone. */
function unanswered(): string {
  const keeps = self.origin !== "null" && navigator.serviceWorker?.controller;
  if (!keeps) return "Is the server still running?";
  return "These images are not kept in this browser: once there is a network again, press “Keep everything”, at the end of the page. Until then a preset with 1,000 images a class runs.";
}

async function read(response: Response, heard: (length: number) => void): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  const reader = response.body!.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    chunks.push(part.value);
    heard(part.value.length);
  }
  const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
