// What is kept for offline use, and a button that keeps everything.

import { el, enable, isEnabled, say } from "../dom.js";
import { Offline, part } from "../offline.js";
import type { KeptFile } from "../offline-messages.js";
import { megabytes, words } from "../words.js";

/** `opened`: the service worker, once the lab itself is kept. */
export function offlinePanel(opened: Promise<Offline>): HTMLElement {
  const status = el("p", { role: "status" }, "The lab is being kept for offline use …");
  const button = el("button", { type: "button", hidden: true, click: () => void (isEnabled(button) && all()) });
  const bar = el("progress", { hidden: true, "aria-label": "Kept for offline use" });
  const element = el("section", { class: "panel offline", "aria-label": "Offline use", hidden: !Offline.isPossible() }, el("h2", {}, "Offline use"), status, el("div", { class: "buttons" }, button, bar));

  /** Keeps files, telling how far it is, and what came of it. */
  const keep = async (offline: Offline, files: readonly KeptFile[]) => {
    enable(button, false);
    bar.max = size(files.filter(({ kept }) => !kept));
    bar.value = 0;
    bar.hidden = bar.max === 0;
    try {
      await offline.keep(files, (bytes) => (bar.value += bytes));
      say(status, described(await offline.files()));
    } catch (error) {
      say(status, `Not all could be kept: ${words(error)}. ${described(await offline.files())}`);
    }
    bar.hidden = true;
    enable(button, true);
    const missing = size((await offline.files()).filter(({ kept }) => !kept));
    button.hidden = missing === 0;
    say(button, `Keep everything for offline use, ${megabytes(missing)} more`);
  };
  const all = async () => {
    const offline = await opened;
    await keep(offline, await offline.files());
  };
  const small = async () => {
    const offline = await opened;
    await keep(offline, await offline.unasked());
  };
  if (Offline.isPossible()) small().catch((error: unknown) => say(status, `The lab cannot be kept for offline use here: ${words(error)}.`));
  return element;
}

const size = (files: readonly KeptFile[]) => files.reduce((sum, { bytes }) => sum + bytes, 0);

function described(files: readonly KeptFile[]): string {
  const kept = files.filter(({ kept }) => kept);
  if (kept.length === files.length) return `Ready for offline use: the lab and all its images are kept in this browser, ${megabytes(size(kept))} of images.`;
  const isWhole = (which: string) => files.every((file) => part(file.path) !== which || file.kept);
  if (isWhole("quick")) return `Ready for offline use: the lab, and ${megabytes(size(kept))} of images, are kept in this browser. Presets with 1,000 images a class run without a network.`;
  return `The lab is kept for offline use, with ${megabytes(size(kept))} of images: not enough for every preset with 1,000 images a class.`;
}
