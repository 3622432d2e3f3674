#!/usr/bin/env node
// A small evolutionary search for sleep's constants, over several task orders at once, on held-back training data.
//
//   node scripts/search.mjs PRESET LOG [--evaluations 150] [--seeds 1000..1004] [--threads 1] [--set path=value]…
//
// Every evaluation is a line of LOG, so that a search goes on where it stopped. The search starts from the
// preset's own constants; parents are the best five so far; each constant is multiplied by a log-normal step.

import { spawnSync } from "node:child_process";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";

// Bounds, all searched on a logarithmic scale; `leak` through 1 − leak.
const SPACE = {
  "sleep.rate": [0.04, 1.5],
  "sleep.gain_hidden": [1, 40],
  "sleep.gain_output": [0.05, 5],
  "sleep.inc": [5e-5, 0.04],
  "sleep.dec_ratio": [0.01, 1],
  "sleep.output_scale": [0.02, 4],
  "sleep.steps": [500, 30000],
  "sleep.leak": [1e-4, 0.1],
  "sleep.feedback": [0.05, 3],
};
const PARENTS = 5;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    evaluations: { type: "string", default: "150" },
    seeds: { type: "string", default: "1000..1004" },
    set: { type: "string", multiple: true, default: [] },
    step: { type: "string", default: "0.35" }, // s.d. of a step on the logarithmic scale
    threads: { type: "string", default: "1" },
    engram: { type: "string", default: "target/release/engram" },
  },
});
const [preset, log] = positionals;
if (!preset || !log) throw new Error("usage: search.mjs PRESET LOG [--evaluations N] [--seeds A..B] [--set path=value]…");

const written = (path, x) =>
  path === "sleep.leak" ? `${1 - x}` : path === "sleep.steps" ? `${Math.round(x)}` : x.toPrecision(5);
const settings = (point) => Object.entries(point).map(([path, x]) => `${path}=${written(path, x)}`);

/** Mean final accuracy over the seeds, on held-back data. */
function evaluate(point) {
  const sets = ["evaluation.split=held_back", ...values.set, ...settings(point)];
  const args = ["run", preset, "--quiet", "--threads", values.threads, "--seeds", values.seeds, ...sets.flatMap((s) => ["--set", s])];
  const { stdout, stderr } = spawnSync(values.engram, args, { encoding: "utf8", maxBuffer: 1 << 30 });
  const events = stdout.split("\n").filter(Boolean).map((line) => JSON.parse(line));
  const finished = events.filter((e) => e.event === "finished");
  if (finished.length === 0) console.error(stderr);
  const accuracies = finished.map((e) => e.accuracy);
  const last = events.filter((e) => e.event === "phase").at(-1);
  return { fitness: accuracies.reduce((a, b) => a + b, 0) / (accuracies.length || 1), accuracies, spikes: last?.spikes_per_step };
}

const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
const clamp = (x, [low, high]) => Math.min(high, Math.max(low, x));

function start() {
  const { stdout } = spawnSync(values.engram, ["presets", preset, "--json"], { encoding: "utf8" });
  const { sleep } = JSON.parse(stdout);
  return Object.fromEntries(
    Object.keys(SPACE).map((path) => {
      const value = sleep[path.split(".")[1]];
      return [path, path === "sleep.leak" ? 1 - value : value];
    }),
  );
}

const tried = existsSync(log) ? readFileSync(log, "utf8").split("\n").filter(Boolean).map((l) => JSON.parse(l)) : [];
while (tried.length < Number(values.evaluations)) {
  const best = [...tried].sort((a, b) => b.fitness - a.fitness).slice(0, PARENTS);
  let point = start();
  if (best.length > 0) {
    const pick = () => best[Math.floor(Math.random() * best.length)].point;
    const [a, b] = [pick(), pick()];
    point = Object.fromEntries(
      Object.entries(SPACE).map(([path, bounds]) => {
        const from = Math.random() < 0.5 ? a[path] : b[path];
        return [path, clamp(from * Math.exp(Number(values.step) * normal()), bounds)];
      }),
    );
  }
  const result = { point, ...evaluate(point) };
  tried.push(result);
  appendFileSync(log, `${JSON.stringify(result)}\n`);
  console.log(`${tried.length}: ${(100 * result.fitness).toFixed(1)} %  best ${(100 * Math.max(...tried.map((t) => t.fitness))).toFixed(1)} %  ${settings(point).join(" ")}`);
}
