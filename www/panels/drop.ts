// Where files are dropped: anywhere on the page, which says so while they hover over it.

import { el } from "../dom.js";
import { take as takeImages } from "../own.js";
import { isResultsFile, openResults } from "../results-file.js";
import { isRunFile, openRun } from "../run-file.js";
import type { Runner } from "../runner.js";
import type { Store } from "../state.js";

/** `shown`: the lab that takes what is dropped. */
export function dropPanel(shown: () => { readonly store: Store; readonly runner: Runner }): HTMLElement {
  const element = el("div", { class: "drop", hidden: true }, el("p", {}, "Drop a saved run here, a file of engram reproduce, or your images: IDX files of images and of labels. They stay in this browser."));
  const take = async (files: readonly File[]) => {
    const { store, runner } = shown();
    if (await isRunFile(files)) await openRun(store, runner, files[0]!);
    else if (await isResultsFile(files)) await openResults(store, files[0]!);
    else await takeImages(store, files);
  };
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
