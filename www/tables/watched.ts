// One showing of an image to spiking areas, as tables: spikes, what was expected, errors, weights.

import type { Watched } from "../generated/engram.js";
import type { Phase, Run } from "../run.js";
import type { Column, Table } from "../table.js";
import { areasOf, pairNames, populationNames, unitOf } from "../watched.js";
import { areasIn, courseTable, errorTable } from "./areas.js";

const TIME: Column = { key: "time", label: "Since the image appeared", unit: "ms" };
const UNIT: Column = { key: "unit", label: "Unit, counted from 1" };

export function singleSpikes(watched: Watched): Table {
  const names = populationNames(areasOf(watched));
  return {
    name: "spikes-while-shown",
    title: "Single spikes while the image was shown",
    columns: [{ key: "population", label: "Units of" }, TIME, UNIT],
    rows: watched.populations.flatMap(({ spikes }, p) => spikes.flatMap((units, t) => units.map((unit) => [names[p]!, (t + 1) * watched.dt, unit + 1]))),
  };
}

export function expectedTables(watched: Watched): Table[] {
  const areas = areasOf(watched);
  return watched.pairs.map(({ came, expected }, pair): Table => {
    const name = pairNames(areas)[pair]!;
    const unit = unitOf(pair, areas);
    return {
      name: `expected-${name.replace(" ", "-")}`,
      title: `What was expected of the ${name}, and what came: means over the showing`,
      columns: [
        UNIT,
        { key: "came", label: pair === areas ? "Should have spiked" : "Came", unit },
        { key: "expected", label: "Expected", unit },
      ],
      rows: expected.map((value, i) => [i + 1, came[i] ?? null, value]),
    };
  });
}

/** Errors during the showing, where there is one, and over the phases. */
export function errorTables(watched: Watched | null, run: Run): Table[] {
  const areas = areasIn(run);
  const names = pairNames(areas);
  const units = (pair: number) => unitOf(pair, areas);
  const over = [errorTable(run, names, units), courseTable(run, names, units)];
  if (!watched) return over;
  const during: Table = {
    name: "errors-while-shown",
    title: "Prediction errors while the image was shown",
    columns: [TIME, ...names.map((name, pair) => ({ key: name.replace(" ", "_"), label: `Of the ${name}`, unit: `${units(pair)}, root mean square in ${watched.window} ms` }))],
    rows: watched.pairs[0]!.error.map((_, t) => [(t + 1) * watched.dt, ...watched.pairs.map(({ error }) => error[t] ?? null)]),
  };
  return [during, ...over];
}

/** `width` is that of the images, in pixels. */
export function unitsTable({ first }: Watched, width: number): Table {
  return {
    name: "what-units-expect",
    title: "Weights between the pixels and the units of the first area that spiked most",
    columns: [
      UNIT,
      { key: "row", label: "Pixel's row, from 1 at the top" },
      { key: "column", label: "Pixel's column, from 1 at the left" },
      { key: "expects", label: "Of predictions, W₀", unit: "units of weight" },
      { key: "hears", label: "Of errors, E₀", unit: "units of weight" },
    ],
    rows: first.flatMap(({ unit, expects, hears }) => expects.map((weight, i) => [unit + 1, Math.floor(i / width) + 1, (i % width) + 1, weight, hears[i]!])),
  };
}

export function labelsTable({ first }: Watched): Table {
  return {
    name: "what-units-expect-of-labels",
    title: "Weights between the labels and the units of the first area that spiked most",
    columns: [
      UNIT,
      { key: "class", label: "Class, counted from 0" },
      { key: "says", label: "Of predictions, W_Y", unit: "units of weight" },
      { key: "told", label: "Of errors, E_Y", unit: "units of weight" },
    ],
    rows: first.flatMap(({ unit, says, told }) => says.map((weight, c) => [unit + 1, c, weight, told[c]!])),
  };
}

/** How regular units were in the tasks so far, where that protects them. */
export function regularityTables(phase: Phase | undefined): Table[] {
  const areas = phase?.regularity ?? [];
  if (areas.length === 0) return [];
  return [
    {
      name: "regularity",
      title: "How regularly each unit spiked in the tasks so far",
      columns: [{ key: "area", label: "Area" }, UNIT, { key: "omega", label: "Ω, the sum of 1 − coefficient of variation over the tasks" }],
      rows: areas.flatMap((omegas, area) => omegas.map((omega, unit) => [area + 1, unit + 1, omega])),
    },
  ];
}
