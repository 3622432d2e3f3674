#!/usr/bin/env node
// Runs presets over seeds, keeps the finished runs under results/ and writes what they gave into presets/presets.json.
//
//   node scripts/report.mjs [--seeds 100..106] [--engram target/release/engram] PRESET…
//
// Run it on a clean tree: the commit that is written down is the one that made the numbers.

import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: "string", default: "100..106" },
    engram: { type: "string", default: "target/release/engram" },
  },
});

// Kubo et al., Table 2, MRNN-EP: mean and s.d. in points. The parallel rows' s.d. is printed as a fraction.
const PAPER = {
  "mnist-sequential": [24.76, 3.03],
  "mnist-src": [64.68, 4.35],
  "mnist-rehearsal": [31.15, 1.99],
  "mnist-src-rehearsal": [67.77, 3.98],
  "mnist-parallel": [96.59, null],
  "fmnist-sequential": [21.17, 3.31],
  "fmnist-src": [45.73, 1.98],
  "fmnist-rehearsal": [30.7, 4.09],
  "fmnist-src-rehearsal": [50.9, 2.1],
  "fmnist-parallel": [87.53, null],
};

const git = (...args) => spawnSync("git", args, { encoding: "utf8" }).stdout.trim();
const round = (x) => Math.round(x * 1e4) / 1e4;

function reported(preset) {
  const command = `engram run ${preset} --seeds ${values.seeds}`;
  const run = spawnSync(values.engram, ["run", preset, "--quiet", "--seeds", values.seeds], {
    encoding: "utf8",
    maxBuffer: 1 << 30,
  });
  const finished = run.stdout.split("\n").filter((line) => line.startsWith('{"event":"finished"'));
  if (run.status !== 0 || finished.length === 0) throw new Error(`${command}: ${run.stderr}`);
  const made = { engram: spawnSync(values.engram, ["--version"], { encoding: "utf8" }).stdout.trim().replace(/^engram /, ""), command };
  writeFileSync(`results/${preset}.jsonl`, finished.map((line) => `${line.slice(0, -1)},"made":${JSON.stringify(made)}}\n`).join(""));
  const accuracies = finished.map((line) => JSON.parse(line).accuracy);
  const n = accuracies.length;
  const mean = accuracies.reduce((a, b) => a + b, 0) / n;
  const sd = Math.sqrt(accuracies.reduce((sum, a) => sum + (a - mean) ** 2, 0) / Math.max(1, n - 1));
  const [accuracy, spread] = PAPER[preset] ?? [];
  const source = "Kubo, Delanois & Bazhenov 2025, Table 2, MRNN-EP";
  const paper = accuracy && { accuracy: round(accuracy / 100), sd: spread && round(spread / 100), source };
  return {
    accuracy: round(mean),
    sd: round(sd),
    n,
    seeds: values.seeds,
    command,
    commit: git("rev-parse", "--short", "HEAD"),
    paper: paper ?? null,
  };
}

const file = "presets/presets.json";
for (const name of positionals) {
  const result = reported(name);
  // Read anew each time: a long list of presets is written as it is done.
  const presets = JSON.parse(readFileSync(file, "utf8"));
  const preset = presets.find((p) => p.name === name);
  preset.reported = result;
  writeFileSync(file, `${JSON.stringify(presets, null, 1)}\n`);
  console.log(`${name}: ${(100 * result.accuracy).toFixed(1)} ± ${(100 * result.sd).toFixed(1)} % (n = ${result.n})`);
}
