// What the chosen preset gave before, how to get it again, and in what the next run differs from it.

import { el, type Panel } from "../dom.js";
import type { Reported, Spec } from "../generated/engram.js";
import { parts } from "../link.js";
import type { State } from "../state.js";
import { percent, spread } from "../words.js";

export function reportedPanel(): Panel<State> {
  const element = el("aside", { class: "fine", "aria-label": "Earlier results" });
  let shown = "";
  return {
    element,
    update(state) {
      if (state.hash === shown) return;
      shown = state.hash;
      element.replaceChildren(report(state), ...changes(state));
    },
  };
}

function report({ presets, hash }: State): HTMLElement {
  const { reported, spec } = presets.find((preset) => preset.name === parts(hash).preset) ?? {};
  if (!reported || !spec) return el("p", {}, "No measured result is stored with this preset yet.");
  const { accuracy, sd, n, seeds, command, commit } = reported;
  return el(
    "p",
    {},
    "Measured before: final accuracy ",
    el("strong", {}, spread(accuracy, sd)),
    ` (mean ± s.d. of n\u00a0=\u00a0${n} runs, seeds ${seeds}, ${order(spec)}${paper(reported)}). `,
    el("code", {}, command),
    `, commit ${commit}.`,
  );
}

function order({ tasks }: Spec): string {
  return tasks.order === "shuffled" ? "each with its own order of tasks" : "all in one order of tasks";
}

function paper({ paper }: Reported): string {
  if (!paper) return "";
  return `; ${paper.source}: ${paper.sd == null ? percent(paper.accuracy) : spread(paper.accuracy, paper.sd)}`;
}

/** What differs from the preset, other than what the controls already show. */
function changes({ hash }: State): HTMLElement[] {
  const others = parts(hash).changes.filter(([path]) => !["seed", "tasks.order", "actions", "engine"].includes(path));
  if (others.length === 0) return [];
  return [el("p", {}, `Differs from the preset: ${others.map(([path, value]) => `${path} = ${value}`).join(", ")}.`)];
}
