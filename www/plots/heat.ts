// Numbers in a grid as heat, each cell with its number: one colour above zero, another below.

import * as Plot from "@observablehq/plot";

export interface Heat {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** [row][column], −1 to 1. */
  readonly values: readonly (readonly number[])[];
  /** Whether cells are as high as they are wide. */
  readonly square: boolean;
  /** What is written into a cell; `wide`: there is room for more than a number. */
  readonly written: (row: number, column: number, wide: boolean) => string;
}

/** Ems of a cell with room for `100 ± 10`. */
const WIDE = 4.6;

export function heat({ rows, columns, values, square, written }: Heat, width: number, fontSize: number): SVGSVGElement | HTMLElement {
  // Rows and columns that are the same things have numbers where the names are wider than a column.
  const numbered = square && longest(columns) * 0.58 * fontSize > (width - 3 * fontSize) / columns.length;
  const names = numbered ? rows.map((name, i) => `${shortened(name, 11)} ${i + 1}`) : rows.map((name) => shortened(name, 12));
  const marginLeft = (0.6 * longest(names) + 0.8) * fontSize;
  const cell = (width - marginLeft) / columns.length;
  const height = square ? cell : Math.min(cell, 2 * fontSize);
  const wide = cell >= WIDE * fontSize;
  const letters = Math.max(1, Math.floor(cell / (0.58 * fontSize)));
  const cells = values.flatMap((row, r) => row.map((value, c) => ({ row: r, column: c, value, text: written(r, c, wide) })));
  const small = Math.min(fontSize, (1.5 * cell) / Math.max(3.6, longest(cells.map(({ text }) => text))));
  return Plot.plot({
    width,
    height: height * rows.length + fontSize * 1.8,
    marginLeft,
    marginRight: 0,
    marginTop: fontSize * 1.7,
    marginBottom: 1,
    style: { fontSize: `${fontSize}px`, overflow: "visible" },
    x: { domain: columns.map((_, c) => c), axis: "top", tickSize: 0, label: null, tickFormat: (c: number) => (numbered ? String(c + 1) : shortened(columns[c]!, letters)) },
    y: { domain: rows.map((_, r) => r), tickSize: 0, label: null, tickFormat: (r: number) => names[r]! },
    color: { type: "identity" },
    marks: [
      Plot.cell(cells, { x: "column", y: "row", inset: 0.5, fill: ({ value }) => fill(value), stroke: "var(--line)", strokeWidth: 0.5 }),
      Plot.text(cells, { x: "column", y: "row", text: "text", fill: "var(--ink)", fontSize: small }),
    ],
  });
}

/** At most half of the colour, so that the numbers stay readable. */
function fill(value: number): string {
  const color = value < 0 ? "var(--task-1)" : "var(--heat-color)";
  return `color-mix(in oklab, ${color} ${(50 * Math.min(1, Math.abs(value))).toFixed(1)}%, var(--paper))`;
}

const longest = (names: readonly string[]): number => Math.max(1, ...names.map((name) => name.length));

const shortened = (name: string, letters: number): string => (name.length > letters ? `${name.slice(0, Math.max(1, letters - 1))}…` : name);
