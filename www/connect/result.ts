// All that came of a study, in one JSON file that explains itself.

import { sourceOfStudy } from "./source.js";
import { secondsOf, type Study } from "./study.js";

export function resultOf(study: Study): string {
  const { lines, records, claims, flossing, spec } = study;
  const whole = {
    format: "engram-connect-results",
    version: 1,
    units: { exponents: "1/step", accuracy: "fraction right", loss: "the task's own" },
    runs: sourceOfStudy(study).origins,
    window: spec.training.window,
    /** Seconds of computing, all Workers together. */
    seconds: secondsOf(study),
    /** Means over seeds, as the figures show them. */
    lines,
    /** What of the paper they answer. */
    claims,
    networks: [...records].sort(([a], [b]) => a - b).map(([number, record]) => ({ number, ...record })),
    flossing,
  };
  return `${JSON.stringify(whole, null, 1)}\n`;
}
