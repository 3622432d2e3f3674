// The data set of the run that is shown, and of the next: whose it is, and under which licence.

import { el, say, type Panel } from "../dom.js";
import { isOwn } from "../own.js";
import { dataSet, type State } from "../state.js";

export function dataPanel(): Panel<State> {
  const element = el("footer", { class: "fine" });
  return {
    element,
    update(state) {
      const names = new Set([state.run?.spec ?? state.spec, state.spec].map((spec) => spec.data.name));
      say(element, [...names].map((name) => credit(state, name)).join(" "));
    },
  };
}

function credit(state: State, name: string): string {
  const set = dataSet(state, name);
  if (isOwn(name)) return `${set?.title ?? "Images: yours"}. They stay in this browser.`;
  return set && "licence" in set ? `Images: ${set.attribution}. Licence: ${set.licence}. From: ${set.source}.` : "";
}
