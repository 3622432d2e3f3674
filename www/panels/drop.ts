// Where files are dropped: anywhere on the page, which says so while they hover over it.

import { el, type Panel } from "../dom.js";
import { take } from "../own.js";
import type { State, Store } from "../state.js";

export function dropPanel(store: Store): Panel<State> {
  const element = el("div", { class: "drop", hidden: true }, el("p", {}, "Drop your images here: IDX files of images and of labels. They stay in this browser."));
  const files = (event: DragEvent) => (event.dataTransfer?.types.includes("Files") ? event.dataTransfer : null);
  addEventListener("dragover", (event) => {
    if (!files(event)) return;
    event.preventDefault(); // else the browser would open them
    element.hidden = false;
  });
  addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) element.hidden = true;
  });
  addEventListener("drop", (event) => {
    element.hidden = true;
    const dropped = files(event);
    if (!dropped) return;
    event.preventDefault();
    void take(store, [...dropped.files]);
  });
  return { element, update: () => {} };
}
