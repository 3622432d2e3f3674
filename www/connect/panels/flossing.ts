// How flossing moves the exponents to zero, iteration by iteration, before training begins.

import { smallType } from "../../card.js";
import { el, type Panel } from "../../dom.js";
import { asImage } from "../../plots/figure.js";
import { paceOf, studyCard } from "../about.js";
import { RULES } from "../names.js";
import { flossing, type Flossed } from "../plots/flossing.js";
import type { ConnectState } from "../state.js";
import type { Study } from "../study.js";
import { flossingTable } from "../tables.js";

export function flossingPanel(): Panel<ConnectState> {
  return studyCard({
    kind: "flossing",
    title: "Gradient flossing",
    lead: "Before training, the recurrent weights are changed so that the first exponents move to zero. Thick: the largest exponent that each iteration began with; thin: the others; in 1/step, mean over the seeds that are there.",
    depends: (_, study) => (study.flossing.length > 0 ? [study.flossing, study.status.kind] : null),
    pace: paceOf,
    draw: (_, study, width) => {
      const all = flossedOf(study);
      const { iterations, exponents, gradient, rate } = study.spec.flossing;
      const each = all.map(({ gain, courses }) => `gain ${gain} from ${courses[0]![0]!.toFixed(3)} to ${courses[0]!.at(-1)!.toFixed(3)}`);
      const svg = asImage(flossing(all, iterations, width, smallType()), `Largest exponent during flossing, in 1/step: ${each.join(", ")}.`.replaceAll("-", "−"));
      return [svg, el("p", { class: "caption" }, `${exponents === 1 ? "The largest exponent" : `The first ${exponents} exponents`}, ${iterations} iterations, learning rate ${rate}, ${gradient} gradient. Each network of ${study.spec.rules.map((rule) => RULES[rule].title).join(", ")} begins with what it gave.`)];
    },
    tables: (_, study) => [flossingTable(study)],
  });
}

/** Means over the seeds of a gain, as far as all of those that have begun have come. */
export function flossedOf({ flossing, spec }: Pick<Study, "flossing" | "spec">): Flossed[] {
  return spec.gains.flatMap((gain, place) => {
    const its = flossing.filter((course) => course.gain === gain);
    if (its.length === 0) return [];
    const most = Math.max(...its.map(({ exponents }) => exponents.length));
    const count = its[0]!.exponents[0]?.length ?? 0;
    const courses = Array.from({ length: count }, (_, i) =>
      Array.from({ length: most }, (_, t) => {
        const there = its.flatMap(({ exponents }) => exponents[t]?.[i] ?? []);
        return there.reduce((sum, value) => sum + value, 0) / there.length;
      }),
    );
    return [{ gain, place, courses }];
  });
}
