// The large figure: how each rule learns from each gain, while it learns.

import { el, roomOf, say, type Panel } from "../../dom.js";
import { howToRead } from "../../manual.js";
import { dataTables } from "../../save/data.js";
import { saveMenu } from "../../save/menu.js";
import { overSeeds, soFar } from "../about.js";
import { boundsOf, pointsOf, spreadWords } from "../curves.js";
import { otherwiseIn, panelsOf, titleOf } from "../names.js";
import { learning, type LearningCurve } from "../plots/learning.js";
import { sourceOfStudy } from "../source.js";
import type { Before, ConnectState, ConnectStore, View } from "../state.js";
import type { Study } from "../study.js";
import { curvesTable } from "../tables.js";
import { layout, panel } from "./multiples.js";

const TITLE = "Learning curves";
const LEAD: Readonly<Record<View["measure"], string>> = {
  loss: "Loss on the trials of each iteration, lower is better; the band is ± one standard deviation.",
  accuracy: "Part of the trials of each iteration that were answered rightly; the band is ± one standard deviation.",
};

/** The least time between drawings, in milliseconds. */
const PACE = 200;

export function learningPanel(store: ConnectStore): Panel<ConnectState> {
  const stage = el("div", { class: "stage multiples" });
  const guide = el("p", { class: "guide" }, el("strong", {}, "Press Run, or turn the knob."), " Networks of one size begin with weaker or stronger connections, and learn the same task by different rules. Watch how far each gets, and how fast.");
  const lead = el("span");
  const caption = el("p", { class: "caption" });
  const measure = radios("measure", "Shown", [["loss", "loss"], ["accuracy", "accuracy"]], (value) => see({ measure: value as View["measure"] }));
  const scale = radios("scale", "Scale of the loss", [["log", "logarithmic"], ["linear", "linear"]], (value) => see({ scale: value as View["scale"] }));
  const see = (change: Partial<View>) => store.set({ view: { ...store.state.view, ...change } });
  let latest: ConnectState | null = null;
  const tables = () => (latest?.study ? [curvesTable(latest.study)] : []);
  const save = saveMenu(TITLE, () => latest?.study && { title: TITLE, caption: `${lead.textContent} ${caption.textContent}`, tables: tables(), source: sourceOfStudy(latest.study) }, [stage]);
  const numbers = dataTables(TITLE, tables);
  const element = el(
    "figure",
    { class: "panel curves learning" },
    el("figcaption", {}, el("div", { class: "titled" }, el("h2", {}, TITLE), save.element), el("p", {}, lead, " ", howToRead("learning", TITLE)), el("div", { class: "views" }, measure.element, scale.element)),
    stage,
    caption,
    numbers.element,
  );
  let shown: readonly unknown[] = [];
  let drawnAt = -Infinity;
  let later = 0;
  const draw = (state: ConnectState) => {
    const size = room();
    const { study, before, view } = state;
    const key = [study?.lines, study?.spec, before, view, size.width, innerHeight, size.fontSize];
    if (size.width === 0 || key.every((part, i) => part === shown[i])) return;
    // A person's own doing is answered at once, what the Workers tell now and then.
    const isSlow = study?.status.kind === "running" && study.lines.length > 0 && key.slice(1).every((part, i) => part === shown[i + 1]);
    const wait = isSlow ? drawnAt + PACE - performance.now() : 0;
    if (wait > 0) return void (later ||= window.setTimeout(() => ((later = 0), latest && draw(latest)), wait));
    [shown, drawnAt] = [key, performance.now()];
    stage.replaceChildren(...(study ? panels(state, study, size.width, size.fontSize) : []), guide);
    numbers.update();
  };
  const update = (state: ConnectState) => {
    latest = state;
    say(lead, LEAD[state.view.measure]);
    measure.choose(state.view.measure);
    scale.choose(state.view.scale);
    scale.element.hidden = state.view.measure === "accuracy";
    guide.hidden = state.study !== null;
    say(caption, state.study ? `${overSeeds(state.study)}${soFar(state.study)}${state.before ? dotted(state.before, state.study) : ""}` : "Nothing measured yet.");
    save.element.hidden = numbers.element.hidden = !state.study?.lines.length;
    draw(state);
  };
  const room = roomOf(stage, () => latest && update(latest));
  return { element, update };
}

function panels({ before, view }: ConnectState, study: Study, width: number, fontSize: number): HTMLElement[] {
  const { spec } = study;
  const arms = panelsOf(spec);
  const otherwise = before ? otherwiseIn(before.spec, spec) : "";
  const curvesOf = (arm: (typeof arms)[number]): LearningCurve[] => {
    const isIts = (line: (typeof arms)[number]) => line.rule === arm.rule && line.flossed === arm.flossed;
    // Of the same networks the curves that are to come are the same.
    const faint = (before?.lines ?? []).filter((line) => isIts(line) && (otherwise || !spec.gains.includes(line.gain))).map((line) => ({ gain: line.gain, place: null, otherwise, points: pointsOf(line, before!.spec, view.measure).filter(({ at }) => at <= spec.training.iterations) }));
    const own = study.lines.filter(isIts).map((line) => ({ gain: line.gain, place: spec.gains.indexOf(line.gain), otherwise, points: pointsOf(line, spec, view.measure) }));
    return [...faint, ...own];
  };
  const all = arms.map(curvesOf);
  const bounds = boundsOf(all.flat().map(({ points }) => points), view);
  const { columns, each } = layout(width, arms.length, fontSize);
  const rows = Math.ceil(arms.length / columns);
  // All of them on one screen, where that leaves each enough.
  const tall = Math.min(34 * fontSize, Math.max((rows > 1 ? 13 : 18) * fontSize, Math.floor((0.56 * innerHeight) / rows)));
  return arms.map((arm, i) => {
    const svg = learning({ curves: all[i]!, measure: view.measure, scale: view.scale, iterations: spec.training.iterations, bounds }, { width: each, height: tall, fontSize });
    return panel(titleOf(arm), described(titleOf(arm), view.measure, study.lines.filter(({ rule, flossed }) => rule === arm.rule && flossed === arm.flossed)), svg);
  });
}

function dotted({ spec }: Before, study: Study): string {
  const otherwise = otherwiseIn(spec, study.spec);
  return ` Dotted, grey: means of the study before${otherwise ? `, with ${otherwise}` : ""}.`;
}

function described(title: string, measure: View["measure"], lines: Study["lines"]): string {
  const last = lines.flatMap((line) => {
    const spread = line[measure].at(-1);
    return spread ? [`gain ${line.gain} ${spreadWords(spread)}`] : [];
  });
  return `Learning curves by ${title}. ${last.length === 0 ? "Nothing measured yet." : `Latest ${measure}${measure === "accuracy" ? ", as a fraction" : ""}: ${last.join(", ")}.`}`;
}

function radios(name: string, legend: string, choices: readonly (readonly [string, string])[], chosen: (value: string) => void) {
  const inputs = choices.map(([value]) => el("input", { type: "radio", name, value, change: () => chosen(value) }));
  const element = el("fieldset", { class: "choice" }, el("legend", { class: "aside" }, legend), ...choices.map(([, label], i) => el("label", { class: "tick" }, inputs[i]!, ` ${label}`)));
  const choose = (value: string) => inputs.forEach((input) => (input.checked = input.value === value));
  return { element, choose };
}
