// A figure of a study: drawn anew when there are other results, or other room; with its way to be saved and its data.

import { described } from "../../arms.js";
import { el, roomOf, say, type Panel } from "../../dom.js";
import type { Analyses, Asleep, DataSetInfo, OwnInfo } from "../../generated/engram.js";
import { howToRead } from "../../manual.js";
import { dataTables } from "../../save/data.js";
import { saveMenu } from "../../save/menu.js";
import { sourceOfStudy } from "../../source.js";
import { analysedSeeds, type Study } from "../../study.js";
import type { Table } from "../../table.js";

export interface Shown {
  readonly study: Study;
  readonly results: Analyses;
  readonly set: DataSetInfo | OwnInfo | undefined;
}

export interface FigureOfStudy {
  /** What `engram analyse` calls it; its heading on the page that says how to read figures. */
  readonly analysis: string;
  readonly title: string;
  /** What is shown, with its unit. */
  readonly lead: string;
  /** Whether it takes a whole row. */
  readonly wide: boolean;
  /** Whether there is something to show. */
  readonly has: (results: Analyses) => boolean;
  readonly draw: (shown: Shown, width: number) => readonly Node[];
  readonly tables: (shown: Shown) => readonly Table[];
}

/** Of figures that are shown only where there was a sleep. */
export const asleep = ({ results }: Shown): Asleep => results.asleep!;

export function figurePanel({ analysis, title, lead, wide, has, draw, tables }: FigureOfStudy): Panel<Shown | null> {
  const body = el("div", { class: "body" });
  const origin = el("p", { class: "caption" });
  let latest: Shown | null = null;
  let drawn: readonly unknown[] = [];
  const numbers = () => (latest ? tables(latest) : []);
  const save = saveMenu(title, () => latest && { title, caption: lead, tables: numbers(), source: sourceOfStudy(latest.study, analysis) }, [body]);
  const data = dataTables(title, numbers);
  const update = (shown: Shown | null) => {
    latest = shown && has(shown.results) ? shown : null;
    element.hidden = latest === null;
    const { width } = room();
    if (!latest || width === 0 || (drawn[0] === latest.results && drawn[1] === width)) return;
    drawn = [latest.results, width];
    body.replaceChildren(...draw(latest, width));
    say(origin, originOf(latest));
    data.update();
  };
  const element = el(
    "section",
    { class: `analysis ${analysis}-analysis${wide ? " wide" : ""}`, "aria-label": title, hidden: true },
    el("div", { class: "titled" }, el("h3", {}, title), save.element),
    el("p", { class: "caption" }, `${lead} `, howToRead(`analysis-${analysis}`, title)),
    body,
    origin,
    data.element,
  );
  const room = roomOf(body, () => update(latest));
  return { element, update };
}

function originOf({ study, results: { runs } }: Shown): string {
  const seeds = analysedSeeds(study);
  const [first, last] = [seeds[0], seeds.at(-1)];
  const over = runs === 1 ? `Seed ${first}; n = 1 run, so no spread.` : `Means ± s.d. over n = ${runs} runs, ${seeds.length === Number(last) - Number(first) + 1 ? `seeds ${first} to ${last}` : `seeds ${seeds.join(", ")}`}.`;
  return `${over} ${described(study.spec)}.`;
}
