// A figure's data as tables below it, drawn only while a person looks at them.

import { el, say } from "../dom.js";
import { heading, written, type Table } from "../table.js";
import { count } from "../words.js";

/** More rows than these are for files: nobody reads them on a page. */
const ROWS = 100;
/** The least time between drawings while a run goes on, in milliseconds. */
const PACE = 500;

export interface DataTables {
  readonly element: HTMLDetailsElement;
  /** To be called when the figure was drawn anew. */
  update(): void;
}

export function dataTables(title: string, tables: () => readonly Table[]): DataTables {
  const body = el("div");
  const element = el("details", { class: "data", toggle: () => draw() }, el("summary", {}, "Data", el("span", { class: "aside" }, ` of ${title}`)), body);
  let drawnAt = -Infinity;
  let later = 0;
  const draw = (): void => {
    if (!element.open) return body.replaceChildren();
    drawnAt = performance.now();
    const all = tables();
    // Frames stay where there are as many: so do the place that was scrolled to, and the focus.
    if (body.childElementCount !== all.length) body.replaceChildren(...all.map(frame));
    [...body.children].forEach((framed, i) => fill(framed, all[i]!));
  };
  const update = (): void => {
    if (!element.open || later) return;
    later = window.setTimeout(() => {
      later = 0;
      draw();
    }, Math.max(0, drawnAt + PACE - performance.now()));
  };
  return { element, update };
}

function frame({ title }: Table): HTMLElement {
  return el("div", { class: "data-table" }, el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": `Data: ${title}` }), el("p", { class: "caption" }));
}

function fill(frame: Element, { title, columns, rows }: Table): void {
  const [scroll, note] = frame.children as unknown as [HTMLElement, HTMLElement];
  const head = el("tr", {}, ...columns.map((column) => el("th", { scope: "col" }, heading(column))));
  const body = rows.slice(0, ROWS).map((row) => el("tr", {}, ...row.map((cell, i) => (i === 0 ? el("th", { scope: "row" }, written(cell)) : el("td", { class: typeof cell }, written(cell))))));
  scroll.replaceChildren(el("table", {}, el("caption", {}, title), el("thead", {}, head), el("tbody", {}, ...body)));
  say(note, rows.length > ROWS ? `The first ${count(ROWS)} of ${count(rows.length)} rows; the saved file holds all.` : "");
}
