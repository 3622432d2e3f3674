// The menu of a card that saves what it shows: its figure as SVG and PNG, its data as CSV and JSON.

import { el } from "../dom.js";
import { download } from "../download.js";
import { fileName, json, specText, type Exhibit } from "../exhibit.js";
import { csv, type Table } from "../table.js";
import { words } from "../words.js";
import { png } from "./png.js";
import { standalone } from "./standalone.js";

export interface SaveMenu {
  readonly element: HTMLDetailsElement;
  close(): void;
}

/** `exhibit` is asked for when something is saved, so that what is saved is what is shown. */
export function saveMenu(title: string, exhibit: () => Exhibit | null | undefined, figures: readonly HTMLElement[] = []): SaveMenu {
  const summary = el("summary", { "aria-label": `Save ${title}` }, "Save");
  const list = el("div", { class: "formats", role: "group", "aria-label": `Save ${title} as` });
  const wrong = el("p", { class: "wrong", role: "alert" });
  const element = el("details", { class: "save", toggle: () => turned() }, summary, el("div", { class: "drop-down" }, list, wrong));
  const close = () => (element.open = false);
  // Whoever goes elsewhere is done with it. Heard only while it is open: a menu whose panel is gone is kept by nothing.
  const elsewhere = ({ target }: PointerEvent): void => void (target instanceof Node && !element.contains(target) && close());
  /** A closed menu holds nothing: what is offered next is not put in place of a button that has the focus already. */
  const turned = () => {
    const shown = element.open ? exhibit() : null;
    wrong.textContent = "";
    list.replaceChildren(...(shown ? kinds(shown, figures).map(button) : []));
    (element.open ? addEventListener : removeEventListener)("pointerdown", elsewhere);
  };
  const button = ({ label, save }: Kind) => el("button", { type: "button", click: () => void attempt(save) }, label);
  const attempt = async (save: Kind["save"]) => {
    try {
      const shown = exhibit();
      if (shown) await save(shown);
      close();
      summary.focus();
    } catch (error) {
      wrong.textContent = `Not saved. ${words(error)}`;
    }
  };
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !element.open) return;
    event.stopPropagation();
    close();
    summary.focus();
  });
  element.addEventListener("focusout", ({ relatedTarget }) => relatedTarget instanceof Node && !element.contains(relatedTarget) && close());
  return { element, close };
}

interface Kind {
  readonly label: string;
  readonly save: (exhibit: Exhibit) => void | Promise<void>;
}

function kinds({ tables }: Exhibit, figures: readonly HTMLElement[]): Kind[] {
  const pictures: Kind[] = figures.length > 0 ? [
    { label: "Figure as SVG", save: (shown) => download(fileName(shown.title, shown.source, "svg"), standalone(shown, figures).text, "image/svg+xml") },
    { label: "Figure as PNG", save: async (shown) => download(fileName(shown.title, shown.source, "png"), await png(standalone(shown, figures), specText(shown.source)), "image/png") },
  ] : [];
  return [...pictures, ...tables.map(({ name, title }) => asCsv(name, tables.length > 1 ? title : "Data")), { label: "All data as JSON", save: saveJson }];
}

function asCsv(name: string, what: string): Kind {
  const save = ({ tables, source }: Exhibit): void => {
    const table = tables.find((one: Table) => one.name === name);
    if (!table) throw new Error("There is no such table any more.");
    download(fileName(name, source, "csv"), csv(table), "text/csv");
  };
  return { label: `${what} as CSV`, save };
}

const saveJson = (shown: Exhibit): void => download(fileName(shown.title, shown.source, "json"), json(shown), "application/json");
