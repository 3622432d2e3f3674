// Spikes in sleep: single spikes of the last steps, a trace over all sleeps, and the last number, for each layer.

import { card } from "../card.js";
import { el, type Panel } from "../dom.js";
import type { Spec } from "../generated/engram.js";
import { kindOf } from "../models.js";
import { asImage } from "../plots/figure.js";
import { raster } from "../plots/raster.js";
import { spikes, type SpikeTrace } from "../plots/spikes.js";
import { isSleep, type Run, type Spikes } from "../run.js";
import type { State } from "../state.js";
import { layerNames, spikeTables } from "../tables/spikes.js";
import { count, figures } from "../words.js";

export function spikesPanel(): Panel<State> {
  return card({
    kind: "spikes",
    pace: 120,
    title: "Spikes in sleep",
    lead: "Above, single spikes of each layer's units in the last steps; below, mean spikes a step of the whole layer over all sleeps, each trace with its own height; at the right, the mean over the last sleep. In runs of an MRNN that remember, the hidden layer has about 0.05 to 2 (shaded).",
    depends: (_, run) => (run.spikes.length > 0 ? [run.plan, run.spikes.length, run.raster] : null),
    draw: (_, run, width) => {
      const last = run.spikes.at(-1)!;
      return [
        ...layerNames(last).map((name, layer) => row(run, last, layer, name, width)),
        el("p", { class: "caption" }, `${rasterWords(run)}${lengthWords(run.spec)}, unless a person changed it; n = 1 run.`),
      ];
    },
    tables: (_, run) => spikeTables(run),
  });
}

function row(run: Run, last: Spikes, layer: number, name: string, width: number): HTMLElement {
  const data = traceOf(run, layer, name);
  const em = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const room = Math.max(80, width - 13 * em);
  const trace = el("div", { class: "trace" }, single(run, layer, name, room), asImage(spikes(data, room, 44), data.label));
  const mean = meanOf(run, last.phase, layer);
  const value = el("span", { class: "value" }, el("strong", {}, figures(mean)), ` a step in ${run.plan!.phases[last.phase]}`, isKnown(run, name) ? works(mean) : null);
  return el("div", { class: "layer" }, el("span", {}, name), trace, value);
}

/** Mean hidden spikes a step of sleeps that bring old classes back: above, a network is destroyed; below, unchanged. */
const WORKS = [0.05, 2] as const;

/** Mean spikes a step of a layer over one sleep, as far as it was slept. */
function meanOf({ spikes }: Run, phase: number, layer: number): number {
  const slices = spikes.filter((slice) => slice.phase === phase);
  const sums = slices.map(({ step, per_step }, i) => (step - (slices[i - 1]?.step ?? 0)) * (per_step[layer] ?? 0));
  return sums.reduce((sum, n) => sum + n, 0) / Math.max(1, slices.at(-1)?.step ?? 0);
}

/** The same of the first hidden layer. */
export const hiddenSpikes = (run: Run, phase: number): number => meanOf(run, phase, 1);

/** Whether it is known what works: of no other network than an MRNN. */
const isKnown = ({ spec }: Run, name: string): boolean => name.startsWith("hidden") && kindOf(spec) === "mrnn";

function works(spikes: number): HTMLElement {
  const verdict = spikes > WORKS[1] ? "too many" : spikes < WORKS[0] ? "too few" : "in the range that works";
  return el("span", { class: `verdict ${verdict === "in the range that works" ? "works" : ""}` }, verdict);
}

/** Single spikes of a layer. */
function single(run: Run, layer: number, name: string, width: number): Node | null {
  const steps = run.raster?.layers[layer];
  if (!run.raster || !steps) return null;
  const units = unitsOf(run, layer, steps);
  const all = steps.reduce((sum, spiking) => sum + spiking.length, 0);
  const label = `Single spikes of the ${name} layer: ${count(all)} in ${steps.length} steps.`;
  return asImage(raster(steps, units, width, Math.min(72, Math.max(24, units / 8))), label);
}

/** Units of a layer, as far as the Spec and the spikes tell. */
function unitsOf({ spec, phases, raster }: Run, layer: number, steps: readonly (readonly number[])[]): number {
  const { hidden } = spec.network;
  if (layer > 0 && layer <= hidden.length) return hidden[layer - 1]!;
  if (layer > hidden.length) return phases[0]?.confusion.length ?? 10;
  return Math.max(784, ...(raster ? steps.flat() : []).map((unit) => unit + 1));
}

function lengthWords({ sleep: { steps, growth = 0 } }: Spec): string {
  return growth > 0 ? `${count(steps)} steps in the first sleep, and ${count(growth)} more in each that follows` : `${count(steps)} steps a sleep`;
}

function rasterWords({ raster, plan }: Run): string {
  if (!raster) return "";
  const last = raster.step + (raster.layers[0]?.length ?? 1) - 1;
  return `Single spikes: steps ${count(raster.step)} to ${count(last)} of ${plan?.phases[raster.phase] ?? "sleep"}. `;
}

function traceOf(run: Run, layer: number, name: string): SpikeTrace {
  const sleeps = run.plan!.phases.flatMap((phase, i) => (isSleep(phase) ? [i] : []));
  const lengths = sleeps.map((phase) => stepsOf(run, phase));
  const begins = lengths.map((_, i) => lengths.slice(0, i).reduce((sum, steps) => sum + steps, 0));
  const points = run.spikes.map(({ phase, step, per_step }) => ({ step: begins[sleeps.indexOf(phase)]! + step, spikes: per_step[layer] ?? 0 }));
  const values = points.map((point) => point.spikes);
  return {
    points,
    steps: lengths.reduce((sum, steps) => sum + steps, 0),
    begins,
    works: isKnown(run, name) ? WORKS : null,
    label: `Spikes a step of the ${name} layer: from ${figures(Math.min(...values))} to ${figures(Math.max(...values))}, now ${figures(values.at(-1) ?? 0)}.`,
  };
}

/** How long a sleep is: what was slept, once it is over; what is known of it before. */
function stepsOf({ spec, spikes, progress, phases, plan }: Run, phase: number): number {
  const slept = spikes.filter((slice) => slice.phase === phase).at(-1)?.step ?? 0;
  if (phase < phases.length) return slept;
  return progress?.phase === phase && progress.activity === "sleep" ? progress.total : Math.max(slept, stepsPlanned(spec.sleep, plan!.phases[phase]!));
}

/** Of a sleep by its name: S3 is the one after the third task. */
function stepsPlanned({ steps, growth = 0 }: Spec["sleep"], name: string): number {
  return name.startsWith("S") ? steps + growth * (Number(name.slice(1)) - 1) : steps;
}
