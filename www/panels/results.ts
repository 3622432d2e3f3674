// A file of results: the paper's numbers and ours, as a table and drawn; its claims; and where it comes from.

import { side, smallType } from "../card.js";
import { el, roomOf } from "../dom.js";
import type { Source } from "../exhibit.js";
import { howToRead } from "../manual.js";
import { beside, type Group } from "../plots/beside.js";
import { asImage } from "../plots/figure.js";
import { rehearsed, type Line } from "../plots/rehearsed.js";
import type { CellReport, DataSetRow, Named, Reproduction } from "../results/reproduction.js";
import { accuracy, ANSWER_WORDS, claimNotes, dataTitle, inErrors, isFigure, notes, ofPaper, runsOf, seedsInWords, summary, VERDICT_WORDS } from "../results/words.js";
import type { Results } from "../results-file.js";
import { dataTables } from "../save/data.js";
import { saveMenu } from "../save/menu.js";
import { resultsTables } from "../tables/results.js";
import { figures } from "../words.js";

export function resultsPanel({ file, report }: Results, close: () => void): HTMLElement {
  const { title } = report;
  const body = el("div", { class: "body" });
  const tables = () => resultsTables(report);
  const save = saveMenu(title, () => ({ title, caption: captionOf(report), tables: tables(), source: sourceOf(report) }), [body]);
  const room = roomOf(body, () => draw());
  let drawnFor = 0;
  const draw = () => {
    const { width } = room();
    if (width === 0 || width === drawnFor) return;
    drawnFor = width;
    body.replaceChildren(...drawings(report, width));
  };
  const header = el("header", {}, el("h2", { tabindex: -1 }, title), save.element, el("button", { type: "button", click: close }, "Close the results"));
  const table = isFigure(report) ? figureTable(report) : paperTable(report);
  return el(
    "section",
    { class: "panel card results", "aria-label": "Results of a reproduction" },
    header,
    el("p", {}, `${file}: ${aboutOf(report)} `, howToRead("results", title)),
    scrolling("Results", table),
    body,
    el("p", { class: "caption" }, captionOf(report)),
    ...(report.claims.length > 0 ? [el("h3", {}, "The paper’s claims in words"), scrolling("Claims", claimsTable(report))] : []),
    el("h3", {}, "What made it"),
    madeBy(report),
    dataTables(title, tables).element,
  );
}

const CAPTION = "Final accuracy, % of test images";

const scrolling = (name: string, table: HTMLElement): HTMLElement => el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": name }, table);

/** What the numbers are, and how they are judged. */
function aboutOf(report: Reproduction): string {
  const own = `means ± s.d. (with n − 1) of n runs, wanted with ${seedsInWords(report.seeds)}.`;
  if (!report.cells.some(({ paper }) => paper)) return `${own} Cells: ${summary(report)}.`;
  return `${own} Below them the numbers of ${report.paper}, and ours − the paper’s in standard errors of both (SE). A cell is verified where it is no further from the paper’s than both s.d. together. Cells: ${summary(report)}.`;
}

function captionOf(report: Reproduction): string {
  const drawn = isFigure(report)
    ? "Final accuracy over all classes, % of test images, against the part of past data that is rehearsed; shaded: ± s.d."
    : "Final accuracy over all classes, % of test images. Filled circles: ours; open diamonds: the paper’s; bars: ± s.d.";
  return `${drawn} ${seedsInWords(report.seeds).replace(/^s/, "S")}.`;
}

function sourceOf(report: Reproduction): Source {
  const line = [`${report.name}: ${report.command}`, `engram ${report.engram}`, seedsInWords(report.seeds), `${runsOf(report)} runs`, `${figures(report.core_hours)} core-hours`];
  return { slug: report.name, line: line.join(" · "), origins: [] };
}

/** Rows: data sets and strategies; columns: models. */
function paperTable(report: Reproduction): HTMLElement {
  const { datasets, models, strategies, cells } = report;
  const bodies = datasets.map((row) => {
    const mine = strategies.filter((strategy) => cells.some((cell) => cell.dataset === row.name && cell.strategy === strategy.name));
    const rows = mine.map((strategy, i) =>
      el(
        "tr",
        {},
        i === 0 ? dataHead(row, mine.length) : null,
        el("th", { scope: "row" }, strategy.title),
        ...models.map((model) => entry(cells.find((cell) => cell.dataset === row.name && cell.strategy === strategy.name && cell.model === model.name))),
      ),
    );
    return el("tbody", {}, ...rows);
  });
  return el("table", {}, el("caption", {}, CAPTION), heads(["Data", "Strategy"], models), ...bodies);
}

/** Rows: data sets, models and rehearsed parts; columns: strategies. */
function figureTable(report: Reproduction): HTMLElement {
  const bodies = curvesOf(report).map(({ row, model, cells }) => {
    const fractions = [...new Set(cells.flatMap(({ fraction }) => fraction ?? []))].sort((a, b) => a - b);
    const rows = fractions.map((fraction, i) =>
      el(
        "tr",
        {},
        i === 0 ? dataHead(row, fractions.length, model) : null,
        el("th", { scope: "row" }, `${fraction}\u202f%`),
        ...report.strategies.map(({ name }) => entry(cells.find((cell) => cell.strategy === name && cell.fraction === fraction))),
      ),
    );
    return el("tbody", {}, ...rows);
  });
  return el("table", {}, el("caption", {}, CAPTION), heads(["Data", "Rehearsed"], report.strategies), ...bodies);
}

const heads = (first: readonly string[], columns: readonly Named[]): HTMLElement =>
  el("thead", {}, el("tr", {}, ...[...first, ...columns.map(({ title }) => title)].map((title) => el("th", { scope: "col" }, title))));

function dataHead(row: DataSetRow, rows: number, model: Named | null = null): HTMLElement {
  const beside = [...(row.surrogate ? [`in place of ${row.paper}`] : []), ...(model ? [model.title] : [])];
  return el("th", { scope: "rowgroup", rowspan: rows }, row.title, ...beside.map((text) => el("span", { class: "beside" }, text)));
}

function entry(cell: CellReport | undefined): HTMLElement {
  if (!cell) return el("td", { class: "none" }, "–");
  const { ours, paper, standard_errors: errors, verdict } = cell;
  // Without a number of the paper's there is nothing to judge.
  const said = [...(verdict === "measured" ? [] : [VERDICT_WORDS[verdict]]), ...notes(cell)].join("; ");
  return el(
    "td",
    {},
    ours ? el("span", {}, el("strong", {}, accuracy(ours)), ` n\u00a0=\u00a0${ours.n} `) : null,
    said === "" ? null : judged(verdict, said),
    paper ? el("span", { class: "beside" }, `paper ${ofPaper(paper)}${errors === null ? "" : ` (${inErrors(errors)})`}`) : null,
  );
}

const judged = (verdict: string, words: string): HTMLElement => el("span", { class: "judged", "data-verdict": verdict }, words);

function claimsTable({ claims }: Reproduction): HTMLElement {
  const rows = claims.map((claim) => {
    const beside = claimNotes(claim).map((note) => el("span", { class: "beside" }, note));
    return el("tr", {}, el("th", { scope: "row" }, claim.text), el("td", {}, judged(claim.answer, ANSWER_WORDS[claim.answer]), ...beside), el("td", {}, ...withCode(claim.by)));
  });
  const head = el("tr", {}, ...["Claim", "Here", "By how much"].map((title) => el("th", { scope: "col" }, title)));
  return el("table", {}, el("caption", { class: "aside" }, "The paper’s claims, and what the runs say of them"), el("thead", {}, head), el("tbody", {}, ...rows));
}

/** Commands stand between backticks. */
const withCode = (text: string): (string | HTMLElement)[] => text.split("`").map((part, i) => (i % 2 === 1 ? el("code", {}, part) : part));

function madeBy(report: Reproduction): HTMLElement {
  const diverged = report.cells.flatMap(({ id, diverged }) => diverged.map(({ seed, message }) => `${id} with seed ${seed} diverged: ${message}`));
  const line = (text: string, ...code: string[]) => el("li", {}, text, ...code.map((one) => el("code", {}, one)));
  return el(
    "ul",
    { class: "fine" },
    line("This file: ", report.command),
    line(`Engram ${report.engram}; ${seedsInWords(report.seeds)}; ${runsOf(report)} runs, ${figures(report.core_hours)} core-hours. The command of each cell is in the data below.`),
    ...report.made.map((made) => line("Runs: ", made)),
    ...diverged.map((text) => line(text)),
  );
}

interface Curve {
  readonly row: DataSetRow;
  readonly model: Named;
  readonly cells: readonly CellReport[];
}

/** The cells of a figure, one data set and model after the other. */
function curvesOf({ datasets, models, cells }: Reproduction): Curve[] {
  const all = datasets.flatMap((row) => models.map((model) => ({ row, model, cells: cells.filter((cell) => cell.dataset === row.name && cell.model === model.name && cell.fraction !== null) })));
  return all.filter(({ cells }) => cells.length > 0);
}

function drawings(report: Reproduction, width: number): HTMLElement[] {
  const drawn = isFigure(report) ? curvesOf(report).map((curve) => rehearsalFigure(report, curve, width)) : report.datasets.map((row) => besideFigure(report, row, width));
  return [el("div", { class: "pair" }, ...drawn.filter((figure) => figure !== null))];
}

const spoken = ({ ours, paper }: Pick<CellReport, "ours" | "paper">): string => [ours ? `ours ${accuracy(ours)}` : "not run", ...(paper ? [`the paper’s ${ofPaper(paper)}`] : [])].join(", ");

function besideFigure({ strategies, models, cells }: Reproduction, row: DataSetRow, width: number): HTMLElement | null {
  const groups = strategies.map(({ name, title }): Group & { readonly cells: readonly CellReport[] } => {
    const mine = models.flatMap((model) => cells.find((cell) => cell.dataset === row.name && cell.strategy === name && cell.model === model.name && (cell.ours || cell.paper)) ?? []);
    return { title, cells: mine, rows: mine.map(({ model, ours, paper }) => ({ label: models.find(({ name }) => name === model)!.title, ours, paper })) };
  });
  const known = groups.filter(({ rows }) => rows.length > 0);
  if (known.length === 0) return null;
  const label = known.map(({ title, cells, rows }) => `${title}: ${rows.map((row, i) => `${row.label} ${spoken(cells[i]!)}`).join("; ")}`).join(". ");
  return el("figure", {}, el("figcaption", {}, dataTitle(row)), asImage(beside(known, side(width, 2), smallType()), `${dataTitle(row)}. ${label}.`));
}

function rehearsalFigure({ strategies }: Reproduction, { row, model, cells }: Curve, width: number): HTMLElement {
  const lines = strategies.map(({ name, title }): Line => {
    const points = cells.filter((cell) => cell.strategy === name).sort((a, b) => a.fraction! - b.fraction!);
    return { label: title, points: points.map(({ fraction, ours, paper }) => ({ fraction: fraction!, ours, paper })) };
  });
  const known = lines.filter(({ points }) => points.some(({ ours, paper }) => ours || paper));
  const title = `${dataTitle(row)}, ${model.title}`;
  if (known.length === 0) return el("figure", {}, el("figcaption", {}, `${title}: nothing has run yet`));
  const label = known.map(({ label, points }) => `${label}: ${points.map((point) => `${point.fraction} % rehearsed ${accuracyOf(point)}`).join("; ")}`).join(". ");
  return el("figure", {}, el("figcaption", {}, title), asImage(rehearsed(known, side(width, 2), smallType()), `${title}. ${label}.`));
}

const accuracyOf = ({ ours }: Line["points"][number]): string => (ours ? `${ours.mean.toFixed(1)} %` : "not run");
