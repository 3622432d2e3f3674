// Energy and states settling in the free phase, where the Spec asks for them.

import { card, side, smallType } from "../card.js";
import { el, enable, type Panel } from "../dom.js";
import type { Spec } from "../generated/engram.js";
import { change } from "../link.js";
import { kindOf } from "../models.js";
import { asImage } from "../plots/figure.js";
import { settling } from "../plots/settling.js";
import { isActive, shownPhase } from "../run.js";
import type { State, Store } from "../state.js";
import { settlingTable } from "../tables/settling.js";

export function settlingPanel(store: Store): Panel<State> {
  return card({
    kind: "settling",
    title: "Settling",
    lead: "The mean energy of 32 test images, and the largest movement of any of their states, in each step of the free phase.",
    // Only an MRNN settles.
    depends: ({ scrub, spec }, run) => (run.phases.length > 0 && kindOf(run.spec) === "mrnn" ? [shownPhase(run, scrub), spec.evaluation.energy, kindOf(spec), isActive(run)] : null),
    draw: ({ scrub, spec }, run, width) => {
      const { energy, movement, name } = shownPhase(run, scrub)!;
      if (energy.length === 0) return [unrecorded(store, spec, isActive(run))];
      const room = side(width, 2);
      const figures = [
        { values: energy, scale: "linear", title: `energy after ${name}` },
        { values: movement.map((m) => Math.max(m, 1e-12)), scale: "log", title: `movement after ${name}, activity a step` },
      ] as const;
      const drawn = figures.map(({ values, scale, title }) =>
        el("figure", {}, el("figcaption", {}, title), asImage(settling(values, scale, room, smallType()), `${title}: from ${values[0]!.toPrecision(2)} to ${values.at(-1)!.toPrecision(2)} over ${values.length} steps.`)),
      );
      return [el("div", { class: "pair" }, ...drawn)];
    },
    tables: ({ scrub }, run) => [settlingTable(shownPhase(run, scrub)!)],
  });
}

function unrecorded(store: Store, spec: Spec, active: boolean): HTMLElement {
  if (kindOf(spec) !== "mrnn") return el("p", {}, "Not recorded in this run. The network that the controls describe does not settle.");
  if (spec.evaluation.energy) return el("p", {}, "Not recorded in this run. The next run will record it.");
  const record = el("button", { type: "button", click: () => active || change(store, "evaluation.energy", "true") }, "Record it in the next run");
  enable(record, !active);
  return el("p", {}, "Not recorded in this run. ", record);
}
