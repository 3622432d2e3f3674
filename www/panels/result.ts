// The end of a run: accuracy, forgetting, and where the time went.

import { el, type Panel } from "../dom.js";
import { engineName } from "../engine.js";
import { howToRead } from "../manual.js";
import type { Finished, Run } from "../run.js";
import type { State } from "../state.js";
import { testImages } from "../tasks.js";
import { count, duration, percent, points } from "../words.js";

export function resultPanel(): Panel<State> {
  const element = el("section", { class: "panel result", hidden: true });
  let shown: Finished | null = null;
  return {
    element,
    update({ run }) {
      element.hidden = !run?.finished;
      if (!run?.finished || run.finished === shown) return;
      shown = run.finished;
      element.replaceChildren(el("h2", {}, run.status.kind === "recorded" ? "Recorded result" : "Result"), el("p", { class: "caption" }, "One run (n = 1), so no spread: Compare, below, gives means ± s.d. over seeds. ", howToRead("result", "Result")), numbers(run, run.finished), time(run, run.finished));
    },
  };
}

function numbers(run: Run, { accuracy, average_accuracy, forgetting, forgetting_max, backward_transfer, forward_transfer, tasks, phases }: Finished): HTMLElement {
  const images = testImages(run);
  const on = images === null ? "all test images" : `all ${count(images)} test images`;
  const results = [
    figure("Accuracy", percent(accuracy), `of ${on} are answered rightly after ${phases.at(-1)}.`),
  ];
  if (tasks.length > 1 && phases.length > 1) {
    results.push(
      figure("Average accuracy", percent(average_accuracy), "is the mean over tasks of the accuracy at the end, every task counting alike (Lopez-Paz & Ranzato 2017)."),
      figure("Forgetting, first − last", points(forgetting), "are lost from just after a task is learnt to the end: the mean over all tasks but the last."),
      figure("Forgetting, max − last", points(forgetting_max), "are lost from a task's best accuracy to the end (Chaudhry et al. 2018)."),
      figure("Backward transfer", points(backward_transfer), "are what learning later tasks adds to earlier ones (Lopez-Paz & Ranzato 2017): first − last, with the other sign."),
      figure("Forward transfer", points(forward_transfer), "are what a task has gained just before it is taught, over the untaught network (Lopez-Paz & Ranzato 2017)."),
    );
  }
  return el("dl", { class: "numbers" }, ...results);
}

function figure(name: string, value: string, meaning: string): HTMLElement {
  return el("div", {}, el("dt", {}, name), el("dd", { class: "value" }, value), el("dd", {}, meaning));
}

function time(run: Run, finished: Finished): HTMLElement {
  const { seconds, time } = finished;
  // A GPU's parts of learning are not told apart; recordings from before there was one lack them.
  const onGpu: [string, number][] = time.learning ? [["learning on the GPU", time.learning]] : [];
  const onCpu: [string, number][] = [["products with the data", time.products], ["settling", time.settling]];
  const learning = [...(onGpu.length > 0 && time.products + time.settling === 0 ? [] : onCpu), ...onGpu];
  const known: [string, number][] = [...learning, ["sleep", time.sleep], ["evaluation", time.evaluation]];
  const other = Math.max(0, seconds - known.reduce((sum, [, spent]) => sum + spent, 0));
  const parts: [string, number][] = [...known, ["other", other]];
  const rows = parts.map(([name, spent]) =>
    el(
      "tr",
      {},
      el("th", { scope: "row" }, name),
      el("td", {}, duration(spent)),
      el("td", { class: "share", style: `--share:${(spent / seconds).toFixed(3)}` }, percent(spent / seconds, 0)),
    ),
  );
  return el(
    "table",
    { class: "time" },
    el("caption", {}, `${duration(seconds)} of computing ${where(run, finished)}`),
    el("thead", { class: "aside" }, el("tr", {}, el("th", { scope: "col" }, "Part"), el("th", { scope: "col" }, "Time"), el("th", { scope: "col" }, "Share"))),
    el("tbody", {}, ...rows),
  );
}

/** What computed the run, which may have been several. */
function where({ status }: Run, { engine, time }: Finished): string {
  const thread = `on one thread ${status.kind === "recorded" ? "of the machine that recorded it" : "of this browser"}`;
  if (!time.learning) return thread;
  const gpu = engine?.adapter ? `on ${engineName(engine)}` : "on a GPU";
  return time.products + time.settling > 0 ? `partly ${thread}, partly ${gpu}` : gpu;
}
