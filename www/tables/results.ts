// A results file as tables: its cells, every run, and the paper's claims.

import type { Reproduction } from "../results/reproduction.js";
import { ANSWER_WORDS, dataTitle, titleOf, VERDICT_WORDS } from "../results/words.js";
import type { Column, Table } from "../table.js";

const PERCENT = "% of test images";
const POINTS = "points";
const ID: Column = { key: "id", label: "Cell" };

export function resultsTables(report: Reproduction): Table[] {
  return [cellsTable(report), runsTable(report), claimsTable(report)].filter(({ rows }) => rows.length > 0);
}

function cellsTable({ cells, datasets, models, strategies, seeds }: Reproduction): Table {
  return {
    name: "results-cells",
    title: "Every cell",
    columns: [
      ID,
      { key: "dataset", label: "Data" },
      { key: "model", label: "Model" },
      { key: "strategy", label: "Strategy" },
      { key: "fraction", label: "Rehearsed", unit: "% of past data" },
      { key: "mean", label: "Accuracy, mean", unit: PERCENT },
      { key: "sd", label: "s.d.", unit: POINTS },
      { key: "n", label: "n", unit: "runs" },
      { key: "diverged", label: "Diverged", unit: "runs" },
      { key: "orders", label: "Wanted", unit: "runs" },
      { key: "paper_mean", label: "Paper, mean", unit: PERCENT },
      { key: "paper_sd", label: "Paper, s.d.", unit: POINTS },
      { key: "difference", label: "Ours − paper", unit: POINTS },
      { key: "standard_errors", label: "Ours − paper", unit: "standard errors of both" },
      { key: "verdict", label: "Verdict" },
      { key: "tuned", label: "Constants" },
      { key: "command", label: "Command" },
    ],
    rows: cells.map((cell) => [
      cell.id,
      dataTitle(datasets.find((row) => row.name === cell.dataset)!),
      titleOf(models, cell.model),
      titleOf(strategies, cell.strategy),
      cell.fraction,
      cell.ours?.mean ?? null,
      cell.ours?.sd ?? null,
      cell.runs.length,
      cell.diverged.length,
      seeds.length,
      cell.paper?.mean ?? null,
      cell.paper?.sd ?? null,
      cell.difference,
      cell.standard_errors,
      VERDICT_WORDS[cell.verdict],
      cell.command === null ? null : cell.tuned ? "tuned" : "not tuned",
      cell.command,
    ]),
  };
}

function runsTable({ cells }: Reproduction): Table {
  return {
    name: "results-runs",
    title: "Every run",
    columns: [ID, { key: "seed", label: "Seed" }, { key: "accuracy", label: "Accuracy", unit: PERCENT }, { key: "seconds", label: "Computing", unit: "seconds" }, { key: "engine", label: "Engine" }, { key: "engram", label: "Engram" }, { key: "message", label: "Diverged" }],
    rows: cells.flatMap(({ id, runs, diverged }) => [
      ...runs.map(({ seed, accuracy, seconds, engine, engram }) => [id, seed, accuracy, seconds, engine, engram, null]),
      ...diverged.map(({ seed, message, seconds }) => [id, seed, null, seconds, null, null, message]),
    ]),
  };
}

function claimsTable({ claims }: Reproduction): Table {
  return {
    name: "results-claims",
    title: "The paper’s claims",
    columns: [
      { key: "claim", label: "Claim" },
      { key: "answer", label: "Here" },
      { key: "by", label: "By how much" },
      { key: "difference", label: "Paired difference, mean", unit: POINTS },
      { key: "low", label: "95 % confidence from", unit: POINTS },
      { key: "high", label: "to", unit: POINTS },
      { key: "pairs", label: "Pairs", unit: "count" },
      { key: "surrogate", label: "Data" },
      { key: "tuned", label: "Constants" },
    ],
    rows: claims.map(({ text, answer, by, difference, surrogate, tuned }) => [
      text, ANSWER_WORDS[answer], by, difference?.mean ?? null, difference?.interval[0] ?? null, difference?.interval[1] ?? null, difference?.n ?? null,
      surrogate ? "surrogate" : "the paper’s", tuned ? "tuned" : "not tuned",
    ]),
  };
}
