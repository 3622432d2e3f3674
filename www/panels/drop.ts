// Where files are dropped: anywhere on the page, which says so while they hover over it.

import { el } from "../dom.js";

/** `take` is given what was dropped. */
export function dropPanel(take: (files: readonly File[]) => Promise<void>): HTMLElement {
  const element = el("div", { class: "drop", hidden: true }, el("p", {}, "Drop a saved run here, or a saved study, a file of engram reproduce, or your images: IDX files of images and of labels. They stay in this browser."));
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
    void take([...dropped.files]);
  });
  return element;
}
