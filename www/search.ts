// A search for constants of sleep: what the form says, what is known of it so far, and what follows from that.

import growing from "../presets/tuning/sleep-growing.json";
import soft from "../presets/tuning/sleep-soft.json";
import type { Capacity } from "./capacity.js";
import { GROUPS, type Field } from "./fields.js";
import type { Bounds, GivenUp, Method, Scale, Spec, Tried, Tuning } from "./generated/engram.js";
import { kindOf } from "./models.js";
import { summary, type Summary } from "./statistics.js";
import { count } from "./words.js";

/** A constant that may be searched, with its bounds as they were typed. */
export interface Wanted {
  readonly path: string;
  readonly on: boolean;
  readonly low: string;
  readonly high: string;
  readonly scale: Scale;
}

/** What the form says of the search itself; numbers as they were typed. */
export interface Chosen {
  readonly wanted: readonly Wanted[];
  readonly method: Method["kind"];
  readonly population: string;
  readonly orders: string;
  readonly seed: string;
  /** Whether each seed has its own order of tasks, whatever the controls say. */
  readonly shuffled: boolean;
  /** Whether all points are tried on one order first. */
  readonly halved: boolean;
  readonly fromSpec: boolean;
}

/** When the search ends; it can be given more. */
export interface Budget {
  readonly evaluations: string;
  /** Nothing: as long as it takes. */
  readonly minutes: string;
}

export type SearchStatus =
  | { readonly kind: "loading"; readonly received: number; readonly total: number }
  | { readonly kind: "running" }
  | { readonly kind: "paused" }
  | { readonly kind: "stopped" }
  | { readonly kind: "ended" }
  | { readonly kind: "failed"; readonly message: string };

/** A search that is here, under way or not. */
export interface Search {
  readonly spec: Spec;
  readonly tuning: Tuning;
  /** All evaluations, as they came. */
  readonly told: readonly Tried[];
  /** The place of the best among them. */
  readonly best: number | null;
  readonly status: SearchStatus;
  readonly underWay: number;
  readonly capacity: Capacity;
}

/** The page's part of the state that is about searching. */
export interface Searching {
  readonly chosen: Chosen;
  readonly budget: Budget;
  /** Why a search, a log or a budget was refused, for people. */
  readonly problem: string | null;
  /** What the scatter lies over: a constant's path; `null`: the order in which they were tried. */
  readonly across: string | null;
  /** The evaluation that is looked at, by its place; `null`: the best. */
  readonly looked: number | null;
  readonly latest: Search | null;
}

export const MOST_ORDERS = 24;
/** The seed of the first order: none that presets were reported with. */
const FIRST_SEED = 1000;

export const SCALES: readonly (readonly [Scale, string])[] = [
  ["linear", "linear"],
  ["log", "logarithmic"],
  ["log_rest", "log of 1 − it"],
];

export const METHODS: readonly (readonly [Method["kind"], string])[] = [
  ["evolution", "evolution strategy"],
  ["genetic", "genetic algorithm"],
  ["random", "random draws"],
];

/** The paper's constants are searched; those of our own additions to sleep, and the learning rate, by who ticks them. */
const WANTED: readonly Wanted[] = Object.entries({ ...growing.fields, ...soft.fields })
  .map(([path, { low, high, scale }]) => ({ path, on: path in soft.fields, low: String(low), high: String(high), scale: scale as Scale }))
  .sort((a, b) => Number(b.on) - Number(a.on));

export const NOT_SEARCHED: Searching = {
  chosen: {
    wanted: WANTED,
    method: "evolution",
    population: String(soft.population),
    orders: "3",
    seed: "0",
    shuffled: true,
    halved: true,
    fromSpec: true,
  },
  budget: { evaluations: "90", minutes: "" },
  problem: null,
  across: null,
  looked: null,
  latest: null,
};

export const sleeps = ({ strategy }: Spec): boolean => strategy.kind === "src" || strategy.kind === "src_rehearsal";

/** Whether a constant has no part in a network's sleep: only an MRNN has feedback. */
export const isIdle = ({ path }: Pick<Wanted, "path">, spec: Pick<Spec, "network">): boolean => path === "sleep.feedback" && kindOf(spec) !== "mrnn";

/** What a constant is called, and its unit. */
export function constant(path: string): Pick<Field, "label" | "unit"> {
  const fields = GROUPS.flatMap(({ fields }) => fields);
  const known = fields.find((field) => field.path === path);
  if (known) return known;
  // One of several numbers, as the learning rates are.
  const [, list, place] = /^(.*)\.(\d+)$/.exec(path) ?? [];
  const several = fields.find((field) => field.path === list);
  return several ? { label: `${several.label}, layer ${Number(place) + 1}`, unit: several.unit } : { label: path, unit: "" };
}

/** The paths of the constants that are searched, as the controls have them. */
export function pathsOf({ fields }: Tuning): string[] {
  const known = GROUPS.flatMap(({ fields }) => fields.map(({ path }) => path));
  const place = (path: string) => (known.indexOf(path) + 1 || Infinity);
  return Object.keys(fields).sort((a, b) => (place(a) === place(b) ? 0 : place(a) - place(b)));
}

/** A number that was typed; `null`: it is none. */
export function number(text: string): number | null {
  const trimmed = text.trim();
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed) ? Number(trimmed) : null;
}

/** A whole number that was typed, if it is from `least` to `most`. */
export function whole(text: string, least: number, most: number): number | null {
  const n = /^\d+$/.test(text.trim()) ? Number(text) : -1;
  return n >= least && n <= most ? n : null;
}

/** What is wrong with a constant's bounds, for people; `null`: nothing that can be seen here. */
export function wrongBounds({ low, high, scale }: Wanted): string | null {
  const [from, to] = [number(low), number(high)];
  if (from === null || to === null) return `“${from === null ? low : high}” is no number.`;
  if (from >= to) return "The lower bound comes first.";
  if (scale === "log" && from <= 0) return "A logarithmic scale begins above 0.";
  if (scale === "log_rest" && to >= 1) return "A scale of the logarithm of 1 − it ends below 1.";
  return null;
}

/** What the form asks for. Refused in words. */
export function tuningOf(chosen: Chosen): Tuning {
  const wanted = chosen.wanted.filter(({ on }) => on);
  if (wanted.length === 0) throw new Error("No constant is ticked: tick one at least");
  const fields: Record<string, Bounds> = {};
  for (const one of wanted) {
    const why = wrongBounds(one);
    if (why) throw new Error(`${constant(one.path).label}: ${why.replace(/\.$/, "")}`);
    fields[one.path] = { low: number(one.low)!, high: number(one.high)!, scale: one.scale };
  }
  const population = asked("points a generation", chosen.population, 2, 10_000);
  const seed = asked("seed of the search", chosen.seed, 0, 2 ** 32 - 1);
  return { fields, method: { kind: chosen.method } as Method, population, from_spec: chosen.fromSpec, rungs: rungsOf(chosen), seed };
}

/** As the command line's file has it: all on one order, and the better half on others. */
function rungsOf({ orders, shuffled, halved }: Chosen): Tuning["rungs"] {
  const n = asked("task orders", orders, 1, MOST_ORDERS);
  const set: Record<string, unknown> = shuffled ? { "tasks.order": "shuffled" } : {};
  const seeds = Array.from({ length: n }, (_, i) => FIRST_SEED + i);
  if (!halved) return [{ set, seeds, pass: 0.5 }];
  return [
    { set, seeds: [FIRST_SEED], pass: 0.5 },
    { set, seeds: seeds.map((seed) => seed + 1), pass: 0.5 },
  ];
}

/** Of the whole search: evaluations in all, and minutes since it began or was gone on with. Refused in words. */
export function limits({ evaluations, minutes }: Budget): { evaluations: number; seconds: number } {
  const most = asked("evaluations", evaluations, 1, 1_000_000);
  const time = minutes.trim() === "" ? Infinity : number(minutes);
  if (time === null || time <= 0) throw new Error(`“${minutes}” is no number of minutes: leave it empty, or write one above 0`);
  return { evaluations: most, seconds: 60 * time };
}

function asked(what: string, text: string, least: number, most: number): number {
  const n = whole(text, least, most);
  if (n === null) throw new Error(`“${text}” is no number of ${what}: whole numbers from ${least} to ${most} are allowed`);
  return n;
}

export const isSearching = (searching: Searching | null): boolean => {
  const kind = searching?.latest?.status.kind;
  return kind === "loading" || kind === "running" || kind === "paused";
};

/** Why an evaluation was given up; `null`: it was not. */
export const givenUp = ({ trials }: Tried): GivenUp | null => trials.find(({ given_up }) => given_up)?.given_up ?? null;

export const WHY: Record<GivenUp, string> = {
  diverged: "diverged",
  silent: "no hidden unit spiked",
  storm: "more than a quarter of the hidden units spiked in a step",
  destroyed: "a sleep lost half of the accuracy, or more",
};

/** Whether an evaluation counts as the search's, on the last rung. */
export const isFinal = ({ tuning }: Search, { rung }: Tried): boolean => rung === tuning.rungs.length - 1;

/** Accuracy over the orders that were run. */
export const fitnessOf = ({ trials }: Tried): Summary => summary(trials.map(({ accuracy }) => accuracy))!;

/** Mean spikes a step of the last sleeps, layer by layer; empty where none ended. */
export function spikesOf({ trials }: Tried): number[] {
  const slept = trials.map(({ spikes_per_step }) => spikes_per_step).filter((layers) => layers.length > 0);
  return (slept[0] ?? []).map((_, layer) => summary(slept.map((layers) => layers[layer]!))!.mean);
}

export const secondsOf = ({ trials }: Tried): number => trials.reduce((sum, { seconds }) => sum + seconds, 0);

/** Places of the evaluations that reached the last rung and were not given up, the best first. */
export function ranked(search: Search): number[] {
  const finals = search.told.map((tried, place) => ({ tried, place })).filter(({ tried }) => isFinal(search, tried) && !givenUp(tried));
  return finals.sort((a, b) => b.tried.fitness - a.tried.fitness || Number(b.place === search.best) - Number(a.place === search.best)).map(({ place }) => place);
}

/** Those given up, by why. */
export function givenUpInWords(told: readonly Tried[]): string {
  const reasons = told.flatMap((tried) => givenUp(tried) ?? []);
  if (reasons.length === 0) return "none given up";
  const each = [...new Set(reasons)].map((why) => `${count(reasons.filter((one) => one === why).length)} × ${WHY[why]}`);
  return `${count(reasons.length)} given up (${each.join(", ")})`;
}
