// What `engram reproduce` writes, `Reproduction` of src/reproduce/report.rs: its shape, and how a file is read that anyone may have changed.

/** The version of the format that this page reads. */
export const FORMAT = 1;
/** More cells than any table has that a person reads. */
const MOST = 10_000;

export const VERDICTS = ["verified", "above", "differs", "below", "surrogate", "measured", "diverged", "incomplete", "not_run", "no_preset"] as const;
export type Verdict = (typeof VERDICTS)[number];
export const ANSWERS = ["holds", "does_not", "undecided", "elsewhere"] as const;
export type ClaimAnswer = (typeof ANSWERS)[number];
const ENGINES = ["auto", "cpu", "gpu"] as const;

export interface Named {
  readonly name: string;
  readonly title: string;
}

export interface DataSetRow extends Named {
  /** The paper's name of its own. */
  readonly paper: string;
  /** Whether ours is another than the paper's. */
  readonly surrogate: boolean;
}

/** Means and their spreads are in points: percent of the test samples. */
export interface Spread {
  readonly mean: number;
  readonly sd: number | null;
  readonly n: number;
}

export interface PaperNumber {
  readonly mean: number;
  readonly sd: number | null;
}

export interface FinishedRun {
  readonly seed: number;
  readonly accuracy: number;
  readonly seconds: number;
  readonly engine: (typeof ENGINES)[number] | null;
  /** Version of Engram that ran it, with its commit. */
  readonly engram: string | null;
}

export interface DivergedRun {
  readonly seed: number;
  readonly message: string;
  readonly seconds: number;
}

export interface CellReport {
  readonly id: string;
  readonly dataset: string;
  readonly model: string;
  readonly strategy: string;
  /** Percent of past data that is rehearsed, in a figure that goes over several. */
  readonly fraction: number | null;
  readonly command: string | null;
  readonly surrogate: boolean;
  readonly tuned: boolean;
  readonly ours: Spread | null;
  readonly paper: PaperNumber | null;
  readonly difference: number | null;
  readonly standard_errors: number | null;
  readonly verdict: Verdict;
  readonly runs: readonly FinishedRun[];
  readonly diverged: readonly DivergedRun[];
}

export interface Difference {
  readonly mean: number;
  readonly sd: number;
  readonly n: number;
  readonly interval: readonly [number, number];
}

export interface ClaimReport {
  readonly text: string;
  readonly answer: ClaimAnswer;
  readonly by: string;
  readonly difference: Difference | null;
  readonly surrogate: boolean;
  readonly tuned: boolean;
}

export interface Reproduction {
  readonly format: number;
  readonly name: string;
  readonly title: string;
  readonly paper: string;
  readonly engram: string;
  readonly command: string;
  readonly made: readonly string[];
  readonly seeds: readonly number[];
  readonly core_hours: number;
  readonly datasets: readonly DataSetRow[];
  readonly models: readonly Named[];
  readonly strategies: readonly Named[];
  readonly cells: readonly CellReport[];
  readonly claims: readonly ClaimReport[];
}

/** Reads a value that is at `where` in the file, or says what is wrong there. */
type Reader<T> = (value: unknown, where: string) => T;

/** Reads a file's text. Throws in words what is wrong with it. */
export function readReproduction(text: string): Reproduction {
  const value = parsed(text);
  const format = isObject(value) ? value["format"] : undefined;
  if (!isObject(value) || format === undefined || typeof value["name"] !== "string") {
    throw new Error("it is no results file, as `engram reproduce` writes them: it has no `format` and `name`");
  }
  if (format !== FORMAT) throw new Error(`it is of version ${shown(format)} of the format, and this page reads version ${FORMAT}`);
  const report = reproductionReader(value, "");
  report.cells.forEach((cell, i) => isPlaced(cell, report, `cells[${i}]`));
  return report;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`it is not JSON (${error instanceof Error ? error.message : String(error)})`);
  }
}

/** A cell of a row or a column that there is not would be seen nowhere. */
function isPlaced(cell: CellReport, report: Reproduction, where: string): void {
  for (const [field, all] of [["dataset", "datasets"], ["model", "models"], ["strategy", "strategies"]] as const) {
    const isIt = ({ name }: Named) => name === cell[field];
    if (!report[all].some(isIt)) throw new Error(`\`${where}.${field}\` is ${shown(cell[field])}, which \`${all}\` does not list`);
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

/** A value as it is quoted in a message. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

const wrong = (value: unknown, where: string, expected: string): Error =>
  new Error(value === undefined ? `\`${where}\` is missing` : `\`${where}\` is ${shown(value)}, and ${expected} is expected there`);

const text: Reader<string> = (value, where) => {
  if (typeof value !== "string") throw wrong(value, where, "a text");
  return value;
};

const flag: Reader<boolean> = (value, where) => {
  if (typeof value !== "boolean") throw wrong(value, where, "true or false");
  return value;
};

const number: Reader<number> = (value, where) => {
  if (typeof value !== "number") throw wrong(value, where, "a number");
  return value;
};

/** A count or a seed. */
const whole: Reader<number> = (value, where) => {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw wrong(value, where, "a whole number from 0 up");
  return value as number;
};

const orNull = <T>(read: Reader<T>): Reader<T | null> => (value, where) => (value === undefined || value === null ? null : read(value, where));

const oneOf = <T extends string>(allowed: readonly T[]): Reader<T> => (value, where) => {
  const found = allowed.find((one) => one === value);
  if (found === undefined) throw wrong(value, where, `one of ${allowed.join(", ")}`);
  return found;
};

const list = <T>(read: Reader<T>): Reader<T[]> => (value, where) => {
  if (!Array.isArray(value)) throw wrong(value, where, "a list");
  if (value.length > MOST) throw new Error(`\`${where}\` has ${value.length} entries; ${MOST} are read at most`);
  return value.map((one, i) => read(one, `${where}[${i}]`));
};

const object = <T>(fields: { readonly [K in keyof T]: Reader<T[K]> }): Reader<T> => (value, where) => {
  if (!isObject(value)) throw wrong(value, where, "an object");
  const at = (name: string) => (where === "" ? name : `${where}.${name}`);
  const read = Object.entries<Reader<unknown>>(fields).map(([name, read]) => [name, read(value[name], at(name))]);
  return Object.fromEntries(read) as T;
};

const interval: Reader<readonly [number, number]> = (value, where) => {
  const ends = list(number)(value, where);
  if (ends.length !== 2) throw wrong(value, where, "a list of two numbers");
  return [ends[0]!, ends[1]!];
};

const named = { name: text, title: text };
const paper = object<PaperNumber>({ mean: number, sd: orNull(number) });

const cell = object<CellReport>({
  id: text,
  dataset: text,
  model: text,
  strategy: text,
  fraction: orNull(number),
  command: orNull(text),
  surrogate: flag,
  tuned: flag,
  ours: orNull(object<Spread>({ mean: number, sd: orNull(number), n: whole })),
  paper: orNull(paper),
  difference: orNull(number),
  standard_errors: orNull(number),
  verdict: oneOf(VERDICTS),
  runs: list(object<FinishedRun>({ seed: whole, accuracy: number, seconds: number, engine: orNull(oneOf(ENGINES)), engram: orNull(text) })),
  diverged: list(object<DivergedRun>({ seed: whole, message: text, seconds: number })),
});

const claim = object<ClaimReport>({
  text,
  answer: oneOf(ANSWERS),
  by: text,
  difference: orNull(object<Difference>({ mean: number, sd: number, n: whole, interval })),
  surrogate: flag,
  tuned: flag,
});

const reproductionReader = object<Reproduction>({
  format: number,
  name: text,
  title: text,
  paper: text,
  engram: text,
  command: text,
  made: list(text),
  seeds: list(whole),
  core_hours: number,
  datasets: list(object<DataSetRow>({ ...named, paper: text, surrogate: flag })),
  models: list(object<Named>(named)),
  strategies: list(object<Named>(named)),
  cells: list(cell),
  claims: list(claim),
});
