// The way from a figure to the page that says how to read it.

import { el } from "./dom.js";

/** A link in another tab, so that a run is not lost; `kind` is the figure's heading there. */
export function howToRead(kind: string, title: string): HTMLElement {
  const where = el("span", { class: "aside" }, ` (${title}; opens in another tab)`);
  return el("a", { class: "manual", href: `docs/figures.html#${kind}`, target: "_blank", rel: "noopener" }, "How to read this", where);
}
