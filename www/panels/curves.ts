// The large figure: forgetting curves that grow with the run, and a line where the run is now.

import { el, roomOf, say, type Panel } from "../dom.js";
import { above, curves, type Curves } from "../plots/curves.js";
import { howToRead } from "../manual.js";
import { asImage } from "../plots/figure.js";
import { phaseFraction, type Run } from "../run.js";
import { dataTables } from "../save/data.js";
import { saveMenu } from "../save/menu.js";
import { sourceOfRun } from "../source.js";
import { dataSet, type State } from "../state.js";
import { accuracyTable, toldTable } from "../tables/accuracy.js";
import { classesOf, learntIn, scenarioOf, taskNames, testImages } from "../tasks.js";
import { count, percent } from "../words.js";

/** `expect`: what a run will show, where nothing is shown yet. */
export function curvesPanel(expect: string): Panel<State> {
  const stage = el("div", { class: "stage" });
  const now = el("div", { class: "now", hidden: true });
  const guide = el("p", { class: "guide" }, el("strong", {}, "Press Run."), ` ${expect}`);
  const caption = el("p", { class: "caption" });
  const names = el("span");
  let latest: State | null = null;
  const told = el("input", { type: "checkbox", change: () => latest && update(latest) });
  const scenario = el("label", { class: "tick", hidden: true }, told, " Told which task an image is of (task-incremental)");
  const isTold = () => told.checked && canBeTold(latest?.run ?? null);
  const tables = () => (latest?.run ? [(isTold() ? toldTable : accuracyTable)(latest, latest.run)] : []);
  const save = saveMenu(TITLE, () => latest?.run && { title: TITLE, caption: `${LEAD} ${names.textContent} ${caption.textContent}`, tables: tables(), source: sourceOfRun(latest.run) }, [stage]);
  const numbers = dataTables(TITLE, tables);
  const element = el(
    "figure",
    { class: "panel curves" },
    el("figcaption", {}, el("div", { class: "titled" }, el("h2", {}, TITLE), save.element), el("p", {}, `${LEAD} `, names, " ", howToRead("curves", TITLE)), scenario),
    stage,
    caption,
    numbers.element,
  );
  let drawn: { key: unknown[]; x: (value: number) => number } | null = null;

  const draw = (state: State) => {
    const size = room();
    if (size.width === 0) return;
    const key = [state.run?.plan, state.run?.phases.length, isTold(), size.width, size.height, size.fontSize];
    if (drawn?.key.every((part, i) => part === key[i])) return;
    const data = state.run?.plan ? curvesOf(state, state.run, isTold()) : NOTHING;
    const svg = asImage(curves(data, { ...size, width: Math.max(280, size.width), height: Math.max(220, size.height) }), described(data));
    const x = svg.scale("x")!;
    drawn = { key, x: (value) => x.apply(value) };
    stage.style.setProperty("--above", `${above(data, size.fontSize)}px`);
    stage.replaceChildren(svg, now, guide);
    numbers.update();
  };
  const update = (state: State) => {
    latest = state;
    scenario.hidden = !canBeTold(state.run);
    draw(state);
    guide.hidden = state.run !== null;
    if (drawn) showNow(now, state.run, drawn.x);
    say(caption, captionOf(state, isTold()));
    say(names, namesOf(state.run?.plan?.phases ?? []));
    save.element.hidden = numbers.element.hidden = !state.run?.plan;
  };
  const room = roomOf(stage, () => latest && update(latest));
  return { element, update };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

/** Whether a run was asked what it knows when it is told the task. */
const canBeTold = (run: Run | null): boolean => (run?.phases[0]?.task_incremental ?? []).length > 0;

const TITLE = "Forgetting curves";
const LEAD = "Accuracy on each task's test images after every phase.";

const NOTHING: Curves = { phases: [], tasks: [], rows: [], means: [], chance: 0.1, scenario: "" };

/** `isTold`: the answer is one of the task's own classes. */
function curvesOf(state: State, run: Run, isTold: boolean): Curves {
  const { phases, tasks } = run.plan!;
  const rows = run.phases.map((phase) => (isTold ? (phase.task_incremental ?? []) : phase.accuracy));
  const set = dataSet(state, run.spec.data.name);
  return {
    phases,
    tasks: taskNames(tasks, set).map((label, i) => ({ label, learnt: learntIn(i, phases) })),
    rows,
    means: isTold ? rows.map(mean) : run.phases.map((phase) => phase.mean),
    chance: isTold ? mean(tasks.map((classes) => 1 / classes.length)) : 1 / classesOf(tasks).length,
    scenario: scenarioOf(run.spec, isTold),
  };
}

function showNow(now: HTMLElement, run: Run | null, x: (value: number) => number): void {
  const { progress } = run ?? {};
  now.hidden = !run || !progress || run.finished !== null || run.status.kind === "ended";
  if (!progress) return;
  now.style.translate = `${x(progress.phase + phaseFraction(progress))}px 0`;
}

/** The figure in words; the matrix below holds the numbers. */
function described({ phases, tasks, rows, means, chance, scenario }: Curves): string {
  const mean = means.at(-1);
  if (mean === undefined) return `Forgetting curves: nothing measured yet. Chance is ${percent(chance, 0)}.`;
  const row = rows.at(-1)!;
  const each = tasks
    .map((task, i) => ({ ...task, accuracy: row[i] ?? 0 }))
    .filter((task) => task.learnt < rows.length)
    .map((task) => `${task.label} ${percent(task.accuracy, 0)}`);
  return `Forgetting curves, ${scenario}. After ${phases[rows.length - 1]}: ${each.join(", ")}; over all classes ${percent(mean, 0)}; chance ${percent(chance, 0)}.`;
}

/** What the names below the curves stand for. */
function namesOf(phases: readonly string[]): string {
  const has = (kind: RegExp) => phases.some((name) => kind.test(name));
  return [
    has(/^T\d/) && "T1, T2, …: the first task is learnt, the second, and so on.",
    has(/^P$/) && "P: all tasks are learnt at once.",
    has(/^S\d/) && "S1, S2, … (shaded): the sleep after it.",
    has(/^N/) && "N1, … (shaded): a sleep that was added.",
    has(/^A/) && "A1, …: classes taught again.",
    has(/^D/) && "D1, …: a drawing that was taught.",
    has(/^T\d+a$/) && "T2a: the first part of a T2 that was interrupted.",
  ]
    .filter((words) => words !== false)
    .join(" ");
}

function captionOf(state: State, isTold: boolean): string {
  const { run } = state;
  if (!run?.plan) return "Nothing measured yet.";
  const set = dataSet(state, run.spec.data.name);
  const images = testImages(run);
  return [
    `${run.status.kind === "recorded" ? "Recorded: one" : "One"} run (n = 1): ${run.preset}, seed ${run.plan.seed}.`,
    isTold ? "“All” is the mean over the tasks, learnt or not" : `“All” is the accuracy over all ${classesOf(run.plan.tasks).length} classes, learnt or not`,
    images === null ? "." : `: ${count(images)} test images of ${set?.title ?? run.spec.data.name}.`,
  ].join(" ").replace(" .", ".").replace(" :", ":");
}

