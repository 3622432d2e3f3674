// What takes many Workers, or the person's eye: one of these at a time.

import { isActive } from "./run.js";
import { isSearching } from "./search.js";
import { isComparing, isStudying, type State } from "./state.js";

export type Work = "run" | "comparison" | "search" | "analyses";

const AT_WORK: Record<Work, (state: State) => boolean> = {
  run: ({ run }) => isActive(run),
  comparison: ({ compare }) => isComparing(compare),
  search: ({ search }) => isSearching(search),
  analyses: ({ studies }) => isStudying(studies),
};

const SAID: Record<Work, string> = {
  run: "The run above goes on",
  comparison: "A comparison goes on",
  search: "The search for constants goes on",
  analyses: "Analyses go on",
};

/** What keeps `mine` from beginning, for people; `null`: nothing. A search takes hours, and bears a single run beside it. */
export function elsewhere(state: State, mine: Work): string | null {
  const works = Object.keys(AT_WORK) as Work[];
  const other = works.find((work) => work !== mine && !(mine === "search" && work === "run") && AT_WORK[work](state));
  return other ? SAID[other] : null;
}
