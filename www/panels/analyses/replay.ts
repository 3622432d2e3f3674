// Which classes are replayed: what the hidden spikes of each slice of each sleep stand for, over runs.

import { smallType } from "../../card.js";
import { el } from "../../dom.js";
import { asImage } from "../../plots/figure.js";
import { replay } from "../../plots/replay.js";
import { classLabels, labelsInWords, type Study } from "../../study.js";
import { replayTable } from "../../tables/study.js";
import { count, percent } from "../../words.js";
import { asleep, type FigureOfStudy, type Shown } from "./figure.js";

export const replayFigure: FigureOfStudy = {
  analysis: "replay",
  title: "Which classes are replayed",
  lead: "Of the sleep steps in which a unit of the last hidden layer spiked, the part that stands for each class, along all sleeps: the class that those spikes drive most through the waking network's weights. The number at the right is the mean over the slices of the last sleep that have such steps. Below, the part of all steps that was silent.",
  wide: true,
  has: ({ asleep }) => !!asleep && asleep.replay.length > 0,
  draw(shown, width) {
    const { slices, labels, phases } = partsOf(shown);
    const svg = replay({ slices, labels, phases }, width, smallType());
    const steps = slices.filter(({ phase }) => phase === slices[0]!.phase).at(-1)!.step;
    return [el("p", { class: "caption" }, `${labelsInWords(shown.study)}A row is 100 % high; ${count(steps)} steps in the first sleep.`), asImage(svg, described(shown))];
  },
  tables(shown) {
    const { slices, labels, phases } = partsOf(shown);
    return [replayTable(slices, labels, phases)];
  },
};

function partsOf(shown: Shown) {
  const slices = asleep(shown).replay;
  return { slices, labels: rowLabels(shown.study, shown, slices), phases: shown.results.heat_map.phases };
}

/** Classes, and where there are some of no task, those together. */
function rowLabels(study: Study, { set }: Shown, slices: readonly { classes: readonly unknown[] }[]): string[] {
  const learnt = classLabels(study, set);
  const rows = Math.max(...slices.map(({ classes }) => classes.length));
  return rows > learnt.length ? [...learnt, "others"] : learnt;
}

function described(shown: Shown): string {
  const { slices, labels, phases } = partsOf(shown);
  const last = slices.filter(({ phase }) => phase === slices.at(-1)!.phase);
  const spoken = last.filter(({ classes }) => classes.length > 0);
  const mean = (i: number) => spoken.reduce((sum, { classes }) => sum + classes[i]!.mean, 0) / Math.max(1, spoken.length);
  return `Replay by class along all sleeps. In ${phases[last[0]!.phase]}: ${labels.map((label, i) => `${label} ${percent(mean(i), 0)}`).join(", ")} of the steps with spikes.`;
}
