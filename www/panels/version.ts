// Says that a new version of the lab is here, and loads it when it is asked to.

import { el, say, type Panel } from "../dom.js";
import type { Offline } from "../offline.js";
import { words } from "../words.js";

/** Its state is whether something is at work that a reload would end. */
export function versionPanel(opened: Promise<Offline>): Panel<boolean> {
  const text = el("span");
  const button = el("button", { type: "button", hidden: true, click: () => void replace() }, "Reload");
  // There from the start, though empty: readers tell what changes in such a region, not that one appears.
  const element = el("p", { class: "version", role: "status" }, text, button);
  const appear = () => {
    say(text, "A new version of the lab is here.");
    button.hidden = false;
  };
  const replace = async () => {
    const offline = await opened;
    await offline.replace().catch((error: unknown) => say(text, `The new version is not used yet: ${words(error)}.`));
  };
  opened.then((offline) => offline.watch(appear)).catch(() => {}); // the panel of offline use says why
  return {
    element,
    update(isAtWork) {
      say(button, isAtWork ? "End the run and reload" : "Reload");
    },
  };
}
