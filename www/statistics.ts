// Means over seeds, their spread, and differences between what the same seeds gave.

import jStat from "jstat";

/** Of some values, one a seed. */
export interface Summary {
  readonly n: number;
  readonly mean: number;
  /** Standard deviation with n − 1; `null` for a single value. */
  readonly sd: number | null;
}

/** A mean difference between pairs. */
export interface Difference extends Summary {
  /** The 95 % confidence interval of the mean, by Student's t; `null` for a single pair. */
  readonly interval: readonly [number, number] | null;
}

const CONFIDENCE = 0.95;

/** `null`: there are no values. */
export function summary(values: readonly number[]): Summary | null {
  const n = values.length;
  if (n === 0) return null;
  return { n, mean: jStat.mean(values), sd: n > 1 ? jStat.stdev(values, true) : null };
}

/** Of `a − b` over the places where both hold a value; `null`: there are none. */
export function pairedDifference(a: readonly (number | null)[], b: readonly (number | null)[]): Difference | null {
  const pairs = a.flatMap((value, i) => {
    const other = b[i] ?? null;
    return value === null || other === null ? [] : [value - other];
  });
  const of = summary(pairs);
  if (!of) return null;
  const { n, mean, sd } = of;
  if (sd === null) return { ...of, interval: null };
  const reach = (jStat.studentt.inv((1 + CONFIDENCE) / 2, n - 1) * sd) / Math.sqrt(n);
  return { ...of, interval: [mean - reach, mean + reach] };
}
