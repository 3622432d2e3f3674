// Accuracies of ours beside the paper's, one a row: means and spreads, the rows in groups.

import * as Plot from "@observablehq/plot";
import { HALO } from "./curves.js";
import { axis } from "./figure.js";

export interface Group {
  readonly title: string;
  readonly rows: readonly Row[];
}

export interface Row {
  readonly label: string;
  readonly ours: Mark | null;
  readonly paper: Mark | null;
}

/** In percent. */
export interface Mark {
  readonly mean: number;
  readonly sd: number | null;
}

/** Height of a row, in ems. */
const ROW = 1.75;
/** Of the paper's mark below ours, and of ours above the row's middle, in ems. */
const APART = 0.32;

export function beside(groups: readonly Group[], width: number, fontSize: number): SVGSVGElement | HTMLElement {
  const lines = groups.flatMap((group, g) => [{ key: `${g}`, title: group.title, row: null }, ...group.rows.map((row, r) => ({ key: `${g} ${r}`, title: row.label, row }))]);
  const heads = lines.filter(({ row }) => row === null);
  const rows = lines.flatMap(({ key, title, row }) => (row ? [{ key, title, ...row }] : []));
  const longest = Math.max(...rows.map(({ title }) => title.length));
  const bar = { x1: (d: Placed) => Math.max(0, d.mean - (d.sd ?? 0)), x2: (d: Placed) => Math.min(100, d.mean + (d.sd ?? 0)), y: "key" } as const;
  const placed = (of: "ours" | "paper") => rows.flatMap((row) => (row[of] ? [{ key: row.key, ...row[of] }] : []));
  return Plot.plot({
    width,
    height: (lines.length * ROW + 3.4) * fontSize,
    marginTop: fontSize * 0.4,
    marginBottom: fontSize * 2.9,
    marginLeft: (0.68 * longest + 0.8) * fontSize,
    marginRight: fontSize * 2,
    style: { fontSize: `${fontSize}px`, overflow: "visible" },
    x: { domain: [0, 100], ticks: 5, tickFormat: (x: number) => `${x}\u202f%`, ...axis("accuracy over all classes") },
    y: { type: "point", domain: lines.map(({ key }) => key), axis: null, padding: 0.5 },
    color: { type: "identity" },
    marks: [
      Plot.gridX({ ticks: 5, stroke: "var(--line)" }),
      Plot.ruleY(rows, { y: "key", stroke: "var(--line)", strokeDasharray: "1 3" }),
      Plot.text(heads, { y: "key", frameAnchor: "left", dx: 4, textAnchor: "start", text: "title", fontWeight: 600, fill: "var(--ink)", ...HALO }),
      Plot.text(rows, { y: "key", frameAnchor: "left", dx: -0.5 * fontSize, textAnchor: "end", text: "title", fill: "var(--ink)" }),
      Plot.ruleY(placed("paper"), { ...bar, dy: APART * fontSize, stroke: "var(--ink-soft)", strokeWidth: 1.5 }),
      Plot.dot(placed("paper"), { x: "mean", y: "key", dy: APART * fontSize, r: fontSize / 3.4, symbol: "diamond", fill: "var(--paper)", stroke: "var(--ink-soft)", strokeWidth: 1.5 }),
      Plot.ruleY(placed("ours"), { ...bar, dy: -APART * fontSize, stroke: "var(--accent)", strokeWidth: fontSize / 6 }),
      Plot.dot(placed("ours"), { x: "mean", y: "key", dy: -APART * fontSize, r: fontSize / 3, fill: "var(--accent)", stroke: "var(--paper)" }),
    ],
  });
}

interface Placed extends Mark {
  readonly key: string;
}
