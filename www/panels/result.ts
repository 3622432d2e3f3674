// The end of a run: accuracy, forgetting, and where the time went.

import { el, say, type Panel } from "../dom.js";
import { engineName } from "../engine.js";
import { howToRead } from "../manual.js";
import type { Finished, Run } from "../run.js";
import { saveMenu } from "../save/menu.js";
import { sourceOfRun } from "../source.js";
import type { State } from "../state.js";
import { measures, resultTables, timeParts } from "../tables/result.js";
import { scenarioOf } from "../tasks.js";
import { capital, duration, percent, points } from "../words.js";

export function resultPanel(): Panel<State> {
  const title = el("h2");
  const body = el("div");
  let latest: Run | null = null;
  const save = saveMenu("Result", () => latest?.finished && { title: "Result", caption: captionOf(latest), tables: resultTables(latest, latest.finished), source: sourceOfRun(latest) });
  const element = el("section", { class: "panel result", "aria-label": "Result", hidden: true }, el("div", { class: "titled" }, title, save.element), body);
  let shown: Finished | null = null;
  return {
    element,
    update({ run }) {
      latest = run;
      element.hidden = !run?.finished;
      if (!run?.finished || run.finished === shown) return;
      shown = run.finished;
      say(title, run.status.kind === "recorded" ? "Recorded result" : "Result");
      body.replaceChildren(el("p", { class: "caption" }, `${captionOf(run)} `, howToRead("result", "Result")), numbers(run, run.finished), time(run, run.finished));
    },
  };
}

/** What the network is told at a test, and how many runs the numbers are of. */
const captionOf = ({ spec }: Run): string => `${capital(scenarioOf(spec))}. One run (n = 1), so no spread: Compare, below, gives means ± s.d. over seeds.`;

function numbers(run: Run, finished: Finished): HTMLElement {
  const results = measures(run, finished).map(({ name, value, unit, meaning }) => figure(name, unit === "fraction" ? percent(value) : points(value), meaning));
  return el("dl", { class: "numbers" }, ...results);
}

function figure(name: string, value: string, meaning: string): HTMLElement {
  return el("div", {}, el("dt", {}, name), el("dd", { class: "value" }, value), el("dd", {}, meaning));
}

function time(run: Run, finished: Finished): HTMLElement {
  const { seconds } = finished;
  const rows = timeParts(finished).map(([name, spent]) =>
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
