// A figure's data as a table, and that table as CSV and for the screen.

import { csvFormatRow } from "d3-dsv";

export type Cell = string | number | null;

export interface Column {
  /** What programs call it. */
  readonly key: string;
  /** What people call it. */
  readonly label: string;
  readonly unit?: string;
}

export interface Table {
  /** For file names: no other table of the page has it. */
  readonly name: string;
  readonly title: string;
  readonly columns: readonly Column[];
  /** As many cells as there are columns; `null`: nothing is known. */
  readonly rows: readonly (readonly Cell[])[];
}

/** `T1 (fraction right)`. */
export const heading = ({ label, unit }: Column): string => (unit ? `${label} (${unit})` : label);

/** The table as RFC 4180 has it, with a header; numbers unrounded, an empty field for what is not known. The byte order mark
 *  at its start tells spreadsheets that it is UTF-8. */
export function csv({ columns, rows }: Table): string {
  const lines = [columns.map((column) => field(heading(column))), ...rows.map((row) => row.map(field))];
  return `\ufeff${lines.map((line) => `${csvFormatRow(line)}\r\n`).join("")}`;
}

/** A text that a spreadsheet would take for a formula has an apostrophe before it: a class of a person's own data may have any name. */
function field(cell: Cell): string {
  if (typeof cell === "string") return /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return cell === null ? "" : String(cell);
}

/** A cell for people: whole numbers grouped, others to five figures. */
export function written(cell: Cell): string {
  if (cell === null) return "–";
  if (typeof cell === "string") return cell;
  if (Number.isInteger(cell)) return cell.toLocaleString("en");
  const size = Math.abs(cell);
  return (size >= 1e-4 && size < 1e6 ? String(Number(cell.toPrecision(5))) : cell.toExponential(3)).replaceAll("-", "−").replace("+", "");
}
