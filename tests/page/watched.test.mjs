// What was seen of spiking areas, as numbers, marks and tables; and to which lab a Spec belongs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { answerOf, areasOf, countsOf, expectsIt, pairNames, populationNames, rateOf, spikesOf, unitOf } = await load("watched.ts");
const { marks } = await load("plots/raster.ts");
const { pointsOf } = await load("plots/errors.ts");
const { activityRows, areasIn, costTable, courseTable, errorCourses, errorSeries } = await load("tables/areas.ts");
const { errorTables, expectedTables, labelsTable, regularityTables, singleSpikes, unitsTable } = await load("tables/watched.ts");
const { LABS, TABS, TAB_NAMES, labOf, modelsOf } = await load("labs.ts");
const LAB_NAMES = Object.keys(LABS);
const { PANELS } = await load("embed.ts");
const { classesOf, scenarioOf, taskNames } = await load("tasks.ts");

const spiking = (units, spikes) => ({ units, spikes });
/** Four steps of half a ms; four pixels, one area of two units, three labels. */
const WATCHED = {
  dt: 0.5,
  window: 25,
  populations: [spiking(4, [[0, 1], [], [1], []]), spiking(4, [[], [], [], [3]]), spiking(2, [[], [0], [0, 1], []]), spiking(3, [[], [2], [1], [2]])],
  pairs: [
    { came: [500, 1000, 0, 0], expected: [0, 0, 0, 500], error: [1, 2, 3, 4] },
    { came: [], expected: [0, 500, 1000], error: [] },
  ],
  first: [{ unit: 1, spikes: 1, expects: [1, 2, 3, 4], hears: [5, 6, 7, 8], says: [0.1, 0.2, 0.3], told: [-1, -2, -3] }],
};
const activity = (error, spikes) => ({ samples: 10, error, spikes, operations: 1000, changes: 7 });
const RUN = {
  spec: { network: { kind: "areas", hidden: [2] }, areas: { dt: 0.5 } },
  phases: [
    { name: "T1", learning: activity([0.25, 0.5], [9, 8, 7, 6]), learning_course: [activity([0.25, 1], []), activity([0.125, 0.5], [])], regularity: [[0, 0.5]], answering: activity([0.125, 0], [5, 4, 3, 2]) },
    { name: "S1", answering: activity([0.5, 0], [5, 4, 3, 2]) },
    { name: "T2", learning_course: [activity([0.5, 1], [])] },
  ],
};

test("populations and pairs are named from the input to the labels", () => {
  assert.equal(areasOf(WATCHED), 1);
  assert.deepEqual(populationNames(1), ["input", "expected input", "area", "labels"]);
  assert.deepEqual(populationNames(2), ["input", "expected input", "area 1", "area 2", "labels"]);
  assert.deepEqual([pairNames(1), pairNames(3)], [["input", "labels"], ["input", "area 1", "area 2", "labels"]]);
  // The labels lie beside the first area, which predicts them.
  assert.deepEqual([0, 1, 2, 3].map((pair) => expectsIt(pair, 3)), ["area 1", "area 2", "area 3", "area 1"]);
  assert.deepEqual([0, 1, 2].map((pair) => unitOf(pair, 2)), ["spikes/s", "units of trace", "spikes/s"]);
});

test("spikes are counted, and the answer is the unit that spiked most", () => {
  assert.deepEqual([spikesOf(WATCHED.populations[0]), countsOf(WATCHED.populations[0])], [3, [1, 2, 0, 0]]);
  assert.equal(rateOf(WATCHED.populations[0], 0.5), 375, "three spikes of four units in two ms");
  assert.deepEqual(answerOf(WATCHED), { label: 2, spikes: 2, all: 3 });
  assert.equal(answerOf({ ...WATCHED, populations: [spiking(3, [[]])] }), null);
});

test("a raster has a mark for each spike, units upwards and steps to the right", () => {
  assert.equal(marks([[0, 1], [], [1]], 2, 30, 20), "M0.0 15.0h9.0M0.0 5.0h9.0M20.0 5.0h9.0");
  assert.equal(marks([Array.from({ length: 1000 }, (_, i) => i)], 1000, 10, 5).split("M").length - 1, 1000, "however many there are");
});

test("errors over the phases are in the unit that is shown, and labels have none at tests", () => {
  const [learning, tests] = errorSeries(RUN, 0);
  assert.deepEqual([learning.values, tests.values], [[500, null, null], [250, 1000, null]], "spikes/s of spikes a step of half a ms");
  assert.deepEqual(pointsOf(learning), [{ phase: 0, error: 500 }]);
  assert.deepEqual(errorSeries(RUN, 1).map(({ name, values }) => [name, values]), [["learning", [1000, null, null]]]);
  assert.deepEqual([areasIn(RUN), areasIn({ spec: { network: { hidden: [5] } } })], [1, 0]);
});

test("errors within phases go on where the phase before ended, and a sleep has none", () => {
  assert.deepEqual(errorCourses(RUN, 0), [
    { phase: "T1", points: [{ samples: 10, error: 500 }, { samples: 20, error: 250 }] },
    { phase: "T2", points: [{ samples: 30, error: 1000 }] },
  ]);
  const { rows } = courseTable(RUN, ["input", "labels"], () => "spikes/s");
  assert.deepEqual([rows.length, rows[1], rows[5]], [6, ["T1", "input", "spikes/s", 20, 250], ["T2", "labels", "spikes/s", 30, 2000]]);
});

test("how regular units were is told where it protects them", () => {
  assert.deepEqual(regularityTables(RUN.phases[0])[0].rows, [[1, 1, 0], [1, 2, 0.5]]);
  assert.deepEqual([regularityTables(RUN.phases[1]), regularityTables(undefined)], [[], []]);
});

test("what a sample cost has a row a quantity, and nothing where nothing was learnt", () => {
  const rows = activityRows(RUN.phases[1]);
  assert.deepEqual(rows.map(({ name }) => name), ["Spikes of input", "Spikes of expected input", "Spikes of area", "Spikes of labels", "Synaptic operations", "Changes of weights"]);
  assert.deepEqual(rows.map(({ learning }) => learning), Array(6).fill(null));
  assert.deepEqual(activityRows({}), []);
  assert.deepEqual(costTable(RUN).rows[4], ["T1", "Synaptic operations", 1000, 1000]);
});

test("tables hold every spike, mean, error and weight", () => {
  assert.deepEqual(singleSpikes(WATCHED).rows.slice(0, 3), [["input", 0.5, 1], ["input", 0.5, 2], ["input", 1.5, 2]]);
  const [input, labels] = expectedTables(WATCHED);
  assert.deepEqual([input.rows[3], labels.rows[2]], [[4, 0, 500], [3, null, 1000]]);
  const [during, over, within] = errorTables(WATCHED, RUN);
  assert.deepEqual(labelsTable(WATCHED).rows[2], [2, 2, 0.3, -3]);
  assert.deepEqual(during.rows, [[0.5, 1, null], [1, 2, null], [1.5, 3, null], [2, 4, null]]);
  assert.deepEqual(over.rows, [["T1", "input", "spikes/s", 500, 250], ["T1", "labels", "spikes/s", 1000, null], ["S1", "input", "spikes/s", null, 1000], ["S1", "labels", "spikes/s", null, null], ["T2", "input", "spikes/s", null, null], ["T2", "labels", "spikes/s", null, null]]);
  assert.deepEqual(unitsTable(WATCHED, 2).rows[2], [2, 2, 1, 3, 7]);
  const names = [input, labels, during, over, within, singleSpikes(WATCHED), unitsTable(WATCHED, 2), labelsTable(WATCHED), ...regularityTables(RUN.phases[0]), costTable(RUN)].map(({ name }) => name);
  assert.equal(new Set(names).size, names.length, "files have names of their own");
});

test("a Spec belongs to one lab, which offers its models and shows panels that there are", () => {
  assert.deepEqual([labOf({ network: { kind: "areas" } }), labOf({ network: {} }), labOf({ network: { kind: "rnn" } })], ["predict", "sleep", "sleep"]);
  assert.deepEqual(modelsOf("predict").map(({ name }) => name), ["areas"]);
  assert.equal(modelsOf("sleep").some(({ name }) => name === "areas"), false);
  for (const name of LAB_NAMES) for (const panel of LABS[name].panels) assert.ok(PANELS.includes(panel), panel);
  for (const panel of PANELS) assert.ok(LAB_NAMES.some((name) => LABS[name].panels.includes(panel)), `${panel} is in no lab`);
  assert.deepEqual(TAB_NAMES, [...LAB_NAMES, "connect"]);
  for (const { first, title } of Object.values(TABS)) assert.match(first, /^v=1&preset=/, title);
});

test("the scenario says what is told at a test", () => {
  const [pairs, all] = [{ classes: [[0, 1], [2, 3]] }, { classes: [[0, 1]], permutations: 3 }];
  assert.equal(scenarioOf({ strategy: { kind: "sequential" }, tasks: pairs }), "class-incremental: one head, no task label");
  assert.equal(scenarioOf({ strategy: { kind: "sequential" }, tasks: pairs }, true), "task-incremental: told which task");
  assert.equal(scenarioOf({ strategy: { kind: "sequential" }, tasks: all }), "domain-incremental: one head, no task label");
  assert.equal(scenarioOf({ strategy: { kind: "parallel" }, tasks: pairs }), "all classes at once: one head, no task label");
});

test("tasks are called by their classes, and copies by their place", () => {
  assert.deepEqual(taskNames([[0, 1], [3]], undefined), ["0 / 1", "3"]);
  assert.deepEqual(taskNames([[0, 1], [0, 1]], undefined), ["copy 1", "copy 2"]);
  assert.deepEqual(classesOf([[3, 1], [1, 3], [0]]), [0, 1, 3]);
});
