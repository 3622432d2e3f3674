// The first Lyapunov exponents of each gain, before and after training.

import { smallType } from "../../card.js";
import { el, type Panel } from "../../dom.js";
import { color } from "../../plots/curves.js";
import { overSeeds, paceOf, studyCard } from "../about.js";
import { spectrumOf, spreadWords } from "../curves.js";
import { panelsOf, titleOf } from "../names.js";
import { boundsOf } from "../plots/exponents.js";
import { spectrum, type Spectrum } from "../plots/spectrum.js";
import type { ConnectState } from "../state.js";
import type { Study } from "../study.js";
import { exponentsTable } from "../tables.js";
import { layout, panel } from "./multiples.js";

export function spectrumPanel(): Panel<ConnectState> {
  return studyCard({
    kind: "spectrum",
    title: "Lyapunov spectrum",
    lead: "The first exponents, in 1/step: each is a direction in which states part or meet. Dashed, hollow: when training begins; thick, full: when it is over; bars ± one standard deviation.",
    depends: (_, { lines, status, spec }) => (lines.length > 0 && spec.exponents.count > 1 ? [lines, status.kind] : null),
    pace: paceOf,
    draw: (_, study, width) => {
      const fontSize = smallType();
      const { gains, exponents } = study.spec;
      const arms = panelsOf(study.spec);
      const all = arms.map((arm) => spectraOf(study, arm));
      const bounds = boundsOf(all.flat().flatMap((one) => one.exponents));
      const { each } = layout(width, arms.length, fontSize);
      const figures = arms.map((arm, i) => panel(titleOf(arm), described(titleOf(arm), gains, all[i]!), spectrum(all[i]!, exponents.count, bounds, { width: each, height: 20 * fontSize, fontSize })));
      return [legend(gains), el("div", { class: "multiples" }, ...figures), el("p", { class: "caption" }, overSeeds(study))];
    },
    tables: (_, study) => [exponentsTable(study, false)],
  });
}

/** Which colour a gain has, where lines are too close to be named. */
export const legend = (gains: readonly number[]): HTMLElement => el("p", { class: "legend" }, ...gains.map((gain, i) => el("span", {}, el("span", { class: "chip", style: `background:${color(i)}` }), `gain ${gain}`)));

function spectraOf(study: Study, arm: ReturnType<typeof panelsOf>[number]): Spectrum[] {
  const lines = study.lines.filter(({ rule, flossed }) => rule === arm.rule && flossed === arm.flossed);
  return lines.flatMap((line) => {
    const place = study.spec.gains.indexOf(line.gain);
    return [
      { place, isTrained: false, exponents: spectrumOf(study, line, arm.flossed ? "flossed" : "untrained") },
      { place, isTrained: true, exponents: spectrumOf(study, line, "trained") },
    ].filter(({ exponents }) => exponents.length > 0);
  });
}

function described(title: string, gains: readonly number[], all: readonly Spectrum[]): string {
  const each = all.map(({ place, isTrained, exponents }) => `gain ${gains[place]} ${isTrained ? "after" : "before"} training from ${spreadWords(exponents[0]!)} down to ${spreadWords(exponents.at(-1)!)}`);
  return `Lyapunov spectrum in 1/step, ${title}: ${each.length === 0 ? "nothing measured yet" : each.join("; ")}.`;
}
