// Spikes in sleep: a trace for each layer, and the last number.

import { el, say, type Panel } from "../dom.js";
import { isSleep } from "../plots/curves.js";
import { asImage } from "../plots/figure.js";
import { spikes, type SpikeTrace } from "../plots/spikes.js";
import type { Run, Spikes } from "../run.js";
import type { State } from "../state.js";
import { count, figures } from "../words.js";

interface Row {
  readonly element: HTMLElement;
  readonly trace: HTMLElement;
  readonly value: HTMLElement;
}

export function spikesPanel(): Panel<State> {
  const holder = el("div", { class: "traces" });
  const caption = el("p", { class: "caption" });
  const element = el("section", { class: "panel spikes" }, el("h2", {}, "Spikes in sleep"), el("p", {}, "Mean spikes a step of each whole layer; each trace has its own height."), holder, caption);
  let rows: Row[] = [];
  let shown: unknown[] = [];
  return {
    element,
    update({ run }) {
      const last = run?.spikes.at(-1);
      element.hidden = !last;
      const key = [run?.plan, run?.spikes.length, holder.clientWidth];
      if (!run || !last || key.every((part, i) => part === shown[i])) return;
      shown = key;
      if (rows.length !== last.per_step.length) {
        rows = layers(last).map(newRow);
        holder.replaceChildren(...rows.map((row) => row.element));
      }
      rows.forEach((row, layer) => draw(row, run, last, layer));
      say(caption, `${count(run.spec.sleep.steps)} steps a sleep; n = 1 run.`);
    },
  };
}

function layers({ per_step }: Spikes): string[] {
  const hidden = per_step.length - 2;
  return per_step.map((_, i) => (i === 0 ? "input" : i === per_step.length - 1 ? "output" : hidden === 1 ? "hidden" : `hidden ${i}`));
}

function newRow(name: string): Row {
  const trace = el("div", { class: "trace" });
  const value = el("strong", {});
  return { element: el("div", { class: "layer" }, el("span", {}, name), trace, el("span", { class: "value" }, value, " per step")), trace, value };
}

function draw(row: Row, run: Run, last: Spikes, layer: number): void {
  const data = traceOf(run, layer, layers(last)[layer]!);
  row.trace.replaceChildren(asImage(spikes(data, Math.max(80, row.trace.clientWidth), 44), data.label));
  say(row.value, figures(last.per_step[layer] ?? 0));
}

function traceOf(run: Run, layer: number, name: string): SpikeTrace {
  const sleeps = run.plan!.phases.flatMap((phase, i) => (isSleep(phase) ? [i] : []));
  const each = run.spec.sleep.steps;
  const points = run.spikes.map(({ phase, step, per_step }) => ({ step: sleeps.indexOf(phase) * each + step, spikes: per_step[layer] ?? 0 }));
  const values = points.map((point) => point.spikes);
  return {
    points,
    steps: sleeps.length * each,
    begins: sleeps.map((_, i) => i * each),
    label: `Spikes a step of the ${name} layer: from ${figures(Math.min(...values))} to ${figures(Math.max(...values))}, now ${figures(values.at(-1) ?? 0)}.`,
  };
}
