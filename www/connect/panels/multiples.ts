// Panels of one figure side by side, a rule and a treatment each, with the same scales.

import { el } from "../../dom.js";
import { asImage } from "../../plots/figure.js";

const GAP = 16;

/** Panels in a row, and the width of each. */
export function layout(width: number, count: number, fontSize: number): { readonly columns: number; readonly each: number } {
  const most = Math.max(1, Math.floor(width / (21 * fontSize)));
  const columns = Math.min(count, most, count === 4 ? 2 : 3);
  return { columns, each: Math.max(240, Math.floor((width - (columns - 1) * GAP) / columns)) };
}

/** A named panel; `label` says in words what is drawn. */
export const panel = (title: string, label: string, svg: SVGSVGElement | HTMLElement): HTMLElement => el("figure", {}, el("figcaption", {}, title), asImage(svg, label));
