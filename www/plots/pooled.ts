// Histograms of several runs, each with bins of its own, as one: the mean count over runs in bins that they share.

import type { Histogram } from "./histogram.js";

export type Pooled = Pick<Histogram, "min" | "max" | "histogram">;

/** As many bins as the first has, over all of their ranges. What was counted in a bin is taken to lie evenly in it. */
export function pooled(runs: readonly Pooled[]): Pooled {
  const [first] = runs;
  if (runs.length === 1) return first!;
  const [min, max] = [Math.min(...runs.map((run) => run.min)), Math.max(...runs.map((run) => run.max))];
  const bins = first!.histogram.length;
  const counts = Array.from({ length: bins }, () => 0);
  const width = (max - min) / bins || 1;
  for (const run of runs) {
    const own = (run.max - run.min) / run.histogram.length;
    run.histogram.forEach((n, i) => spread(counts, (run.min + i * own - min) / width, (run.min + (i + 1) * own - min) / width, n / runs.length));
  }
  return { min, max, histogram: counts };
}

/** Puts `n` evenly between two places, which are counted in bins. */
function spread(counts: number[], from: number, to: number, n: number): void {
  if (n === 0) return;
  const last = counts.length - 1;
  const start = Math.min(last, Math.floor(from));
  const end = Math.min(last, Math.max(start, Math.ceil(to) - 1));
  for (let bin = start; bin <= end; bin++) {
    const part = start === end ? 1 : (Math.min(to, bin + 1) - Math.max(from, bin)) / (to - from);
    counts[bin]! += n * Math.max(0, part);
  }
}
