// Receptive fields as a table: a row a unit and pixel.

import type { Field } from "../generated/engram.js";
import type { Table } from "../table.js";

const UNIT = "units of weight";

/** `width` is that of the images, in pixels. */
export function fieldsTable(fields: readonly Field[], width: number, before: string, after: string): Table {
  return {
    name: "receptive-fields",
    title: "Weights from the pixels to the hidden units that changed most",
    columns: [
      { key: "unit", label: "Hidden unit, counted from 1" },
      { key: "row", label: "Pixel's row, from 1 at the top" },
      { key: "column", label: "Pixel's column, from 1 at the left" },
      { key: "before", label: `Weight after ${before}`, unit: UNIT },
      { key: "after", label: `Weight after ${after}`, unit: UNIT },
      { key: "change", label: "Change", unit: UNIT },
    ],
    rows: fields.flatMap(({ unit, before, after }) =>
      after.map((weight, i) => [unit + 1, Math.floor(i / width) + 1, (i % width) + 1, before[i]!, weight, weight - before[i]!]),
    ),
  };
}
