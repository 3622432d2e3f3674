// A search as tables: every evaluation, every run of each, and the constants of the best.

import { constant, fitnessOf, givenUp, isFinal, pathsOf, secondsOf, spikesOf, WHY, type Search } from "../search.js";
import type { Column, Table } from "../table.js";
import { FRACTION } from "./accuracy.js";

const NUMBER: Column = { key: "evaluation", label: "Evaluation" };
const GIVEN_UP: Column = { key: "given_up", label: "Given up" };
const SECONDS: Column = { key: "seconds", label: "Computing", unit: "seconds" };

export const searchTables = (search: Search): Table[] => [evaluationsTable(search), ordersTable(search), bestTable(search)];

/** Layers that spike, by their names. */
function layersOf({ spec }: Search): Column[] {
  const { hidden } = spec.network;
  const names = ["input", ...hidden.map((_, i) => (hidden.length > 1 ? `hidden ${i + 1}` : "hidden")), "output"];
  return names.map((name) => ({ key: `spikes_${name.replace(" ", "_")}`, label: `Spikes, ${name}`, unit: "a step" }));
}

function evaluationsTable(search: Search): Table {
  const paths = pathsOf(search.tuning);
  const layers = layersOf(search);
  return {
    name: "search",
    title: "Every evaluation",
    columns: [
      NUMBER,
      { key: "generation", label: "Generation" },
      { key: "rung", label: "Rung" },
      { key: "all_orders", label: "On all orders" },
      { key: "fitness", label: "Fitness, mean over orders", unit: FRACTION },
      { key: "sd", label: "s.d.", unit: FRACTION },
      { key: "n", label: "n", unit: "orders run" },
      GIVEN_UP,
      ...paths.map((path) => ({ key: path, label: constant(path).label, unit: constant(path).unit || path })),
      ...layers,
      SECONDS,
    ],
    rows: search.told.map((tried, i) => {
      const { sd, n } = fitnessOf(tried);
      const why = givenUp(tried);
      const spikes = spikesOf(tried);
      return [
        i + 1, tried.generation + 1, tried.rung + 1, isFinal(search, tried) ? "yes" : "no", tried.fitness, why ? null : sd, n, why && WHY[why],
        ...paths.map((path) => tried.parameters[path]!), ...layers.map((_, layer) => spikes[layer] ?? null), secondsOf(tried),
      ];
    }),
  };
}

function ordersTable(search: Search): Table {
  const layers = layersOf(search);
  return {
    name: "search-orders",
    title: "Every order of each evaluation",
    columns: [NUMBER, { key: "seed", label: "Seed" }, { key: "accuracy", label: "Accuracy on held-back images", unit: FRACTION }, GIVEN_UP, ...layers, SECONDS],
    rows: search.told.flatMap(({ trials }, i) =>
      trials.map(({ seed, accuracy, given_up, spikes_per_step, seconds }) => [
        i + 1, seed, accuracy, given_up ? WHY[given_up] : null, ...layers.map((_, layer) => spikes_per_step[layer] ?? null), seconds,
      ]),
    ),
  };
}

function bestTable({ told, best, tuning }: Search): Table {
  return {
    name: "search-best",
    title: "Constants of the best",
    columns: [
      { key: "constant", label: "Constant" },
      { key: "unit", label: "Unit" },
      { key: "value", label: "Found" },
      { key: "low", label: "Lower bound" },
      { key: "high", label: "Upper bound" },
      { key: "scale", label: "Scale" },
    ],
    rows: (best === null ? [] : pathsOf(tuning)).map((path) => {
      const { low, high, scale } = tuning.fields[path]!;
      return [path, constant(path).unit, told[best!]!.parameters[path]!, low, high, scale ?? "linear"];
    }),
  };
}
