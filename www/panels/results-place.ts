// Where an opened file of results is shown, until it is closed.

import { el, type Panel } from "../dom.js";
import { loaded, type Results } from "../results-file.js";
import type { State, Store } from "../state.js";

export function resultsPlace(store: Store): Panel<State> {
  const element = el("div", { hidden: true });
  let shown: Results | null = null;
  const show = async (results: Results): Promise<void> => {
    const { resultsPanel } = await loaded(); // which is there: it has read the file
    if (shown !== results) return;
    const panel = resultsPanel(results, () => store.set({ results: null }));
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
      element.replaceChildren();
      element.hidden = true;
    },
  };
}
