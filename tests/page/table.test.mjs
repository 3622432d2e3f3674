// Tables as CSV and JSON, the Spec in a PNG file, and names of files.

import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32, deflateSync } from "node:zlib";
import { load } from "./load.mjs";

const { csv, written } = await load("table.ts");
const { fileName, json, specText } = await load("exhibit.ts");
const { withText } = await load("save/chunk.ts");
const { accuracyTable } = await load("tables/accuracy.ts");
const { confusionTable } = await load("tables/confusion.ts");
const { matrixNames, weightTables } = await load("tables/weights.ts");
const { spikeTables } = await load("tables/spikes.ts");
const { answerTables } = await load("tables/answers.ts");
const { comparisonTables } = await load("tables/comparison.ts");
const { begin } = await load("run.ts");

const table = (columns, rows) => ({ name: "some", title: "Some", columns, rows });

/** RFC 4180 read back, by its grammar and nothing of what wrote it. */
function read(text) {
  assert.equal(text[0], "\ufeff", "spreadsheets are told that it is UTF-8");
  const rows = [];
  for (let at = 1; at < text.length; ) {
    const row = [];
    for (;;) {
      let field = "";
      if (text[at] === '"') {
        for (at++; text[at] !== '"' || text[at + 1] === '"'; at++) {
          field += text[at];
          if (text[at] === '"') at++;
        }
        at++;
      } else {
        while (at < text.length && text[at] !== "," && text[at] !== "\r") {
          assert.notEqual(text[at], '"', "a quote inside a field without quotes");
          field += text[at++];
        }
      }
      row.push(field);
      if (text[at] !== ",") break;
      at++;
    }
    assert.equal(text.slice(at, at + 2), "\r\n", "lines end with CR and LF");
    at += 2;
    rows.push(row);
  }
  return rows;
}

test("a table as CSV has units in its header, quotes where they are needed and empty fields for what is not known", () => {
  const columns = [{ key: "phase", label: "After phase" }, { key: "a", label: "Sandal, Shirt", unit: "fraction" }];
  assert.equal(csv(table(columns, [["T1", 0.5], ['the "first"', null]])), '\ufeffAfter phase,"Sandal, Shirt (fraction)"\r\nT1,0.5\r\n"the ""first""",\r\n');
});

test("a text that a spreadsheet would compute is kept from it, a number is left alone", () => {
  const texts = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"];
  const [head, ...found] = read(csv(table([{ key: "a", label: "=HYPERLINK()" }, { key: "b", label: "n" }], texts.map((text) => [text, -1.5]))));
  assert.deepEqual(head, ["'=HYPERLINK()", "n"]);
  assert.deepEqual(found, texts.map((text) => [`'${text}`, "-1.5"]));
});

test("any table survives CSV and JSON, numbers bit for bit", () => {
  let state = 11;
  const random = () => (state = (state * 16807) % 2147483647) / 2147483647;
  const texts = ["", "plain", "a,b", 'say "x"', "line\nbreak", "CR\rLF\r\n", " spaced ", "ß→字", '"', "a-b", "−1"];
  const cell = () => {
    const kind = random();
    if (kind < 0.2) return null;
    if (kind < 0.6) return texts[Math.floor(random() * texts.length)];
    return (random() - 0.5) * 10 ** Math.floor(40 * random() - 20);
  };
  for (let round = 0; round < 300; round++) {
    const columns = Array.from({ length: 1 + Math.floor(random() * 5) }, (_, i) => ({ key: `c${i}`, label: texts[Math.floor(random() * texts.length)] }));
    const rows = Array.from({ length: Math.floor(random() * 6) }, () => columns.map(cell));
    const [head, ...found] = read(csv(table(columns, rows)));
    assert.deepEqual(head, columns.map(({ label }) => label));
    const known = rows.map((row) => row.map((value) => value ?? ""));
    assert.deepEqual(found.map((row, r) => row.map((text, c) => (typeof known[r][c] === "number" ? Number(text) : text))), known);
    const origin = { arm: null, preset: "p", seeds: [0], spec: { seed: 0 }, link: "v=1", command: null, engine: null, done: "" };
    const exhibit = { title: "Some", caption: texts[round % texts.length], tables: [table(columns, rows)], source: { slug: "p-seed0", line: "", origins: [origin] } };
    assert.deepEqual(JSON.parse(json(exhibit)), { format: "engram-data", version: 1, title: "Some", caption: exhibit.caption, runs: [origin], tables: exhibit.tables });
  }
});

test("cells for people are rounded, grouped, and never an empty nothing", () => {
  assert.deepEqual([null, "T1", 0, 2000, 0.123456789, -0.5, -1.23456e-9, 401408].map(written), ["–", "T1", "0", "2,000", "0.12346", "−0.5", "−1.235e−9", "401,408"]);
});

test("files are named after what they hold and where it comes from", () => {
  const source = { slug: "quick-mnist-src-seed0", line: "", origins: [{ spec: { seed: 0 } }] };
  assert.equal(fileName("Forgetting curves", source, "svg"), "engram-forgetting-curves-quick-mnist-src-seed0.svg");
  assert.equal(specText(source), '{"seed":0}');
  const two = { ...source, origins: [{ arm: "sleep", seeds: [1], spec: { seed: 1 }, preset: "x" }, { arm: "nothing", seeds: [1], spec: { seed: 1 }, preset: "y" }] };
  assert.deepEqual(JSON.parse(specText(two)), [{ arm: "sleep", seeds: [1], spec: { seed: 1 } }, { arm: "nothing", seeds: [1], spec: { seed: 1 } }]);
});

/** The chunks of a PNG file, each with its check sum proved. */
function chunks(file) {
  const view = new DataView(file.buffer, file.byteOffset);
  const found = [];
  for (let at = 8; at < file.length; ) {
    const length = view.getUint32(at);
    assert.equal(view.getUint32(at + 8 + length), crc32(file.subarray(at + 4, at + 8 + length)), "the check sum");
    found.push({ type: Buffer.from(file.subarray(at + 4, at + 8)).toString(), data: file.subarray(at + 8, at + 8 + length) });
    at += 12 + length;
  }
  return found;
}

test("a text in a PNG file stands after its header, with its check sum, and leaves the rest alone", () => {
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const header = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
  const png = Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), chunk("IHDR", header), chunk("IDAT", deflateSync(Buffer.from([0, 7]))), chunk("IEND", Buffer.alloc(0))]);
  const text = '{"name":"Zürich 字 𝔸"}';
  const before = chunks(png);
  const after = chunks(withText(png, "Engram-Spec", text));
  assert.deepEqual(after.map(({ type }) => type), ["IHDR", "iTXt", "IDAT", "IEND"]);
  assert.deepEqual(after.filter(({ type }) => type !== "iTXt").map(({ data }) => [...data]), before.map(({ data }) => [...data]));
  assert.equal(Buffer.from(after[1].data).toString(), `Engram-Spec\0\0\0\0\0${text}`);
});

const SPEC = { seed: 4, data: { name: "mnist" }, strategy: { kind: "src" }, tasks: { classes: [[0, 1], [2, 3]] } };
const STATE = { catalogue: [{ name: "mnist", classes: [..."0123456789"] }], own: [] };
const PLAN = { phases: ["T1", "S1", "T2", "S2"], tasks: [[2, 3], [0, 1]], seed: 4 };
const phase = (i, over = {}) => ({ phase: i, name: PLAN.phases[i], accuracy: [0.1 * i, 0.25], mean: 0.5, confusion: [[3, 1], [0, 4]], weight_change: [], energy: [], movement: [], ...over });
const run = (over) => ({ ...begin(SPEC, "p"), plan: PLAN, ...over });

function square({ columns, rows }) {
  for (const row of rows) assert.equal(row.length, columns.length, "as many cells as columns");
  assert.equal(new Set(columns.map(({ key }) => key)).size, columns.length, "a key for each column");
}

test("every table has as many cells as columns, and the numbers of what it is of", () => {
  const accuracies = accuracyTable(STATE, run({ phases: [phase(0), phase(1)] }));
  square(accuracies);
  assert.deepEqual(accuracies.columns.map(({ label }) => label), ["After phase", "Task 1: 2 / 3", "Task 2: 0 / 1", "All classes"]);
  assert.deepEqual(accuracies.rows, [["T1", 0, 0.25, 0.5], ["S1", 0.1, 0.25, 0.5]]);

  const confusion = confusionTable([phase(0), phase(1, { confusion: [[0, 0], [2, 2]] })], ["cat", "dog"]);
  square(confusion);
  assert.deepEqual(confusion.rows, [["T1", "cat", 3, 1], ["T1", "dog", 0, 4], ["S1", "dog", 2, 2]]);

  const weights = weightTables({ name: "S1", weight_change: [{ mean: 0.1, down: 0.3, up: 0.7, min: -1, max: 1, histogram: [1, 2, 3, 4] }, { mean: 0, down: 0, up: 0, min: 0, max: 0, histogram: [5] }] }, "mrnn");
  weights.forEach(square);
  assert.deepEqual(weights[0].rows, [["S1", "input to hidden", 0.1, 0.3, 0.7, -1, 1, 10], ["S1", "hidden to output", 0, 0, 0, 0, 0, 5]]);
  assert.deepEqual(weights[1].rows.slice(0, 2), [["S1", "input to hidden", -1, -0.5, 1], ["S1", "input to hidden", -0.5, 0, 2]]);

  assert.deepEqual(matrixNames(3, "rnn"), ["input to hidden", "hidden to itself", "hidden to output"]);
  assert.deepEqual(matrixNames(5, "rnn").slice(2), ["hidden 1 to hidden 2", "hidden 2 to itself", "hidden 2 to output"]);
  assert.deepEqual(matrixNames(4, "areas"), ["input to area", "area to input", "area to labels", "labels to area"]);
  assert.deepEqual(matrixNames(6, "areas").slice(2), ["area 1 to area 2", "area 2 to area 1", "area 1 to labels", "labels to area 1"]);
  assert.deepEqual(matrixNames(3, "feed_forward"), ["input to hidden 1", "hidden 1 to hidden 2", "hidden 2 to output"]);

  const spikes = spikeTables(run({ spikes: [{ phase: 1, step: 500, per_step: [9, 2, 0.5] }], raster: { phase: 1, step: 499, layers: [[[3], [0, 7]], [[], []], [[1], []]] } }));
  spikes.forEach(square);
  assert.deepEqual(spikes[0].rows, [["S1", 500, 9, 2, 0.5]]);
  assert.deepEqual(spikes[1].rows, [["S1", 499, "input", 4], ["S1", 500, "input", 1], ["S1", 500, "input", 8], ["S1", 499, "output", 2]]);

  const answers = answerTables({ outputs: [[0.2, 0.1], undefined, [0, 0.3]], course: [[0, 0.1], [0, 0.3]] }, ["start", "T1", "S1"], ["cat", "dog"]);
  answers.forEach(square);
  assert.deepEqual(answers[0].rows, [["start", "cat", 0.2, 0.1], ["T1", null, null, null], ["S1", "dog", 0, 0.3]]);
  assert.deepEqual(answers[1].rows, [[1, 0, 0.1], [2, 0, 0.3]]);
});

test("a comparison's tables hold its means, every run, and nothing of runs that are lost", () => {
  const finished = (accuracy) => ({ accuracy, average_accuracy: accuracy, forgetting: 0.5, forgetting_max: 0.6, backward_transfer: -0.5, forward_transfer: 0, seconds: 3 });
  const ended = (accuracy) => run({ phases: [0, 1, 2, 3].map((i) => phase(i)), finished: finished(accuracy), status: { kind: "ended" } });
  const lost = { ...ended(0.9), status: { kind: "failed", message: "no" } };
  const arm = (id, bound) => ({ id, label: id, bound, spec: SPEC });
  const tables = comparisonTables({ arms: [arm("src", null), arm("parallel", "upper")], seeds: [4, 5], runs: [[ended(0.4), ended(0.6)], [ended(0.8), lost]], status: { kind: "ended" } }, 0);
  tables.forEach(square);
  const [arms, runs, courses, phases] = tables;
  const cell = (table, row, key) => table.rows[row][table.columns.findIndex((column) => column.key === key)];
  assert.equal(cell(arms, 0, "accuracy_mean"), 0.5);
  assert.equal(cell(arms, 1, "n"), 1);
  assert.ok(Math.abs(cell(arms, 1, "difference") - 0.4) < 1e-12);
  assert.equal(cell(arms, 1, "difference_low"), null, "one pair has no interval");
  assert.deepEqual(runs.rows.map((row) => row.slice(0, 3)), [["src", 4, 0.4], ["src", 5, 0.6], ["parallel", 4, 0.8], ["parallel", 5, null]]);
  assert.deepEqual(courses.rows[0], ["src", 1, 0.5, 0, 2]);
  assert.deepEqual(phases.rows[1].slice(0, 4), ["src", "S1", 0.1, 0.25]);
});
