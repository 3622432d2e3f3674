// What sleep needs: the chosen preset's reported accuracy beside those of its ablations.

import { ablationsOf, type Ablated } from "../ablations.js";
import { smallType } from "../card.js";
import { el, roomOf, type Panel } from "../dom.js";
import { parts } from "../link.js";
import { howToRead } from "../manual.js";
import { ablations } from "../plots/ablations.js";
import { asImage } from "../plots/figure.js";
import { dataTables } from "../save/data.js";
import { saveMenu } from "../save/menu.js";
import { sourceOfReported } from "../source.js";
import type { State } from "../state.js";
import { ablationsTable } from "../tables/ablations.js";
import { percent } from "../words.js";

const TITLE = "Which parts of sleep matter";
const LEAD = "Accuracy over all classes at the end, on test images, when a part of sleep is taken away; the other constants stay, unless a row has its own. Each is a preset.";

export function ablationsPanel(): Panel<State> {
  const body = el("div", { class: "body" });
  const caption = el("p", { class: "caption" });
  const tables = () => [ablationsTable(rows)];
  const save = saveMenu(TITLE, () => ({ title: TITLE, caption: `${LEAD} ${caption.textContent}`, tables: tables(), source: sourceOfReported(rows) }), [body]);
  const data = dataTables(TITLE, tables);
  const header = el("header", {}, el("h2", {}, TITLE), save.element);
  const figure = el("figure", {}, body, caption);
  const element = el("section", { class: "panel card ablations", "aria-label": TITLE, hidden: true }, header, el("p", {}, `${LEAD} `, howToRead("ablations", TITLE)), figure, data.element);
  let rows: readonly Ablated[] = [];
  let of: string | null = null;
  let latest: State | null = null;
  let shown: readonly unknown[] = [];
  const update = (state: State) => {
    latest = state;
    const { preset } = parts(state.hash);
    if (of !== preset) rows = ablationsOf(preset, state.presets);
    of = preset;
    element.hidden = rows.length === 0;
    const { width } = room();
    if (element.hidden || width === 0 || (shown[0] === preset && shown[1] === width)) return;
    shown = [preset, width];
    const chance = 1 / rows[0]!.preset.spec.tasks.classes.flat().length;
    body.replaceChildren(asImage(ablations(rows, chance, width, smallType()), spoken(rows)));
    caption.textContent = captionOf(rows);
    data.update();
  };
  const room = roomOf(body, () => latest && update(latest));
  return { element, update };
}

const inWords = ({ label, preset: { reported } }: Ablated): string => `${label} ${percent(reported.accuracy, 0)} ± ${percent(reported.sd, 0)}`;

const spoken = (rows: readonly Ablated[]): string => `Accuracy over all classes, mean ± s.d.: ${rows.map(inWords).join("; ")}.`;

function captionOf(rows: readonly Ablated[]): string {
  const runs = [...new Set(rows.map(({ preset: { reported } }) => `n = ${reported.n} (seeds ${reported.seeds})`))];
  return `Dots: mean; bars: ± s.d.; ${runs.join(" or ")}. The line: whole sleep. Commands and commits are in the data below.`;
}
