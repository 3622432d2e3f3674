// What a card can give away: its numbers and its words, with where they come from.

import type { ConnectSpec, Spec } from "./generated/engram.js";
import type { Table } from "./table.js";

/** What was computed to get numbers: a run, or an arm of a comparison. */
export interface Origin {
  /** An arm's name; `null` for a single run. */
  readonly arm: string | null;
  /** The preset that the Spec is nearest to. */
  readonly preset: string;
  readonly seeds: readonly number[];
  readonly spec: Spec | ConnectSpec;
  /** The Spec as the page's address holds it. */
  readonly link: string;
  /** What computes the same on the command line; `null`: nothing does. */
  readonly command: string | null;
  /** What computed it, for people; `null`: nobody noted it. */
  readonly engine: string | null;
  /** How far it was: `10 of 10 phases`. */
  readonly done: string;
}

export interface Source {
  /** `quick-mnist-src-seed0`, for file names; `quick-mnist-src-seed0-3fa2c1` where settings differ from the preset's. */
  readonly slug: string;
  /** All of it in a line, for people. */
  readonly line: string;
  /** None where the numbers are a file's that was opened: the line says where they come from. */
  readonly origins: readonly Origin[];
}

export interface Exhibit {
  readonly title: string;
  /** What is shown, with its units. */
  readonly caption: string;
  readonly tables: readonly Table[];
  readonly source: Source;
}

/** `engram-forgetting-curves-quick-mnist-src-seed0.svg`. */
export function fileName(what: string, { slug }: Source, extension: string): string {
  const name = what.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");
  return `engram-${name}-${slug}.${extension}`;
}

/** The Spec as JSON; of a comparison, each arm's with its name and seeds; `null` where there is none. */
export function specText({ origins }: Source): string | null {
  const [only] = origins;
  if (!only) return null;
  return JSON.stringify(origins.length === 1 ? only.spec : origins.map(({ arm, seeds, spec }) => ({ arm, seeds, spec })));
}

/** Everything in one file that explains itself. */
export function json({ title, caption, tables, source }: Exhibit): string {
  const from = source.origins.length > 0 ? { runs: source.origins } : { source: source.line };
  return `${JSON.stringify({ format: "engram-data", version: 1, title, caption, ...from, tables }, null, 1)}\n`;
}
