// What is taken for what: the confusion of the classes after a phase; for a sleep, before it too.

import { card, side, smallType } from "../card.js";
import { el, type Panel } from "../dom.js";
import { confusion } from "../plots/confusion.js";
import { asImage } from "../plots/figure.js";
import { isSleep, shownPhase, type Phase, type Run } from "../run.js";
import { dataSet, type State } from "../state.js";
import { scenarioOf } from "../tasks.js";
import { confusionTable } from "../tables/confusion.js";
import { count, percent } from "../words.js";

export function confusionPanel(): Panel<State> {
  return card({
    kind: "confusion",
    title: "Confusion",
    lead: "Test images of each class (rows) in % by the network's answer (columns); right answers lie on the diagonal.",
    depends: ({ scrub }, run) => (run.phases.length > 0 ? [shownPhase(run, scrub)] : null),
    draw: (state, run, width) => {
      const phases = phasesOf(state, run);
      const names = dataSet(state, run.spec.data.name)?.classes ?? [];
      const room = Math.min(560, side(width, 2));
      return [el("div", { class: "pair" }, ...phases.map((phase) => figure(phase, phase !== phases.at(-1), names, room, scenarioOf(run.spec))))];
    },
    tables: (state, run) => [confusionTable(phasesOf(state, run), dataSet(state, run.spec.data.name)?.classes ?? [])],
  });
}

/** The phase that is shown; of a sleep, the one before it too. */
function phasesOf({ scrub }: State, run: Run): Phase[] {
  const after = shownPhase(run, scrub)!;
  return run.phases.slice(isSleep(after.name) ? Math.max(0, after.phase - 1) : after.phase, after.phase + 1);
}

function figure(phase: Phase, isBefore: boolean, names: readonly string[], width: number, scenario: string): HTMLElement {
  const { confusion: counts, name } = phase;
  const classes = counts.flatMap((row, c) => (row.some((n) => n > 0) ? [c] : []));
  const title = isSleep(name) ? `after ${name} (sleep)` : isBefore ? `after ${name}, before sleep` : `after ${name}`;
  const images = counts.flat().reduce((sum, n) => sum + n, 0);
  return el(
    "figure",
    {},
    el("figcaption", {}, `${title}: ${percent(phase.mean)} of ${count(images)} right`),
    asImage(confusion({ counts, classes, names, scenario }, width, smallType()), described(phase, `${title}, ${scenario}`, names)),
  );
}

/** The figure in words: how much is right, and the commonest mistake. */
function described({ confusion: counts, mean }: Phase, title: string, names: readonly string[]): string {
  let worst = { row: 0, column: 0, n: 0 };
  counts.forEach((row, r) => row.forEach((n, c) => r !== c && n > worst.n && (worst = { row: r, column: c, n })));
  const name = (c: number) => names[c] ?? String(c);
  const mistake = worst.n === 0 ? "no mistakes" : `the commonest mistake is to take ${name(worst.row)} for ${name(worst.column)}, ${count(worst.n)} times`;
  return `Confusion ${title}: ${percent(mean)} right; ${mistake}.`;
}
