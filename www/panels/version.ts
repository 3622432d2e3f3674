// Says that a new version of the lab is here, and loads it when it is asked to.

import { el, say, type Panel } from "../dom.js";
import type { Offline } from "../offline.js";
import { isActive } from "../run.js";
import { isComparing, type State } from "../state.js";
import { words } from "../words.js";

export function versionPanel(opened: Promise<Offline>): Panel<State> {
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
    update({ run, compare }) {
      say(button, isActive(run) || isComparing(compare) ? "End the run and reload" : "Reload");
    },
  };
}
