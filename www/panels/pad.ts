// Try it: draw, or take a test image, and see how the network answers, now and as it was after every phase.

import { smallType } from "../card.js";
import { el, enable, isEnabled, roomOf, say, type Panel } from "../dom.js";
import type { Answer } from "../generated/engram.js";
import { digits, image, type Point } from "../pad.js";
import { howToRead } from "../manual.js";
import { answers } from "../plots/answers.js";
import { asImage } from "../plots/figure.js";
import { outputs } from "../plots/outputs.js";
import { picture } from "../plots/picture.js";
import { isLive, isOpen, type Run } from "../run.js";
import type { Runner } from "../runner.js";
import { dataTables } from "../save/data.js";
import { saveMenu } from "../save/menu.js";
import { sourceOfRun } from "../source.js";
import { dataSet, EMPTY_PAD, type State, type Store } from "../state.js";
import type { Table } from "../table.js";
import { answerTables } from "../tables/answers.js";
import { classesOf, classNames } from "../tasks.js";
import { imageSize } from "./fields.js";

/** How long the steps take that an answer comes by, in milliseconds. */
const SETTLING = 1200;
/** Passes over a drawing and its neighbours that teach it. */
const EPOCHS = 20;

/** `next` takes the next test image. */
export function padPanel(store: Store, runner: Runner, next: () => Promise<void>): Panel<State> {
  const drawing = drawingPart(store);
  const tools = toolsPart(store, runner, next);
  const seen = el("div", { class: "seen" });
  const settling = settlingPart();
  const travel = el("div", { class: "travel" });
  const hint = el("p", { class: "hint" });
  const shown = el("div", { class: "shown" }, el("p", { class: "caption" }, "What the network sees"), seen, hint);
  let latest: State | null = null;
  const tables = () => (latest ? tablesOf(latest) : []);
  const save = saveMenu(TITLE, () => latest?.run && { title: TITLE, caption: CAPTION, tables: tables(), source: sourceOfRun(latest.run) }, [shown, settling.element, travel]);
  const data = dataTables(TITLE, tables);
  const element = el(
    "section",
    { class: "panel card try", "aria-label": TITLE, hidden: true },
    el("div", { class: "titled" }, el("h2", {}, TITLE), save.element),
    el("p", {}, `${LEAD} `, howToRead("try", TITLE)),
    el("div", { class: "bench" }, el("div", { class: "easel" }, drawing.element, tools.element), shown, settling.element),
    travel,
    data.element,
  );
  let drawn: readonly unknown[] = [];
  const update = (state: State): void => {
    latest = state;
    const size = imageSize(state);
    element.hidden = !size || !state.run?.plan;
    if (element.hidden || !size) return;
    // A drawing for images of another size is none for these.
    if (state.pad.values && state.pad.values.length !== size.height * size.width) return store.set({ pad: EMPTY_PAD });
    drawing.update(state);
    tools.update(state);
    settling.update(state);
    say(hint, hintOf(state));
    const now = [state.pad.values, state.pad.answer, state.run?.plan, state.run?.phases, room().width];
    if (now.every((part, i) => part === drawn[i])) return;
    drawn = now;
    const { values } = state.pad;
    seen.replaceChildren(...(values ? [asImage(picture(values, size.height, size.width, "ink", 1, 112), `The image as the network sees it, ${size.width} × ${size.height} pixels. ${hintOf(state)}`.trim())] : []));
    travel.replaceChildren(...travelled(state, room().width));
    save.element.hidden = data.element.hidden = !state.pad.answer;
    data.update();
  };
  const room = roomOf(travel, () => latest && update(latest));
  return { element, update };
}

const TITLE = "Try it";
const LEAD =
  "Draw with mouse, pen or finger, or take a test image. The network answers, an MRNN by settling; below, the same image is answered by the network as it was after every phase.";
const CAPTION = "An image, the outputs of the network step by step until its answer, and the answers of the network as it was after every phase.";

function hintOf(state: State): string {
  const { run, pad } = state;
  const set = dataSet(state, (run?.spec ?? state.spec).data.name);
  if (!isLive(run)) return pad.answer ? "The run is gone; this is its last answer." : "Press Run: only a live run can answer.";
  return pad.label === null ? "" : `A test image of class ${classNames([pad.label], set)}`;
}

/** The pad: lines follow the pointer. */
function drawingPart(store: Store): Panel<State> {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 1 1");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", "Pad to draw on");
  const element = el("div", { class: "pad" });
  element.append(svg);
  const at = (event: PointerEvent): Point => {
    const box = svg.getBoundingClientRect();
    return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
  };
  const show = (strokes: Point[][]): void => {
    const size = imageSize(store.state);
    if (size) store.set({ pad: { ...store.state.pad, strokes, values: image(strokes, size.height, size.width), label: null } });
  };
  element.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    element.setPointerCapture(event.pointerId);
    show([...store.state.pad.strokes.map((stroke) => [...stroke]), [at(event)]]);
  });
  element.addEventListener("pointermove", (event) => {
    if (!element.hasPointerCapture(event.pointerId)) return;
    const strokes = store.state.pad.strokes.map((stroke) => [...stroke]);
    strokes.at(-1)?.push(...(event.getCoalescedEvents?.() ?? []).map(at), at(event));
    show(strokes);
  });
  let shown: unknown = null;
  return {
    element,
    update({ pad: { strokes } }) {
      if (strokes === shown) return;
      shown = strokes;
      svg.replaceChildren(
        ...strokes.map((stroke) => {
          const line = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
          line.setAttribute("points", [...stroke, stroke.at(-1)!].map(({ x, y }) => `${x.toFixed(4)},${y.toFixed(4)}`).join(" "));
          return line;
        }),
      );
    },
  };
}

/** Clear, take a test image, teach the drawing. */
function toolsPart(store: Store, runner: Runner, next: () => Promise<void>): Panel<State> {
  const clear = el("button", { type: "button", click: () => store.set({ pad: EMPTY_PAD }) }, "Clear");
  // A run that is gone has no images: the button says so by being disabled.
  const test = el("button", { type: "button", click: () => void next() }, "Next test image");
  const label = el("select", { id: "draw-class" });
  const teach = el("button", {
    type: "button",
    click: () => {
      const { pad } = store.state;
      if (!isEnabled(teach) || !pad.values) return;
      runner.act({ kind: "draw", image: digits(pad.values), class: Number(label.value), epochs: EPOCHS });
    },
  }, "Teach it");
  let tasks: unknown = null;
  return {
    element: el("div", { class: "tools" }, clear, test, el("span", { class: "teach" }, teach, el("label", { for: label.id }, "as"), label)),
    update(state) {
      const { run, pad } = state;
      enable(test, isLive(run));
      enable(teach, isOpen(run) && pad.strokes.length > 0);
      if (!run?.plan || tasks === run.plan.tasks) return;
      tasks = run.plan.tasks;
      const set = dataSet(state, run.spec.data.name);
      const classes = classesOf(run.plan.tasks);
      label.replaceChildren(...classes.map((c) => el("option", { value: c }, classNames([c], set))));
    },
  };
}

/** The outputs step by step: in motion once, when an answer comes. */
function settlingPart(): Panel<State> {
  const title = el("p", { class: "caption" });
  const figure = el("div", { class: "course" });
  const room = roomOf(figure, () => {});
  let shown: unknown = null;
  let frame = 0;
  return {
    element: el("div", { class: "outputs" }, title, figure),
    update(state) {
      const { answer, phases } = state.pad;
      if (answer === shown) return;
      shown = answer;
      cancelAnimationFrame(frame);
      if (!answer || answer.course.length === 0) {
        figure.replaceChildren();
        say(title, answer ? "This network was too large to keep." : "");
        return;
      }
      const { course } = answer;
      const names = dataSet(state, state.run!.spec.data.name)?.classes ?? course[0]!.map((_, c) => String(c));
      const phase = phases === 0 ? "the start" : state.run!.phases[phases - 1]?.name;
      const last = course.at(-1)!;
      const best = last.indexOf(Math.max(...last));
      const words = `After ${phase}: ${names[best]}, output ${last[best]!.toFixed(2)}`;
      const began = performance.now();
      const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
      const draw = (): void => {
        const part = still || course.length === 1 ? 1 : Math.min(1, (performance.now() - began) / SETTLING);
        const until = Math.ceil(part * course.length);
        figure.replaceChildren(asImage(outputs({ course, until, names }, Math.max(240, room().width), smallType()), `The outputs step by step. ${words}.`));
        say(title, part < 1 ? `Step ${until} of ${course.length}` : words);
        if (part < 1) frame = requestAnimationFrame(draw);
      };
      draw();
    },
  };
}

function travelled(state: State, width: number): Node[] {
  const { answer, label } = state.pad;
  const { run } = state;
  if (!answer || !run || width < 100) return [];
  const names = dataSet(state, run.spec.data.name)?.classes ?? [];
  const phases = phasesOf(run, answer);
  const said = answer.outputs.map((row, i) => `${phases[i]} ${row ? (names[row.indexOf(Math.max(...row))] ?? "") : "not kept"}`);
  const right = label === null ? "" : ` The right answer is ${names[label] ?? label}.`;
  return [
    el("p", { class: "caption" }, `Answers through time: the outputs of every class after each phase, shaded relative to the largest, which is framed: the answer (output, ${outputRange(run)}).${right}`),
    asImage(answers({ phases, outputs: answer.outputs.map((row) => row ?? null), names }, width, smallType()), `Answers after each phase: ${said.join(", ")}.`),
  ];
}

/** The outputs of backpropagation's network are rectified, and not cut at 1. */
const outputRange = ({ spec }: Run): string => (spec.rule.kind === "backprop" ? "0 or more" : "0 to 1");

const phasesOf = (run: Run, { outputs }: Answer): string[] => ["start", ...run.phases.map(({ name }) => name)].slice(0, outputs.length);

function tablesOf(state: State): Table[] {
  const { run, pad } = state;
  if (!run || !pad.answer) return [];
  const names = dataSet(state, run.spec.data.name)?.classes ?? [];
  return answerTables(pad.answer, phasesOf(run, pad.answer), names);
}
