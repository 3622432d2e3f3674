// How many runs go at once: as many as the machine's cores and memory bear.

import { isQuick } from "./data.js";
import type { Spec } from "./generated/engram.js";
import { count } from "./words.js";

export interface Machine {
  readonly cores: number;
  /** GiB; most browsers tell no more than 8, and some nothing. */
  readonly memory: number | undefined;
}

export interface Capacity {
  readonly atOnce: number;
  /** What sets the number, for people. */
  readonly why: string;
}

/** Room to allow for a run, in MB: more than `scripts/measure.mjs` finds that each of several takes. */
const RUN = { quick: 120, full: 400 };

/** The part of the machine's memory that runs may take. */
const SHARE = 0.5;

export const thisMachine = (): Machine => ({
  cores: navigator.hardwareConcurrency,
  memory: (navigator as Navigator & { readonly deviceMemory?: number }).deviceMemory,
});

export function capacity(specs: readonly Spec[], { cores, memory }: Machine): Capacity {
  const each = Math.max(...specs.map(({ data }) => (isQuick(data) ? RUN.quick : RUN.full)));
  const byCores = Math.max(1, cores - 1);
  const byMemory = memory === undefined ? Infinity : Math.max(1, Math.floor((SHARE * 1024 * memory) / each));
  if (byMemory < byCores) {
    return { atOnce: byMemory, why: `a run takes about ${each} MB, and half of this machine's ${memory} GB may be used` };
  }
  return { atOnce: byCores, why: cores > 1 ? `this browser has ${count(cores)} cores, and one is left for the page` : "this browser has one core" };
}
