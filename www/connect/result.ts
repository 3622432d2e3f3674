// All that came of a study, in one JSON file that explains itself.

import { sourceOfStudy } from "./source.js";
import type { Study } from "./study.js";

export function resultOf(study: Study): string {
  const { lines, records, flossing, spec } = study;
  const whole = {
    format: "engram-connect-results",
    version: 1,
    units: { exponents: "1/step", accuracy: "fraction right", loss: "the task's own" },
    runs: sourceOfStudy(study).origins,
    window: spec.training.window,
    /** Means over seeds, as the figures show them. */
    lines,
    networks: [...records].sort(([a], [b]) => a - b).map(([number, record]) => ({ number, ...record })),
    flossing,
  };
  return `${JSON.stringify(whole, null, 1)}\n`;
}
