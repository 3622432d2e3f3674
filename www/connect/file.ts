// A study as a file: a line that says what it is, the CRC-32 of the rest, its head as JSON, and each share as the core wrote it.

import { crc32 } from "../checksum.js";
import { START } from "./file-kind.js";
import { asCourses, type Courses } from "./flossed.js";
import type { Share } from "./study.js";

/** What is kept of a study beside what its Workers know. */
export interface Saved {
  /** What each Worker's part of it is, as `ConnectSession.save` wrote it. */
  readonly shares: readonly Uint8Array[];
  /** Exponents of each iteration of flossing, which the core tells once. */
  readonly flossing: Courses;
  /** How far each share is. */
  readonly progress: readonly Share[];
}

/** More Workers than any browser is asked for. */
const MOST_SHARES = 64;

const PREFIX = START.length + 4 + 4;

export function pack({ shares, flossing, progress }: Saved): Uint8Array<ArrayBuffer> {
  const head = new TextEncoder().encode(JSON.stringify({ shares: shares.map(({ length }) => length), flossing, progress }));
  const file = new Uint8Array(PREFIX + head.length + shares.reduce((sum, { length }) => sum + length, 0));
  const view = new DataView(file.buffer);
  file.set(new TextEncoder().encode(START));
  view.setUint32(START.length + 4, head.length);
  file.set(head, PREFIX);
  let at = PREFIX + head.length;
  for (const share of shares) {
    file.set(share, at);
    at += share.length;
  }
  view.setUint32(START.length, crc32(file.subarray(START.length + 4)));
  return file;
}

/** Throws, in words, what is wrong with a file. */
export function unpack(file: Uint8Array): Saved {
  if (new TextDecoder().decode(file.subarray(0, START.length)) !== START) throw new Error("it is no saved study of the Connect lab, or one of another version of Engram");
  if (file.length < PREFIX) throw new Error("it ends before its head");
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  if (crc32(file.subarray(START.length + 4)) !== view.getUint32(START.length)) throw new Error("it is damaged: its bytes are not the ones that were written");
  const until = PREFIX + view.getUint32(START.length + 4);
  if (until > file.length) throw new Error("it ends within its head");
  const head = asRecord(JSON.parse(new TextDecoder().decode(file.subarray(PREFIX, until))));
  const lengths = asNumbers(head.shares, "shares");
  if (lengths.length === 0 || lengths.length > MOST_SHARES) throw new Error(`it holds ${lengths.length} shares, and from 1 to ${MOST_SHARES} are read`);
  if (until + lengths.reduce((sum, length) => sum + length, 0) !== file.length) throw new Error("its shares are not as long as its head says");
  let at = until;
  const shares = lengths.map((length) => file.slice(at, (at += length)));
  const progress = Array.isArray(head.progress) ? head.progress.map(asShare) : [];
  if (progress.length !== shares.length) throw new Error(`its head knows how far ${progress.length} shares are, and there are ${shares.length}`);
  return { shares, flossing: asCourses(head.flossing), progress };
}

function asRecord(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null) throw new Error("its head is no object");
  return value as Record<string, unknown>;
}

function asShare(value: unknown): Share {
  const { fraction, seconds, iterations } = asRecord(value);
  const [first, second, third] = asNumbers([fraction, seconds, iterations], "progress") as [number, number, number];
  return { fraction: Math.min(1, first), seconds: second, iterations: third };
}

function asNumbers(value: unknown, name: string): number[] {
  if (!Array.isArray(value) || !value.every((one): one is number => typeof one === "number" && one >= 0)) throw new Error(`\`${name}\` in its head is no list of numbers`);
  return value;
}
