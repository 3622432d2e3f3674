// Spikes in sleep as tables: means of every slice, and the single spikes of the last steps.

import type { Run, Spikes } from "../run.js";
import type { Table } from "../table.js";

/** `input`, `hidden`, `output`. */
export function layerNames({ per_step }: Spikes): string[] {
  const hidden = per_step.length - 2;
  return per_step.map((_, i) => (i === 0 ? "input" : i === per_step.length - 1 ? "output" : hidden === 1 ? "hidden" : `hidden ${i}`));
}

export function spikeTables(run: Run): Table[] {
  const names = run.spikes[0] ? layerNames(run.spikes[0]) : [];
  const phase = (i: number): string => run.plan?.phases[i] ?? String(i + 1);
  const means: Table = {
    name: "spikes-a-step",
    title: "Mean spikes a step of each layer",
    columns: [
      { key: "sleep", label: "Sleep" },
      { key: "step", label: "Slice ends at step" },
      ...names.map((name) => ({ key: name.replace(" ", "_"), label: `${name} layer`, unit: "spikes a step" })),
    ],
    rows: run.spikes.map((slice) => [phase(slice.phase), slice.step, ...slice.per_step]),
  };
  const { raster } = run;
  if (!raster) return [means];
  const single: Table = {
    name: "single-spikes",
    title: "Single spikes of the last steps",
    columns: [{ key: "sleep", label: "Sleep" }, { key: "step", label: "Step" }, { key: "layer", label: "Layer" }, { key: "unit", label: "Unit, counted from 1" }],
    rows: raster.layers.flatMap((steps, layer) =>
      steps.flatMap((units, t) => units.map((unit) => [phase(raster.phase), raster.step + t, names[layer] ?? String(layer + 1), unit + 1])),
    ),
  };
  return [means, single];
}
