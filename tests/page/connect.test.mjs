// What the Connect lab's page works out by itself: files, progress, what is quick, curves and words.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { load } from "./load.mjs";

const { pack, unpack } = await load("connect/file.ts");
const { heard } = await load("connect/flossed.ts");
const { fractionOf, hear, isActive, isQuick, iterationsOf, iterationWork, networksOf, newStudy, recordsOf, secondsOf, unbegun, USUAL_SPEED, workersFor, workOf } = await load("connect/study.ts");
const { boundsOf, pointsOf, spectrumOf, spreadWords } = await load("connect/curves.ts");
const { otherwiseIn, panelsOf, seedsOf } = await load("connect/names.ts");
const { inRows } = await load("connect/plots/trial.ts");
const { claimsTable } = await load("connect/tables.ts");
const { lookWithin } = await load("connect/state.ts");

const spec = (change = {}) => ({
  task: "romo",
  network: { units: 64, tau: 1 },
  gains: [0.2, 1],
  rules: ["bptt", "eprop"],
  training: { iterations: 600, batch: 32, rates: [0.001], window: 20 },
  flossing: { when: "never", iterations: 100, exponents: 1, rate: 0.001, gradient: "exact" },
  exponents: { count: 8, series: 4, trials: 3 },
  seeds: 3,
  seed: 0,
  ...change,
});
const record = (gain, seed, untrained, change = {}) => ({ arm: { gain, rule: "bptt", rate: 0.001, flossed: false, seed }, curve: [], test: null, untrained, flossed: [], trained: [], diverged: null, ...change });

const SAVED = {
  shares: [Uint8Array.of(1, 2, 3), Uint8Array.of(), Uint8Array.of(255)],
  flossing: [{ gain: 0.2, seed: 0, exponents: [[-0.6, -0.7], [-0.5, -0.6]] }],
  progress: [0, 0.5, 1].map((fraction) => ({ fraction, seconds: 2, iterations: 40 })),
};

test("a study's file gives back what was put into it", () => {
  assert.deepEqual(unpack(pack(SAVED)), SAVED);
});

test("a file with any byte changed, cut off or added is refused in words", () => {
  const file = pack(SAVED);
  for (let i = 0; i < file.length; i++) {
    const broken = file.slice();
    broken[i] ^= 4;
    assert.throws(() => unpack(broken), /it is (damaged|no saved study)/, `byte ${i}`);
    assert.throws(() => unpack(file.subarray(0, i)), /it is|it ends/, `${i} bytes`);
  }
  assert.throws(() => unpack(Uint8Array.of(...file, 0)), /damaged/);
});

test("a file whose head is not what it should be is refused, though its bytes are whole", () => {
  const wrong = (change) => pack({ ...SAVED, ...change });
  assert.throws(() => unpack(wrong({ shares: [], progress: [] })), /0 shares/);
  assert.throws(() => unpack(wrong({ progress: SAVED.progress.slice(1) })), /how far 2 shares are, and there are 3/);
  assert.throws(() => unpack(wrong({ progress: [{}, {}, {}] })), /`progress`/);
  assert.throws(() => unpack(wrong({ flossing: [{ gain: "0.2" }] })), /`flossing`/);
});

test("flossing's courses grow by gain and seed", () => {
  const told = [[0.2, 0, -0.6], [1, 0, -0.2], [0.2, 0, -0.5], [0.2, 1, -0.7]];
  const courses = told.reduce((courses, [gain, seed, exponent]) => heard(courses, { gain, seed, exponents: [exponent] }), []);
  assert.deepEqual(courses.map(({ gain, seed, exponents }) => [gain, seed, exponents.flat()]), [[0.2, 0, [-0.6, -0.5]], [1, 0, [-0.2]], [0.2, 1, [-0.7]]]);
});

test("what Workers tell is put together, and earlier studies are left as they were", () => {
  const begun = { ...newStudy(spec(), "v=1&preset=connect-x", false), shares: unbegun(2) };
  assert.equal(fractionOf(begun), 0);
  const one = hear(begun, 0, [{ event: "network", network: 4, record: record(1, 0, [-0.1]) }, { event: "progress", fraction: 0.5, seconds: 3, iterations: 100n }]);
  const two = hear(one, 1, [{ event: "progress", fraction: 1, seconds: 4, iterations: 250 }]);
  assert.deepEqual([fractionOf(two), secondsOf(two), iterationsOf(two)], [0.75, 7, 350]);
  assert.equal(begun.records.size, 0);
  assert.equal(two.records.get(4).arm.gain, 1);
  assert.ok(isActive(two) && !isActive({ ...two, status: { kind: "stopped" } }) && !isActive(null));
});

test("a study has as many networks as the core has, and no more Workers than it has origins", () => {
  assert.equal(networksOf(spec()), 12);
  const both = spec({ flossing: { ...spec().flossing, when: "both" }, training: { ...spec().training, rates: [1e-3, 1e-4] } });
  assert.equal(networksOf(both), 48);
  assert.equal(workersFor(spec(), 16), 4);
  assert.equal(workersFor(spec(), 2), 2);
  assert.equal(workersFor(spec({ gains: [1], seeds: 1 }), 8), 1);
  assert.equal(workersFor(spec(), undefined), 1);
});

test("a study of some seconds is quick, one of the paper's size is not", () => {
  assert.ok(isQuick(spec({ gains: [0.2, 0.8, 1.5] }), 56));
  assert.ok(!isQuick(spec({ gains: [0.2, 0.5, 0.8, 1, 1.2, 1.5], seeds: 5, training: { ...spec().training, iterations: 5000 } }), 56));
});

test("the work of a study is that of its iterations, dearer by BPTT, and of flossing", () => {
  const bptt = spec({ rules: ["bptt"] });
  assert.ok(Math.abs(USUAL_SPEED / iterationWork(bptt, 56) - 300) < 1e-9, "300 iterations a second");
  assert.equal(workOf(bptt, 56), iterationWork(bptt, 56) * 600 * 6);
  assert.ok(iterationWork(spec({ rules: ["eprop"] }), 56) < iterationWork(bptt, 56));
  assert.equal(workOf(spec({ rules: ["bptt"], network: { units: 128, tau: 1 } }), 56), 4 * workOf(bptt, 56));
  const flossed = (when) => workOf(spec({ rules: ["bptt"], flossing: { ...spec().flossing, when } }), 56);
  assert.equal(flossed("both") - flossed("always"), workOf(bptt, 56));
  assert.ok(flossed("always") > workOf(bptt, 56));
});

test("what was otherwise in the study before is named, and nothing where its gains alone are others", () => {
  assert.equal(otherwiseIn(spec({ gains: [0.7], seeds: 1 }), spec()), "");
  assert.equal(otherwiseIn(spec({ network: { units: 128, tau: 2 } }), spec()), "N 128, τ 2");
  assert.equal(otherwiseIn(spec({ training: { ...spec().training, batch: 64, rates: [0.003] } }), spec()), "batch 64, rate 0.003");
  const flossing = (change) => spec({ flossing: { ...spec().flossing, when: "both", ...change } });
  assert.equal(otherwiseIn(flossing({ gradient: "local" }), flossing({})), "other flossing");
  assert.equal(otherwiseIn(flossing({ when: "always" }), flossing({})), "");
});

test("claims are a row each, with their interval", () => {
  const difference = { mean: 0.5, sd: 0.1, n: 5, interval: [0.3, 0.7] };
  const claims = [{ study: "", text: "a gain of 0.2 learns worse", answer: "holds", difference, end: null, unit: "loss", note: "" }];
  assert.deepEqual(claimsTable({ claims }).rows, [["a gain of 0.2 learns worse", "holds", 0.5, 0.3, 0.7, "loss", 5, null]]);
});

test("points lie at the ends of their windows, the last at the end of training", () => {
  const line = { loss: [{ mean: 0.5, sd: 0.1, n: 3 }, { mean: 0.25, sd: undefined, n: 1 }], accuracy: [] };
  const points = pointsOf(line, spec({ training: { iterations: 30, window: 20 } }), "loss");
  assert.deepEqual(points, [{ at: 20, mean: 0.5, low: 0.4, high: 0.6 }, { at: 30, mean: 0.25, low: 0.25, high: 0.25 }]);
  assert.deepEqual(boundsOf([points], { measure: "accuracy", scale: "log" }), [0, 1]);
  const [low, high] = boundsOf([[{ at: 1, mean: 0.1, low: -0.2, high: 0.4 }]], { measure: "loss", scale: "log" });
  assert.ok(low > 0 && low < 0.1 && high > 0.4, "a band below zero does not break a logarithmic scale");
  assert.deepEqual(boundsOf([], { measure: "loss", scale: "log" }), [0.01, 1]);
});

test("exponents are means over the seeds that did not diverge, once all have been measured", () => {
  const of = (...all) => ({ records: new Map(all.map((one, i) => [i, one])) });
  const line = { gain: 0.2, rule: "bptt", flossed: false, rate: 0.001 };
  const study = of(record(0.2, 0, [-0.5, -0.7]), record(0.2, 1, [-0.3, -0.9]), record(1, 0, [9, 9]), record(0.2, 2, [7, 7], { diverged: 3 }));
  assert.equal(recordsOf(study, line).length, 2);
  const [first, second] = spectrumOf(study, line, "untrained");
  assert.ok(Math.abs(first.mean + 0.4) < 1e-12 && Math.abs(first.sd - Math.SQRT2 / 10) < 1e-12 && first.n === 2);
  assert.ok(Math.abs(second.mean + 0.8) < 1e-12);
  assert.deepEqual(spectrumOf(study, line, "trained"), []);
});

test("a spread decides how many figures are written", () => {
  assert.equal(spreadWords({ mean: 0.012345, sd: 0.00234, n: 3 }), "0.0123 ± 0.0023");
  assert.equal(spreadWords({ mean: -0.5862, sd: 0.0085, n: 3 }), "−0.5862 ± 0.0085");
  assert.equal(spreadWords({ mean: 0, sd: 0, n: 3 }), "0.00 ± 0.00");
  assert.equal(spreadWords({ mean: 0.5, sd: null, n: 1 }), "0.50");
});

test("names of a trial's parts stand in rows, so that none runs into another", () => {
  const epochs = [["fixation", 0, 6], ["first stimulus", 6, 8], ["delay", 8, 16], ["second stimulus", 16, 18], ["decision", 30, 50]].map(([name, ...steps]) => ({ name, steps }));
  const rows = (perStep) => inRows(epochs, perStep, 6).map(({ row }) => row);
  assert.deepEqual(rows(30), [0, 0, 0, 0, 0]);
  assert.deepEqual(rows(13), [0, 1, 0, 1, 0]);
  assert.ok(Math.max(...rows(4)) >= 2);
});

test("panels are a rule and a treatment each; seeds are named; a look names a network that there is", () => {
  assert.deepEqual(panelsOf(spec()).map(({ rule, flossed }) => `${rule} ${flossed}`), ["bptt false", "eprop false"]);
  assert.equal(panelsOf(spec({ flossing: { when: "both" } })).length, 4);
  assert.deepEqual([seedsOf(spec()), seedsOf(spec({ seeds: 1, seed: 4 }))], ["seeds 0 to 2", "seed 4"]);
  const look = { gain: 7, rule: "rflo", flossed: true, seed: 9, trial: 5 };
  assert.deepEqual(lookWithin(look, spec()), { gain: 0.2, rule: "bptt", flossed: false, seed: 0, trial: 5 });
});

test("the documentation says of each claim what the results say", () => {
  const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
  const { studies } = JSON.parse(read("results/connect.json"));
  const cells = [...read("www/docs/connect-lab.html").matchAll(/<td data-study="([^"]+)" data-claim="([^"]+)">([^<]+)</g)];
  assert.equal(cells.length, 36);
  for (const [, study, text, said] of cells) {
    const { answer, difference, unit } = studies.find(({ name }) => name === study).claims.find((claim) => claim.text === text);
    const number = (value) => value.toFixed(unit === "rank correlation" ? 2 : 4).replace("-", "−");
    assert.equal(said, `${answer}: ${number(difference.mean)} (${difference.interval.map(number).join(" to ")})`, `${study}: ${text}`);
  }
  const rates = [...read("www/docs/connect-lab.html").matchAll(/<td data-study="([^"]+)" data-rule="([^"]+)" data-rate="([^"]+)">([^<]+)</g)];
  assert.equal(rates.length, 48);
  for (const [, study, rule, rate, said] of rates) {
    const { spec, trends } = studies.find(({ name }) => name === study);
    const trend = trends.find((one) => one.rule === rule && one.rate === Number(rate));
    const number = (value) => value.toFixed(2).replace("-", "−");
    const { mean, interval, n } = trend?.correlation ?? {};
    const words = trend ? `${trend.answer}: ${number(mean)} (${interval.map(number).join(" to ")})${n < spec.seeds ? `, n ${n}` : ""}` : "–";
    assert.equal(said, words, `${study} ${rule} at ${rate}`);
  }
});
