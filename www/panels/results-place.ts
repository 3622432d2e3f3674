// Where an opened file of results is shown, until it is closed.

import { el, type Panel } from "../dom.js";
import { loaded, type Results } from "../results-file.js";
import type { State, Store } from "../state.js";

export function resultsPlace(store: Store): Panel<State> {
  const element = el("div", { hidden: true });
  let shown: Results | null = null;
  /** What had the focus, which goes back there. */
  let before: Element | null = null;
  const show = async (results: Results): Promise<void> => {
    const { resultsPanel } = await loaded(); // which is there: it has read the file
    if (shown !== results) return;
    const panel = resultsPanel(results, () => store.set({ results: null }));
    if (element.hidden) before = document.activeElement;
    element.replaceChildren(panel);
    element.hidden = false;
    panel.scrollIntoView({ block: "start" });
    panel.querySelector("h2")?.focus({ preventScroll: true });
  };
  return {
    element,
    update({ results }) {
      if (results === shown) return;
      shown = results;
      if (results) return void show(results);
      const hasFocus = element.contains(document.activeElement);
      element.replaceChildren();
      element.hidden = true;
      if (hasFocus && before instanceof HTMLElement && before.isConnected) before.focus();
    },
  };
}
