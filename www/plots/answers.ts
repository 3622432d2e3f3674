// How the network answered one image after every phase: outputs as heat, relative to the column's largest, the answer, which is framed.

import * as Plot from "@observablehq/plot";

export interface Answers {
  /** Names of the columns: `start`, T1, S1, … */
  readonly phases: readonly string[];
  /** Outputs by phase and class; `null` where the network was not kept. */
  readonly outputs: readonly (readonly number[] | null)[];
  readonly names: readonly string[];
}

export function answers({ phases, outputs, names }: Answers, width: number, fontSize: number): SVGSVGElement | HTMLElement {
  const cells = outputs.flatMap((row, phase) => {
    const most = Math.max(...(row ?? []));
    const best = row ? row.indexOf(most) : -1;
    return (row ?? []).map((output, c) => ({ phase, c, output, heat: most > 0 ? Math.max(0, output) / most : 0, best: c === best }));
  });
  const longest = Math.max(1, ...names.map((name) => name.length));
  const marginLeft = (Math.min(11, longest) * 0.62 + 1) * fontSize;
  const cell = (width - marginLeft) / Math.max(1, phases.length);
  const row = 1.75 * fontSize;
  const every = Math.ceil((2.6 * fontSize) / cell);
  return Plot.plot({
    width,
    height: row * names.length + 2 * fontSize,
    marginLeft,
    marginRight: 0,
    marginTop: 1.9 * fontSize,
    marginBottom: 1,
    style: { fontSize: `${fontSize}px`, overflow: "visible" },
    x: { domain: phases.map((_, i) => i), axis: "top", tickSize: 0, label: null, tickFormat: (i: number) => (i % every === 0 ? phases[i]! : "") },
    y: { domain: names.map((_, c) => c), tickSize: 0, label: null, tickFormat: (c: number) => names[c]! },
    color: { type: "identity" },
    marks: [
      Plot.cell(cells, {
        x: "phase",
        y: "c",
        inset: 0.5,
        fill: ({ heat }) => `color-mix(in oklab, var(--heat-color) ${(50 * heat).toFixed(1)}%, var(--paper))`,
        stroke: ({ best }) => (best ? "var(--ink)" : "var(--line)"),
        strokeWidth: ({ best }) => (best ? 2 : 0.5),
      }),
      Plot.text(cells.filter(({ best }) => best && cell > 2.2 * fontSize), {
        x: "phase",
        y: "c",
        text: ({ output }) => output.toFixed(2),
        fill: "var(--ink)",
        fontSize: 0.9 * fontSize,
      }),
    ],
  });
}
