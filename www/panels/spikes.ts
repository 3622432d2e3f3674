// Spikes in sleep: a trace for each layer, and the last number.

import { card } from "../card.js";
import { el, type Panel } from "../dom.js";
import { isSleep } from "../plots/curves.js";
import { asImage } from "../plots/figure.js";
import { spikes, type SpikeTrace } from "../plots/spikes.js";
import type { Run, Spikes } from "../run.js";
import type { State } from "../state.js";
import { count, figures } from "../words.js";

export function spikesPanel(): Panel<State> {
  return card({
    kind: "spikes",
    title: "Spikes in sleep",
    lead: "Mean spikes a step of each whole layer; each trace has its own height. In runs that remember, the hidden layer has about 0.05 to 2 (shaded).",
    depends: (_, run) => (run.spikes.length > 0 ? [run.plan, run.spikes.length] : null),
    draw: (_, run, width) => {
      const last = run.spikes.at(-1)!;
      return [
        ...layers(last).map((name, layer) => row(run, last, layer, name, width)),
        el("p", { class: "caption" }, `${count(run.spec.sleep.steps)} steps a sleep; n = 1 run.`),
      ];
    },
  });
}

function layers({ per_step }: Spikes): string[] {
  const hidden = per_step.length - 2;
  return per_step.map((_, i) => (i === 0 ? "input" : i === per_step.length - 1 ? "output" : hidden === 1 ? "hidden" : `hidden ${i}`));
}

function row(run: Run, last: Spikes, layer: number, name: string, width: number): HTMLElement {
  const data = traceOf(run, layer, name);
  const em = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const trace = el("div", { class: "trace" }, asImage(spikes(data, Math.max(80, width - 13 * em), 44), data.label));
  const value = el("span", { class: "value" }, el("strong", {}, figures(last.per_step[layer] ?? 0)), " per step");
  return el("div", { class: "layer" }, el("span", {}, name), trace, value);
}

/** Mean hidden spikes a step of sleeps that bring old classes back: above, a network is destroyed; below, unchanged. */
const WORKS = [0.05, 2] as const;

function traceOf(run: Run, layer: number, name: string): SpikeTrace {
  const sleeps = run.plan!.phases.flatMap((phase, i) => (isSleep(phase) ? [i] : []));
  const each = run.spec.sleep.steps;
  const points = run.spikes.map(({ phase, step, per_step }) => ({ step: sleeps.indexOf(phase) * each + step, spikes: per_step[layer] ?? 0 }));
  const values = points.map((point) => point.spikes);
  return {
    points,
    steps: sleeps.length * each,
    begins: sleeps.map((_, i) => i * each),
    works: name.startsWith("hidden") ? WORKS : null,
    label: `Spikes a step of the ${name} layer: from ${figures(Math.min(...values))} to ${figures(Math.max(...values))}, now ${figures(values.at(-1) ?? 0)}.`,
  };
}
