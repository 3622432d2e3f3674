// A card: a panel with a title that is drawn anew when what it shows changes, or its room; it can be closed and enlarged.

import { el, roomOf, say, type Panel } from "./dom.js";
import { howToRead } from "./manual.js";
import type { Run } from "./run.js";
import { dataTables } from "./save/data.js";
import type { Source } from "./exhibit.js";
import { saveMenu } from "./save/menu.js";
import { sourceOfRun } from "./source.js";
import type { State } from "./state.js";
import type { Table } from "./table.js";

/** A card of what is shown of a state `S`: its subject `R`, such as a run. */
export interface CardOf<S, R> {
  /** Its class, and its heading on the page that says how to read figures. */
  readonly kind: string;
  readonly title: string;
  /** What is shown, with its unit. */
  readonly lead: string;
  /** What the drawing depends on; `null` while there is nothing to show. */
  readonly depends: (state: S, subject: R) => readonly unknown[] | null;
  /** The least time between drawings, in milliseconds, while there is more to draw than can be followed. */
  readonly pace?: number | ((subject: R) => number);
  /** The body; `width` is the room in whole pixels. */
  readonly draw: (state: S, subject: R, width: number) => readonly Node[];
  /** What is drawn, in numbers. */
  readonly tables: (state: S, subject: R) => readonly Table[];
}

export type Card = CardOf<State, Run>;

/** What all cards of a lab share. */
export interface About<S, R> {
  /** What is shown; `null`: nothing is. */
  readonly subject: (state: S) => R | null;
  readonly source: (subject: R) => Source;
}

/** Between figures that stand side by side, in pixels. */
const GAP = 16;

/** Width of each of up to two figures side by side, where there is room for that. */
export function side(width: number, figures: number): number {
  return width >= 560 && figures > 1 ? Math.floor((width - GAP) / 2) : width;
}

/** Pixels of the small type that figures in cards are lettered with. */
export const smallType = (): number => 0.8 * parseFloat(getComputedStyle(document.documentElement).fontSize);

export const card = (what: Card): Panel<State> => cardOf(what, { subject: ({ run }) => run, source: sourceOfRun });

export function cardOf<S, R>({ kind, title, lead, depends, draw, tables, pace = 0 }: CardOf<S, R>, { subject, source }: About<S, R>): Panel<S> {
  const body = el("div", { class: "body" });
  const about = el("p", {}, `${lead} `, howToRead(kind, title));
  const open = el("button", { type: "button", "aria-expanded": "true", click: () => fold(!closed) }, "Close");
  const enlarge = el("button", { type: "button", "aria-pressed": "false", click: () => toggle() }, "Enlarge");
  const ofLatest = (): R | null => (latest ? subject(latest) : null);
  const numbers = () => {
    const shown = ofLatest();
    return latest && shown && depends(latest, shown) ? tables(latest, shown) : [];
  };
  const exhibit = () => {
    const shown = ofLatest();
    return shown && { title, caption: lead, tables: numbers(), source: source(shown) };
  };
  const save = saveMenu(title, exhibit, [body]);
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
  let latest: S | null = null;
  let shown: readonly unknown[] = [];
  let drawnAt = -Infinity;
  let later = 0;
  const update = (state: S) => {
    latest = state;
    const about = subject(state);
    const parts = about && depends(state, about);
    element.hidden = !parts;
    if (!about || !parts || closed) return;
    const { width } = room();
    const now = [...parts, width];
    if (width === 0 || (now.length === shown.length && now.every((part, i) => part === shown[i]))) return;
    const wait = drawnAt + (typeof pace === "number" ? pace : pace(about)) - performance.now();
    if (wait > 0) {
      later ||= window.setTimeout(() => {
        later = 0;
        if (latest) update(latest);
      }, wait);
      return;
    }
    drawnAt = performance.now();
    shown = now;
    body.replaceChildren(...draw(state, about, width));
    offer();
    data.update();
  };
  const room = roomOf(body, () => latest && update(latest));
  return { element, update };
}
