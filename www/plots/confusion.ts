// A confusion matrix as a heat map with its numbers.

import * as Plot from "@observablehq/plot";

export interface Confusion {
  /** Test samples by class (row) and answer (column). */
  readonly counts: readonly (readonly number[])[];
  /** Rows to show: classes that were tested. */
  readonly classes: readonly number[];
  readonly names: readonly string[];
  /** What the network is told at a test. */
  readonly scenario: string;
}

/** Below this part of a class's samples a cell has no number: a matrix full of zeros hides what is there. */
const WRITTEN = 0.005;

export function confusion({ counts, classes, names, scenario }: Confusion, width: number, fontSize: number): SVGSVGElement | HTMLElement {
  const answers = counts.map((_, c) => c);
  const long = names.some((name) => name.length > 2);
  const marginLeft = (long ? Math.min(9, 0.6 * Math.max(...names.map((name) => name.length)) + 2) : 1.6) * fontSize;
  const cell = (width - marginLeft) / answers.length;
  const small = Math.min(fontSize, cell * 0.42);
  const cells = classes.flatMap((row) => {
    const total = counts[row]!.reduce((sum, n) => sum + n, 0);
    return answers.map((column) => ({ row, column, part: counts[row]![column]! / total }));
  });
  const label = (c: number) => (long ? `${names[c] ?? ""} ${c}` : (names[c] ?? String(c)));
  return Plot.plot({
    width,
    height: cell * classes.length + fontSize * 3.2,
    marginLeft,
    marginRight: 0,
    marginTop: fontSize * 1.7,
    marginBottom: fontSize * 1.4,
    style: { fontSize: `${fontSize}px`, overflow: "visible" },
    x: { domain: answers, axis: "top", tickSize: 0, label: null, tickFormat: (c: number) => (long ? String(c) : (names[c] ?? String(c))) },
    y: { domain: [...classes], tickSize: 0, label: null, tickFormat: label },
    color: { type: "identity" },
    marks: [
      Plot.text([scenario], { frameAnchor: "bottom-right", lineAnchor: "top", dy: fontSize * 0.4, text: (d) => d, fill: "var(--ink-soft)" }),
      Plot.cell(cells, { x: "column", y: "row", inset: 0.5, fill: ({ part }) => `color-mix(in oklab, var(--heat-color) ${(50 * part).toFixed(1)}%, var(--paper))`, stroke: "var(--line)", strokeWidth: 0.5 }),
      Plot.text(cells.filter(({ part }) => part >= WRITTEN), { x: "column", y: "row", text: ({ part }) => (100 * part).toFixed(0), fill: "var(--ink)", fontSize: small }),
    ],
  });
}
