// The largest Lyapunov exponent of each gain, before and after.

import { smallType } from "../../card.js";
import { el, type Panel } from "../../dom.js";
import { overSeeds, paceOf, studyCard } from "../about.js";
import { spectrumOf, spreadWords, STAGES, type Stage } from "../curves.js";
import { panelsOf, titleOf } from "../names.js";
import { boundsOf, exponents, type Exponent } from "../plots/exponents.js";
import type { ConnectState } from "../state.js";
import type { Study } from "../study.js";
import { exponentsTable } from "../tables.js";
import { layout, panel } from "./multiples.js";

export function exponentsPanel(): Panel<ConnectState> {
  return studyCard({
    kind: "exponents",
    title: "Largest Lyapunov exponent",
    lead: "How fast two nearly equal states of the network part (above 0) or meet (below 0), in 1/step: what is remembered fades below the line, and is drowned above it. ○ at birth, ◇ after flossing, ● after training, ■ after sleep; bars ± one standard deviation.",
    depends: (_, { records, lines, status }) => (records.size > 0 && lines.length > 0 ? [lines, status.kind] : null),
    pace: paceOf,
    draw: (_, study, width) => {
      const fontSize = smallType();
      const arms = panelsOf(study.spec);
      const all = arms.map((arm) => exponentsOf(study, arm));
      const bounds = boundsOf(all.flat());
      const { each } = layout(width, arms.length, fontSize);
      const figures = arms.map((arm, i) => panel(titleOf(arm), described(titleOf(arm), all[i]!), exponents(all[i]!, study.spec.gains, bounds, { width: each, height: 20 * fontSize, fontSize })));
      return [el("div", { class: "multiples" }, ...figures), el("p", { class: "caption" }, overSeeds(study))];
    },
    tables: (_, study) => [exponentsTable(study, true)],
  });
}

function exponentsOf(study: Study, arm: ReturnType<typeof panelsOf>[number]): Exponent[] {
  const lines = study.lines.filter(({ rule, flossed }) => rule === arm.rule && flossed === arm.flossed);
  return lines.flatMap((line) =>
    (Object.keys(STAGES) as Stage[]).flatMap((stage) => {
      const [largest] = spectrumOf(study, line, stage);
      return largest ? [{ ...largest, gain: line.gain, stage }] : [];
    }),
  );
}

function described(title: string, all: readonly Exponent[]): string {
  const each = all.map((one) => `gain ${one.gain} ${STAGES[one.stage]} ${spreadWords(one)}`);
  return `Largest Lyapunov exponent in 1/step, ${title}: ${each.length === 0 ? "nothing measured yet" : each.join(", ")}.`;
}
