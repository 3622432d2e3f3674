// The data set in use: whose it is, and under which licence.

import { el, say, type Panel } from "../dom.js";
import { isOwn } from "../own.js";
import { dataSet, type State } from "../state.js";

export function dataPanel(): Panel<State> {
  const element = el("footer", { class: "fine" });
  return {
    element,
    update(state) {
      const set = dataSet(state, state.spec.data.name);
      if (isOwn(state.spec.data.name)) say(element, `${set?.title ?? "Images: yours"}. They stay in this browser.`);
      else say(element, set && "licence" in set ? `Images: ${set.attribution}. Licence: ${set.licence}. From: ${set.source}.` : "");
    },
  };
}
