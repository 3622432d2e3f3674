// What a study came to, a row a gain, rule and treatment.

import { el, type Child, type Panel } from "../../dom.js";
import type { Spread, StudyAnswer, StudyClaim, StudyLine } from "../../generated/engram.js";
import { color } from "../../plots/curves.js";
import { spread } from "../../words.js";
import { overSeeds, paceOf, soFar, studyCard } from "../about.js";
import { spreadWords, spectrumOf } from "../curves.js";
import { RULES } from "../names.js";
import type { ConnectState } from "../state.js";
import { isAsleep, type Study } from "../study.js";
import { claimsTable, outcomeTable } from "../tables.js";

export function outcomePanel(): Panel<ConnectState> {
  return studyCard({
    kind: "outcome",
    title: "What came of it",
    lead: "Loss and accuracy on 512 test trials that no network was trained on, mean ± s.d. over seeds; λ is the largest Lyapunov exponent in 1/step, when training begins → when it is over → after sleep, where networks sleep.",
    depends: (_, { lines, claims, status }) => (lines.length > 0 ? [lines, claims, status.kind] : null),
    pace: paceOf,
    draw: (_, study) => [el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Table of what came of it" }, table(study)), el("p", { class: "caption" }, `${overSeeds(study)}${soFar(study)}`), ...answers(study)],
    tables: (_, study) => [outcomeTable(study), ...(study.claims.length > 0 ? [claimsTable(study)] : [])],
  });
}

const ANSWERS: Readonly<Record<StudyAnswer, string>> = { holds: "holds", fails: "fails", undecided: "undecided" };

/** What of the paper this study answers by itself, seed against seed. */
function answers({ claims }: Study): HTMLElement[] {
  if (claims.length === 0) return [];
  const heading = el("h3", {}, "What of the paper it bears out");
  const list = el("ul", { class: "claims" }, ...claims.map((claim) => el("li", { class: claim.answer }, el("strong", {}, ANSWERS[claim.answer]), ` ${claim.text}: `, whole(differenceWords(claim)), claim.note ? ` (${claim.note})` : "")));
  const how = el("p", { class: "caption" }, "A claim holds where the 95 % interval of what speaks for it, seed by seed, lies above zero. How well a network learns is its mean loss from iteration 200 on. ", el("a", { href: "docs/connect-lab.html#found" }, "What Engram found with all figures of the paper"), ".");
  return [heading, list, how];
}

/** `0.0057 (0.0028 to 0.0086) loss` */
function differenceWords({ difference: { mean, interval, n }, unit }: StudyClaim): string {
  const digits = unit === "rank correlation" ? 2 : 4;
  const text = (value: number) => value.toFixed(digits).replace("-", "−");
  return `${text(mean)} (${text(interval[0])} to ${text(interval[1])}) ${unit}, n\u00a0=\u00a0${n}`;
}

function table(study: Study): HTMLTableElement {
  const isBoth = study.spec.flossing.when !== "never";
  const sleeps = isAsleep(study.spec);
  const after = sleeps ? ["After sleep: loss", "Accuracy"] : [];
  const heads = ["Gain", "Rule", ...(isBoth ? ["Flossed"] : []), "Rate", "Test loss", "Test accuracy", ...after, `λ before → after${sleeps ? " → after sleep" : ""}, 1/step`, "n"];
  const rows = study.lines.map((line) => row(study, line, isBoth));
  return el("table", {}, el("thead", {}, el("tr", {}, ...heads.map((head) => el("th", { scope: "col" }, head)))), el("tbody", {}, ...rows));
}

const whole = (text: string) => el("span", { class: "spread" }, text);

function accuracyWords(accuracy: Spread | null | undefined): string {
  if (!accuracy) return "–";
  const { mean, sd } = accuracy;
  return typeof sd === "number" ? spread(mean, sd) : `${(100 * mean).toFixed(1)}\u202f%`;
}

function row(study: Study, line: StudyLine, isBoth: boolean): HTMLTableRowElement {
  const { gain, rule, flossed, rate, test_loss, test_accuracy, before, after, slept, split, diverged, loss } = line;
  const words = (value: Parameters<typeof spreadWords>[0] | null | undefined) => (value ? spreadWords(value) : "–");
  const stages = [...(flossed ? [spectrumOf(study, line, "untrained")[0]] : []), before, after, ...(isAsleep(study.spec) ? [slept?.exponent] : [])];
  const asleep = isAsleep(study.spec) ? [[whole(words(slept?.test_loss))], [whole(accuracyWords(slept?.test_accuracy))]] : [];
  const began = stages.flatMap((stage, i): Child[] => (i === 0 ? [whole(words(stage))] : [" → ", whole(words(stage))]));
  const n = test_loss?.n ?? loss.at(-1)?.n ?? 0;
  const cells: Child[][] = [[RULES[rule].title], ...(isBoth ? [[flossed ? "yes" : "no"]] : []), [String(rate)], [whole(words(test_loss))], [whole(accuracyWords(test_accuracy)), ...(split ? [`; ${split.solved} of ${split.of} solved it`] : [])], ...asleep, began, [`${n}${diverged > 0 ? `, ${diverged} diverged` : ""}`]];
  return el("tr", {}, el("th", { scope: "row" }, el("span", { class: "chip", style: `background:${color(study.spec.gains.indexOf(gain))}` }), String(gain)), ...cells.map((cell) => el("td", {}, ...cell)));
}
