// Numbers, units and errors in words a person reads. A number and its unit are kept on one line.

const NARROW = "\u202f"; // narrow no-break space
const grouped = new Intl.NumberFormat("en");

/** With a capital at its beginning. */
export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** A fraction as a percentage: `62.4 %`. */
export function percent(fraction: number, digits = 1): string {
  return `${(100 * fraction).toFixed(digits)}${NARROW}%`;
}

/** A fraction and its spread: `63.4 ± 2.4 %`. */
export function spread(fraction: number, sd: number): string {
  return `${(100 * fraction).toFixed(1)} ± ${percent(sd)}`;
}

/** A number and its spread, where there is one: `0.63 ± 0.02`. */
export function decimal({ mean, sd }: { readonly mean: number; readonly sd: number | null | undefined }): string {
  const size = mean.toFixed(2).replace("-", "−");
  return typeof sd === "number" ? `${size} ± ${sd.toFixed(2)}` : size;
}

/** A difference of fractions, in points. */
export function points(fraction: number): string {
  return `${(100 * fraction).toFixed(1).replace("-", "−")} points`;
}

export function count(n: number): string {
  return grouped.format(n);
}

/** A rate or a mean to two figures, three from a thousand on: `9,840`, `0.31`. */
export function figures(n: number): string {
  if (n === 0) return "0";
  return n < 100 ? n.toPrecision(2) : grouped.format(Number(n.toPrecision(n < 1000 ? 2 : 3)));
}

export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)}${NARROW}s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}${NARROW}s`;
  return `${Math.floor(whole / 60)}${NARROW}min ${whole % 60}${NARROW}s`;
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)}${NARROW}MB`;
}

/** What is wrong, whatever was thrown. */
export function words(error: unknown): string {
  if (error instanceof WebAssembly.RuntimeError) {
    return `The core stopped unexpectedly (${error.message}). The browser's console says more.`;
  }
  return error instanceof Error ? error.message : String(error);
}

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

/** How long ago a moment was, in milliseconds since 1970: `3 minutes ago`. */
export function ago(at: number, now = Date.now()): string {
  const seconds = Math.min(0, (at - now) / 1000);
  const [unit, size] = seconds > -90 ? (["second", 1] as const) : seconds > -5400 ? (["minute", 60] as const) : seconds > -129_600 ? (["hour", 3600] as const) : (["day", 86_400] as const);
  return relative.format(Math.round(seconds / size), unit);
}
