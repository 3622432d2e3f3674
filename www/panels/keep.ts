// Sharing and keeping a run: its link, its file, its weights, its figure in another page, and the runs that this browser keeps.

import { download } from "../download.js";
import { el, enable, isEnabled, say, type Panel } from "../dom.js";
import { linkOf } from "../link.js";
import { isLive } from "../run.js";
import { isResultsFile, openOwnResults, openResults, OWN_RESULTS, type OwnResults } from "../results-file.js";
import { fileName, openRun } from "../run-file.js";
import type { Runner } from "../runner.js";
import type { State, Store } from "../state.js";
import { megabytes, words } from "../words.js";
import { embedPanel } from "./embed.js";
import { keptPanel } from "./kept.js";

export function keepPanel(store: Store, runner: Runner): Panel<State> {
  const said = el("p", { class: "fine", role: "status" });
  const link = el("button", { type: "button", click: () => void copy(linkOf(store.state), "The link to this run") }, "Copy link");
  const save = el("button", { type: "button", click: () => isEnabled(save) && void write("save", "engram") }, "Save run");
  const weights = el("button", { type: "button", click: () => isEnabled(weights) && void write("weights", "safetensors") }, "Save weights");
  const file = el("input", { type: "file", id: "open-run", class: "aside", accept: ".engram,.json", tabindex: -1, change: () => void choose() });
  const open = el("button", { type: "button", click: () => file.click() }, "Open a run or results …");
  const byHand = el("textarea", { id: "by-hand", readonly: true, rows: 3, hidden: true });
  const handLabel = el("label", { for: "by-hand", hidden: true }, "To be copied by hand");
  const embed = embedPanel(store, copy);
  const kept = keptPanel(store, runner);

  async function copy(text: string, what: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      say(said, `${what} was copied.`);
    } catch {
      // A frame may not be allowed to, or the page is not a secure one.
      byHand.value = text;
      [byHand.hidden, handLabel.hidden] = [false, false];
      say(said, `${what} cannot be copied from here: it is selected, to be copied by hand.`);
      byHand.focus();
      byHand.select();
    }
  }
  async function write(kind: "save" | "weights", ending: string): Promise<void> {
    const { run } = store.state;
    if (!isLive(run)) return;
    try {
      const bytes = await runner.ask<"save" | "weights">({ kind });
      const name = `${fileName(run)}.${ending}`;
      download(name, bytes as BlobPart, "application/octet-stream");
      say(said, `${name}, ${megabytes(bytes.length)}, was handed to the browser.`);
    } catch (error) {
      say(said, `It could not be saved: ${words(error)}`);
    }
  }
  async function choose(): Promise<void> {
    const [chosen] = file.files ?? [];
    file.value = "";
    if (!chosen) return;
    if (await isResultsFile([chosen])) await openResults(store, chosen);
    else await openRun(store, runner, chosen);
  }

  const whatFor = el("p", { class: "meaning", id: "keep-meaning" }, "A saved run is one file: opened here or by ", el("code", {}, "engram run FILE"), ", it goes on where it was, or shows what it gave. Weights are written as safetensors. Results are files of ", el("code", {}, "engram reproduce"), ": their tables and figures are drawn above.");
  const ours = (Object.keys(OWN_RESULTS) as OwnResults[]).map((name) => el("button", { type: "button", click: () => void openOwnResults(store, name) }, OWN_RESULTS[name]));
  const reproduced = el("div", { class: "buttons", role: "group", "aria-label": "The paper's tables, reproduced" }, el("span", { class: "fine" }, "The paper’s tables as Engram reproduced them:"), ...ours);
  const about = el("label", { class: "aside", for: "open-run" }, "A saved run, or results");
  return {
    element: el("section", { class: "keep", "aria-label": "Share and keep" }, el("h2", {}, "Share and keep"), el("div", { class: "buttons" }, link, save, weights, open, about, file), whatFor, reproduced, said, handLabel, byHand, embed.element, kept.element),
    update(state) {
      // A Worker has the run: it can be asked.
      enable(save, isLive(state.run) && state.run.plan !== null);
      enable(weights, isLive(state.run) && state.run.plan !== null);
      if (state.unkept) say(said, `This browser cannot keep the run (${state.unkept}); it goes on, and can be saved as a file.`);
      embed.update(state);
      kept.update(state);
    },
  };
}
