// Sharing and keeping a study: its link, its file, and all its results as JSON.

import { el, enable, isEnabled, say, type Panel } from "../../dom.js";
import { download } from "../../download.js";
import { fileName } from "../../exhibit.js";
import { megabytes, words } from "../../words.js";
import { resultOf } from "../result.js";
import { linkOf } from "../link.js";
import type { ConnectRunner } from "../runner.js";
import { sourceOfStudy } from "../source.js";
import type { ConnectState, ConnectStore } from "../state.js";

export function keepPanel(store: ConnectStore, runner: ConnectRunner, open: (file: File) => Promise<void>): Panel<ConnectState> {
  const said = el("p", { class: "fine", role: "status" });
  const byHand = el("textarea", { id: "by-hand", readonly: true, rows: 3, hidden: true });
  const handLabel = el("label", { for: "by-hand", hidden: true }, "To be copied by hand");
  const link = el("button", { type: "button", click: () => void copy() }, "Copy link");
  const save = el("button", { type: "button", click: () => isEnabled(save) && void write() }, "Save study");
  const results = el("button", { type: "button", click: () => isEnabled(results) && writeResults() }, "Save results as JSON");
  const file = el("input", { type: "file", id: "open-study", class: "aside", accept: ".engram", tabindex: -1, change: () => void chosen() });
  const opening = el("button", { type: "button", click: () => file.click() }, "Open a study …");

  async function copy(): Promise<void> {
    const address = linkOf(store.state);
    try {
      await navigator.clipboard.writeText(address);
      say(said, "The link to this study was copied.");
    } catch {
      // A frame may not be allowed to, or the page is not a secure one.
      byHand.value = address;
      [byHand.hidden, handLabel.hidden] = [false, false];
      say(said, "The link cannot be copied from here: it is selected, to be copied by hand.");
      byHand.focus();
      byHand.select();
    }
  }
  async function write(): Promise<void> {
    const { study } = store.state;
    if (!study) return;
    try {
      const bytes = await runner.save();
      const name = fileName("study", sourceOfStudy(study), "engram");
      download(name, bytes, "application/octet-stream");
      say(said, `${name}, ${megabytes(bytes.length)}, was handed to the browser.`);
    } catch (error) {
      say(said, `It could not be saved: ${words(error)}`);
    }
  }
  function writeResults(): void {
    const { study } = store.state;
    if (study) download(fileName("results", sourceOfStudy(study), "json"), resultOf(study), "application/json");
  }
  async function chosen(): Promise<void> {
    const [found] = file.files ?? [];
    file.value = "";
    if (found) await open(found);
  }

  const about = el("label", { class: "aside", for: file.id }, "A saved study");
  const whatFor = el("p", { class: "meaning" }, "A saved study is one file: opened or dropped here, it goes on where it was, or shows what it gave. Every figure can be saved by itself, with its numbers.");
  return {
    element: el("section", { class: "keep", "aria-label": "Share and keep" }, el("h2", {}, "Share and keep"), el("div", { class: "buttons" }, link, save, results, opening, about, file), whatFor, said, handLabel, byHand),
    update({ study }) {
      enable(save, study !== null && runner.canSave);
      enable(results, (study?.lines.length ?? 0) > 0);
    },
  };
}
