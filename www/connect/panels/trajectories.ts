// How the state of the network that is looked at moves through its trials.

import { smallType, cardOf } from "../../card.js";
import { el, type Panel } from "../../dom.js";
import type { Source } from "../../exhibit.js";
import { color } from "../../plots/curves.js";
import { asImage } from "../../plots/figure.js";
import { percent } from "../../words.js";
import { pastOf, RULES, TASKS } from "../names.js";
import { ways } from "../plots/ways.js";
import type { ConnectState, Moves } from "../state.js";
import { waysTable } from "../tables.js";

export function trajectoriesPanel(source: (moves: Moves) => Source): Panel<ConnectState> {
  return cardOf<ConnectState, Moves>(
    {
      kind: "trajectories",
      title: "Trajectories",
      lead: "The ways of 24 test trials through the plane in which the network's activity moves most (its two leading principal components). The small dot is where the decision begins, the ring where the trial ends. A network that can tell the answers keeps their ways apart.",
      depends: (_, moves) => [moves],
      draw: (_, moves, width) => {
        const { spec, look, trajectories } = moves;
        const names = TASKS[spec.task].outputs;
        const rights = [...new Set(trajectories.ways.map(({ right }) => right))].sort((a, b) => a - b);
        const [first, second] = trajectories.explained;
        const label = `Trajectories of ${trajectories.ways.length} test trials in the plane of the two leading principal components, which hold ${percent(first, 0)} and ${percent(second, 0)} of the variance; right answers: ${rights.map((right) => names[right]).join(", ")}.`;
        const legend = el("p", { class: "legend" }, ...rights.map((right, i) => el("span", {}, el("span", { class: "chip", style: `background:${color(i)}` }), `right: ${names[right]}${i === 0 ? "" : " (dashed)"}`)));
        const svg = asImage(ways(trajectories, Math.min(width, 46 * smallType()), smallType()), label);
        return [legend, svg, el("p", { class: "caption" }, `One network: gain ${look.gain}, ${RULES[look.rule].title}${look.flossed ? ", flossed" : ""}, seed ${look.seed}, ${pastOf(moves)}.`)];
      },
      tables: (_, moves) => [waysTable(moves)],
    },
    { subject: ({ trajectories }) => trajectories, source },
  );
}
