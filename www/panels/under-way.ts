// How far work in many runs is, and what went wrong with which: the same for a comparison and for analyses.

import { el, say } from "../dom.js";

export interface UnderWay {
  /** Part that is done, 0 to 1. */
  readonly fraction: number;
  /** How it stands, in words. */
  readonly words: string;
  /** Whether it goes on: then the words change too often to be spoken. */
  readonly goesOn: boolean;
  readonly troubles: readonly string[];
}

/** `bar` names the bar for those who listen. */
export function underWay(kind: string, bar: string): { readonly element: HTMLElement; show(now: UnderWay): void } {
  const progress = el("progress", { max: 1, value: 0, "aria-label": bar });
  const text = el("p");
  const list = el("ul");
  const wrong = el("div", { class: "notice", role: "alert", hidden: true }, list);
  const spoken = el("p", { class: "aside", role: "status" });
  let shown = "";
  return {
    element: el("div", { class: kind }, progress, text, spoken, wrong),
    show({ fraction, words, goesOn, troubles }) {
      progress.value = fraction;
      say(text, words);
      say(spoken, goesOn ? "" : words);
      wrong.hidden = troubles.length === 0;
      if (troubles.join() === shown) return;
      shown = troubles.join();
      list.replaceChildren(...troubles.map((words) => el("li", {}, words)));
    },
  };
}
