// The numbers of a comparison: each arm's accuracy and forgetting, and its paired difference to one of them.

import { lookOf } from "../arms.js";
import { differenceOf, done, known, referenceArm, summaryOf, type Arm, type Comparison } from "../compare.js";
import { el, say, type Panel } from "../dom.js";
import { armColor } from "../plots/compare.js";
import type { State, Store } from "../state.js";
import type { Difference, Summary } from "../statistics.js";
import { count, duration, percent, spread } from "../words.js";

export function comparedTable(store: Store): Panel<State> {
  const choose = () => store.set({ compare: { ...store.state.compare, reference: select.value } });
  const select = el("select", { id: "compare-reference", change: choose });
  const field = el("div", { class: "field" }, el("label", { for: select.id }, "Differences to"), select);
  const scroll = el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Table of the comparison" });
  const note = el("p", { class: "caption" });
  let arms: readonly Arm[] = [];
  let bars: Bar[] = [];
  let shown: unknown[] = [];
  return {
    element: el("div", { class: "comparison" }, field, scroll, note),
    update({ compare }) {
      const comparison = compare.latest!;
      if (comparison.arms !== arms) {
        arms = comparison.arms;
        bars = arms.map(bar);
        say(note, `${MEANING} ${rates(arms)}`);
        select.replaceChildren(...arms.map(({ id, label }) => el("option", { value: id }, label)));
      }
      const reference = referenceArm(comparison, compare.reference);
      select.value = arms[reference]!.id;
      bars.forEach((bar, i) => bar.update(comparison, i));
      const now = [arms, reference, known(comparison)];
      if (now.every((part, i) => part === shown[i])) return;
      shown = now;
      scroll.replaceChildren(table(comparison, reference, bars));
    },
  };
}

const MEANING =
  "Means over seeds ± s.d. (with n − 1). " +
  "Forgetting: what is lost from just after a task is learnt to the end (first − last), the mean over all tasks but the last. " +
  "Differences of final accuracy are taken seed by seed, over the seeds that both arms finished; in brackets the 95 % confidence interval of their mean (Student's t).";

/** The upper bound may learn at other rates than the rest. */
function rates(arms: readonly Arm[]): string {
  const [lower, upper] = [arms[0]!, arms.at(-1)!];
  const written = ({ spec }: Arm) => spec.rule.rates.join(", ");
  if (written(lower) === written(upper)) return "";
  return `Learning all tasks at once works with other learning rates, those of its preset: ${written(upper)} instead of ${written(lower)}.`;
}

interface Bar {
  readonly element: HTMLElement;
  update(comparison: Comparison, arm: number): void;
}

function bar({ label }: Arm): Bar {
  const bar = el("progress", { max: 1, value: 0, "aria-label": `Part of the runs of ${label} that is done` });
  const text = el("span");
  return {
    element: el("td", { class: "done" }, text, bar),
    update({ runs }, arm) {
      const { over, all, fraction } = done(runs[arm]!);
      bar.value = fraction;
      bar.hidden = over === all;
      say(text, `${count(over)} of ${count(all)}`);
    },
  };
}

function table(comparison: Comparison, reference: number, bars: readonly Bar[]): HTMLTableElement {
  const heads = ["Arm", "Runs done", "Final accuracy", "Forgetting, first − last", `Difference to ${comparison.arms[reference]!.label}`, "Computing, a run"];
  const rows = comparison.arms.map((arm, i) =>
    el(
      "tr",
      {},
      name(arm),
      bars[i]!.element,
      el("td", {}, accuracy(comparison, i)),
      el("td", {}, forgetting(comparison, i)),
      el("td", {}, i === reference ? "reference" : difference(differenceOf(comparison, i, reference))),
      el("td", {}, time(summaryOf(comparison, i, ({ seconds }) => seconds))),
    ),
  );
  return el("table", {}, el("thead", {}, el("tr", {}, ...heads.map((head) => el("th", { scope: "col" }, head)))), el("tbody", {}, ...rows));
}

function name(arm: Arm): HTMLTableCellElement {
  const { bound, label } = arm;
  const chip = el("span", { class: "chip", style: `background:${armColor({ bound, look: lookOf(arm) })}` });
  return el("th", { scope: "row" }, chip, label, bound ? el("span", { class: "bound" }, `${bound} bound`) : null);
}

function accuracy(comparison: Comparison, arm: number): string {
  const final = summaryOf(comparison, arm, ({ accuracy }) => accuracy);
  return final ? withSpread(final) : NOTHING;
}

const NOTHING = "–";

function forgetting(comparison: Comparison, arm: number): string {
  const { strategy, tasks } = comparison.arms[arm]!.spec;
  const lost = tasks.classes.length < 2 ? null : summaryOf(comparison, arm, ({ forgetting }) => forgetting);
  if (strategy.kind === "parallel") return "none: learnt at once";
  if (!lost) return NOTHING;
  const { mean, sd, n } = lost;
  return `${inPoints(mean)}${sd === null ? "" : `\u00a0±\u00a0${inPoints(sd)}`}\u00a0points${of(n)}`;
}

/** `+12.3 points [+8.1, +16.5] (n = 3)`. */
function difference(difference: Difference | null): string {
  if (!difference) return NOTHING;
  const { mean, interval, n } = difference;
  const within = interval ? `[${interval.map(signed).join(",\u00a0")}]` : "interval needs 2 seeds,";
  return `${signed(mean)}\u00a0points ${within}${of(n)}`;
}

/** `63.4 ± 2.4 % (n = 3)`. */
export const withSpread = ({ mean, sd, n }: Summary): string => `${sd === null ? percent(mean) : spread(mean, sd).replaceAll(" ", "\u00a0")}${of(n)}`;

const of = (n: number): string => ` (n\u00a0=\u00a0${n})`;

const inPoints = (fraction: number): string => (100 * fraction).toFixed(1).replace("-0.0", "0.0").replace("-", "−");

function signed(fraction: number): string {
  const text = inPoints(fraction);
  return text.startsWith("−") || text === "0.0" ? text : `+${text}`;
}

function time(of: Summary | null): string {
  return of ? duration(of.mean) : NOTHING;
}
