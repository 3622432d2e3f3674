#!/usr/bin/env node
// Records the lab's usual start with the command line, as the page shows it before anything is computed there.
//
//   node scripts/record.mjs [--engram target/release/engram] [--out presets/first-run.json]
//
// Run it on a clean tree: the commit that is written down is the one that made the numbers. Again whenever the usual
// start, or what it gives, changes.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: { engram: { type: "string", default: "target/release/engram" }, out: { type: "string", default: "presets/first-run.json" } },
});

// The Spec of FIRST in www/link.ts.
const ARGS = ["run", "quick-mnist-src", "--set", "tasks.order=listed", "--seeds", "0"];
/** Reports of progress that are kept of each activity in a phase: enough for a bar that moves. */
const PROGRESS = 24;

/** A number to so many figures: what is drawn needs no more. */
const round = (x, figures = 4) => Number(x.toPrecision(figures));
const seconds = (x) => Math.round(x * 1e4) / 1e4;

/** What the page draws of an event. Numbers of the Spec and of accuracies stay as they are. */
function lean(event) {
  const { run, ...progress } = event;
  switch (event.event) {
    case "progress":
      return { ...progress, fraction: round(event.fraction), seconds: seconds(event.seconds) };
    case "spikes":
      return { ...event, per_step: event.per_step.map((n) => round(n)) };
    case "phase": {
      const weight_change = event.weight_change.map(({ mean, down, up, min, max, histogram }) => ({ mean: round(mean), down: round(down), up: round(up), min: round(min), max: round(max), histogram }));
      const spikes_per_step = event.spikes_per_step.map((n) => round(n));
      return { ...event, hidden_mean: [], spikes_per_step, weight_change, seconds: seconds(event.seconds) };
    }
    case "finished": {
      const time = Object.fromEntries(Object.entries(event.time).map(([part, spent]) => [part, seconds(spent)]));
      return { ...event, seconds: seconds(event.seconds), time };
    }
    default:
      return event;
  }
}

/** A few reports of progress for each activity of each phase, the last among them; all other events. */
function thinned(events) {
  const progress = events.filter(({ event }) => event === "progress");
  const kept = new Set();
  for (const event of progress) {
    const same = progress.filter(({ phase, activity }) => phase === event.phase && activity === event.activity);
    const at = same.indexOf(event);
    if (at === same.length - 1 || at % Math.ceil(same.length / PROGRESS) === 0) kept.add(event);
  }
  return events.filter((event) => event.event !== "progress" || kept.has(event));
}

const folder = mkdtempSync(join(tmpdir(), "engram-record-"));
const log = join(folder, "run.jsonl");
const { status, stderr } = spawnSync(values.engram, [...ARGS, "--quiet", "--out", log], { encoding: "utf8" });
if (status !== 0) throw new Error(`engram ${ARGS.join(" ")}: ${stderr}`);
const events = readFileSync(log, "utf8").trim().split("\n").map((line) => JSON.parse(line));
rmSync(folder, { recursive: true });

const head = {
  command: `engram ${ARGS.join(" ")}`,
  commit: spawnSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).stdout.trim(),
  date: new Date().toISOString().slice(0, 10),
};
const lines = thinned(events).map((event) => JSON.stringify(lean(event)));
writeFileSync(values.out, `${JSON.stringify(head).slice(0, -1)},"events":[\n${lines.join(",\n")}\n]}\n`);
console.log(`${values.out}: ${lines.length} of ${events.length} events`);
