// What a comparison gives, while it goes on and at its end: figures, overlaid or small, and the table.

import { lookOf } from "../arms.js";
import { smallType } from "../card.js";
import { course, known, meanPhases, referenceArm, summaryOf, unshared, type Arm, type Compare, type Comparison } from "../compare.js";
import { el, roomOf, say, type Panel } from "../dom.js";
import { compare as comparePlot, type Course } from "../plots/compare.js";
import { curves, type Curves } from "../plots/curves.js";
import { asImage } from "../plots/figure.js";
import { dataTables } from "../save/data.js";
import { saveMenu } from "../save/menu.js";
import { sourceOfComparison } from "../source.js";
import { dataSet, type State, type Store } from "../state.js";
import type { Summary } from "../statistics.js";
import { comparisonTables } from "../tables/comparison.js";
import { learntIn, scenarioOf, taskNames } from "../tasks.js";
import { percent } from "../words.js";
import { comparedTable, withSpread } from "./compared-table.js";
import { comparingPanel } from "./comparing.js";

export function comparedPanel(store: Store): Panel<State> {
  const figures = figuresPanel();
  let latest: State | null = null;
  let counted = "";
  const tables = () => (latest?.compare.latest ? comparisonTables(latest.compare.latest, referenceArm(latest.compare.latest, latest.compare.reference)) : []);
  const exhibit = (comparison: Comparison) => ({ title: TITLE, caption: figures.caption(), tables: tables(), source: sourceOfComparison(comparison) });
  const save = saveMenu(TITLE, () => latest?.compare.latest && exhibit(latest.compare.latest), [figures.body]);
  const data = dataTables(TITLE, tables);
  const parts = [comparingPanel(), viewPanel(store, save.element), figures, comparedTable(store)];
  const element = el("div", { class: "compared" });
  return {
    element,
    update(state) {
      if (!state.compare.latest) return;
      latest = state;
      if (!element.hasChildNodes()) element.append(...parts.map((part) => part.element), data.element);
      parts.forEach((part) => part.update(state));
      const now = `${known(state.compare.latest)} ${state.compare.reference}`;
      if (now !== counted) data.update();
      counted = now;
    },
  };
}

const TITLE = "Comparison";

/** `save` stands beside the choice of figures. */
function viewPanel(store: Store, save: HTMLElement): Panel<State> {
  const radio = (view: Compare["view"]) => {
    const set = () => store.set({ compare: { ...store.state.compare, view } });
    return { view, input: el("input", { type: "radio", name: "compare-view", id: `compare-${view}`, change: set }) };
  };
  const overlaid = radio("overlaid");
  const multiples = radio("multiples");
  return {
    element: el(
      "div",
      { class: "views" },
      el(
        "div",
        { class: "views", role: "radiogroup", "aria-label": "Figures" },
        el("label", { class: "tick" }, overlaid.input, "overlaid"),
        el("label", { class: "tick" }, multiples.input, "small multiples"),
      ),
      save,
    ),
    update({ compare }) {
      for (const { view, input } of [overlaid, multiples]) input.checked = compare.view === view;
    },
  };
}

function figuresPanel(): Panel<State> & { readonly body: HTMLElement; caption(): string } {
  const body = el("div", { class: "body" });
  const caption = el("p", { class: "caption" });
  let latest: State | null = null;
  let shown: unknown[] = [];
  const update = (state: State) => {
    latest = state;
    const { view, latest: comparison } = state.compare;
    const { width } = room();
    const now = [comparison!.arms, view, width, known(comparison!)];
    if (width === 0 || now.every((part, i) => part === shown[i])) return;
    shown = now;
    body.replaceChildren(view === "overlaid" ? overlaidFigure(comparison!, width) : multiples(state, comparison!, width));
    say(caption, view === "overlaid" ? overlaidCaption(comparison!) : MULTIPLES);
  };
  const room = roomOf(body, () => latest && update(latest));
  return { element: el("figure", {}, body, caption), update, body, caption: () => caption.textContent };
}

const MULTIPLES =
  "Accuracy on each task's test images after every phase, by the task's place in the order; “all”: over all classes. " +
  "Means over the seeds that are that far. Shaded: sleep.";

function coursesOf({ arms, runs }: Comparison): Course[] {
  return arms.map((arm, i) => {
    const { label, bound, spec } = arm;
    return { label, bound, look: lookOf(arm), points: course(runs[i]!), atOnce: spec.strategy.kind === "parallel" };
  });
}

const chanceOf = ({ arms }: Comparison): number => 1 / arms[0]!.spec.tasks.classes.flat().length;

/** That of the arms that learn one task after another; learning all at once is the bound beside them. */
function scenarioIn({ arms }: Comparison): string {
  const one = arms.find(({ spec }) => spec.strategy.kind !== "parallel") ?? arms[0]!;
  return scenarioOf(one.spec);
}

function overlaidFigure(comparison: Comparison, width: number): HTMLElement {
  const courses = coursesOf(comparison);
  const fontSize = smallType();
  const frame = { width, height: Math.min(0.75 * width + 60, Math.max(260, 26 * fontSize)), fontSize };
  const svg = comparePlot(courses, comparison.arms[0]!.spec.tasks.classes.length, chanceOf(comparison), scenarioIn(comparison), frame);
  return el("div", {}, el("h3", {}, "Accuracy over all classes"), asImage(svg, `${scenarioIn(comparison)}. ${spokenCourses(courses)}`));
}

/** The figure in words; the table holds the numbers. */
function spokenCourses(courses: readonly Course[]): string {
  const each = courses.map(({ label, bound, points, atOnce }) => {
    const last = points.at(-1);
    const name = bound ? `${label} (${bound} bound)` : label;
    if (!last) return `${name}: nothing measured yet`;
    return `${name}: ${percent(last.mean, 0)}${atOnce ? "" : ` after ${points.length} ${points.length === 1 ? "task" : "tasks"}`} (n = ${last.n})`;
  });
  return `Accuracy over all classes after each task, mean over seeds. ${each.join("; ")}.`;
}

const seedsInWords = (seeds: readonly number[]): string => (seeds.length === 1 ? `Seed ${seeds[0]}` : `Seeds ${seeds[0]} to ${seeds.at(-1)}`);

function overlaidCaption(comparison: Comparison): string {
  const { arms, seeds } = comparison;
  const ends = coursesOf(comparison).flatMap(({ label, points }) => (points.length > 0 ? [{ label, n: points.at(-1)!.n }] : []));
  const same = ends.every(({ n }) => n === ends[0]!.n) && ends.length === arms.length;
  const each = ends.map(({ label, n }) => `${label} n = ${n}`).join(", ") || "nothing measured yet";
  const n = same ? `n = ${ends[0]!.n} at the end of every line` : each;
  const apart = unshared(arms);
  return [
    "Accuracy on all test images once each task was dealt with (after its sleep, where an arm sleeps). Lines: mean over seeds; bands: ± s.d.",
    `${seedsInWords(seeds)}: ${n}.`,
    apart.length === 0
      ? "The same seed gives every arm the same initial weights and order of tasks."
      : `Settings differ: even for the same seed the arms do not share their ${apart.join(" and ")}.`,
  ].join(" ");
}

/** Ems that a small figure needs; pixels between two, and for what stands out on its left. */
const SMALL = 26;
const GAP = 16;
const LEFT = 12;

function multiples(state: State, comparison: Comparison, width: number): HTMLElement {
  const fontSize = smallType();
  const columns = Math.max(1, Math.min(comparison.arms.length, Math.floor((width + GAP) / (SMALL * fontSize + GAP))));
  const room = Math.floor((width - GAP * (columns - 1)) / columns) - LEFT;
  const frame = { width: room, height: Math.round(Math.max(13 * fontSize, Math.min(0.62 * room, 20 * fontSize))), fontSize };
  const figures = comparison.arms.map((arm, i) => {
    const data = curvesOf(state, comparison, i);
    const title = titleOf(arm, summaryOf(comparison, i, ({ accuracy }) => accuracy));
    return el("figure", { style: `padding-left:${LEFT}px` }, el("figcaption", {}, title), asImage(curves(data, frame), spokenCurves(title, data)));
  });
  return el("div", { class: "multiples", style: `gap:${GAP}px; grid-template-columns:repeat(${columns}, minmax(0, 1fr))` }, ...figures);
}

function titleOf({ label, bound }: Arm, final: Summary | null): string {
  const name = bound ? `${label} (${bound} bound)` : label;
  return final ? `${name}: ${withSpread(final)}` : `${name}: no run finished yet`;
}

function curvesOf(state: State, comparison: Comparison, arm: number): Curves {
  const runs = comparison.runs[arm]!;
  const plans = runs.flatMap((run) => run?.plan ?? []);
  const measured = meanPhases(runs);
  const orders = new Set(plans.map(({ tasks }) => JSON.stringify(tasks)));
  const set = dataSet(state, comparison.arms[arm]!.spec.data.name);
  const { phases = [], tasks = [] } = plans[0] ?? {};
  // Where each seed has an order of its own, a place in the order has no classes.
  const names = taskNames(tasks, set);
  return {
    phases,
    tasks: names.map((name, i) => ({ label: orders.size === 1 ? name : `task ${i + 1}`, learnt: learntIn(i, phases) })),
    rows: measured.map(({ accuracy }) => accuracy),
    means: measured.map(({ mean }) => mean),
    chance: chanceOf(comparison),
    scenario: scenarioOf(comparison.arms[arm]!.spec),
  };
}

function spokenCurves(title: string, { phases, means }: Curves): string {
  const last = means.at(-1);
  return `Forgetting curves of ${title}.${last === undefined ? "" : ` After ${phases[means.length - 1]}: over all classes ${percent(last, 0)}.`}`;
}
