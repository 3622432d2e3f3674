// A card: a panel with a title that is drawn anew when what it shows changes, or its room; it can be closed and enlarged.

import { el, roomOf, say, type Panel } from "./dom.js";
import { howToRead } from "./manual.js";
import type { Run } from "./run.js";
import { dataTables } from "./save/data.js";
import { saveMenu } from "./save/menu.js";
import { sourceOfRun } from "./source.js";
import type { State } from "./state.js";
import type { Table } from "./table.js";

export interface Card {
  /** Its class, and its heading on the page that says how to read figures. */
  readonly kind: string;
  readonly title: string;
  /** What is shown, with its unit. */
  readonly lead: string;
  /** What the drawing depends on; `null` while there is nothing to show. */
  readonly depends: (state: State, run: Run) => readonly unknown[] | null;
  /** The least time between drawings, in milliseconds, where there is more to draw than can be followed. */
  readonly pace?: number;
  /** The body; `width` is the room in whole pixels. */
  readonly draw: (state: State, run: Run, width: number) => readonly Node[];
  /** What is drawn, in numbers. */
  readonly tables: (state: State, run: Run) => readonly Table[];
}

/** Between figures that stand side by side, in pixels. */
const GAP = 16;

/** Width of each of up to two figures side by side, where there is room for that. */
export function side(width: number, figures: number): number {
  return width >= 560 && figures > 1 ? Math.floor((width - GAP) / 2) : width;
}

/** Pixels of the small type that figures in cards are lettered with. */
export const smallType = (): number => 0.8 * parseFloat(getComputedStyle(document.documentElement).fontSize);

export function card({ kind, title, lead, depends, draw, tables, pace = 0 }: Card): Panel<State> {
  const body = el("div", { class: "body" });
  const about = el("p", {}, `${lead} `, howToRead(kind, title));
  const open = el("button", { type: "button", "aria-expanded": "true", click: () => fold(!closed) }, "Close");
  const enlarge = el("button", { type: "button", "aria-pressed": "false", click: () => toggle() }, "Enlarge");
  const numbers = () => (latest?.run && depends(latest, latest.run) ? tables(latest, latest.run) : []);
  const save = saveMenu(title, () => latest?.run && { title, caption: lead, tables: numbers(), source: sourceOfRun(latest.run) }, [body]);
  const data = dataTables(title, numbers);
  const header = el("header", {}, el("h2", {}, title), save.element, open, enlarge);
  const element = el("section", { class: `panel card ${kind}`, "aria-label": title, hidden: true }, header, about, body, data.element);
  const toggle = () => {
    const large = element.classList.toggle("large");
    enlarge.ariaPressed = String(large);
    say(enlarge, large ? "Make smaller" : "Enlarge");
    element.scrollIntoView({ block: "nearest" });
  };
  let closed = false;
  // A closed card is its title, in the room of a small one, and draws nothing.
  const fold = (close: boolean) => {
    closed = close;
    if (closed && element.classList.contains("large")) toggle();
    for (const part of [about, body, enlarge]) part.hidden = closed;
    offer();
    open.ariaExpanded = String(!closed);
    say(open, closed ? "Open" : "Close");
    if (latest) update(latest);
  };
  // What is drawn may be words alone, which say why there is nothing; or a table, whose numbers are there already.
  const offer = () => {
    save.element.hidden = closed || !body.querySelector("svg, table");
    data.element.hidden = closed || !body.querySelector("svg");
  };
  let latest: State | null = null;
  let shown: readonly unknown[] = [];
  let drawnAt = -Infinity;
  let later = 0;
  const update = (state: State) => {
    latest = state;
    const { run } = state;
    const parts = run && depends(state, run);
    element.hidden = !parts;
    if (!run || !parts || closed) return;
    const { width } = room();
    const now = [...parts, width];
    if (width === 0 || (now.length === shown.length && now.every((part, i) => part === shown[i]))) return;
    const wait = drawnAt + pace - performance.now();
    if (wait > 0) {
      later ||= window.setTimeout(() => {
        later = 0;
        if (latest) update(latest);
      }, wait);
      return;
    }
    drawnAt = performance.now();
    shown = now;
    body.replaceChildren(...draw(state, run, width));
    offer();
    data.update();
  };
  const room = roomOf(body, () => latest && update(latest));
  return { element, update };
}
