// The constants of a study: their names, units and meaning, and what follows when one is changed.

import { choice, number, numbers, type FieldOf, type GroupOf } from "../fields.js";
import type { ConnectSpec, TaskKind } from "../generated/engram.js";
import { connect_timing } from "../generated/page.js";

const sleeps = ({ sleep }: ConnectSpec) => (sleep ?? null) !== null;
const isFlossed = ({ flossing }: ConnectSpec) => flossing.when !== "never";

export const GROUPS: readonly GroupOf<ConnectSpec>[] = [
  {
    title: "Network",
    fields: [
      { path: "network.units", label: "Units N", unit: "", kind: number, meaning: "Recurrent units, each connected with all others." },
      { path: "network.tau", label: "Time constant τ", unit: "in the task's unit of time", kind: number, meaning: "How slowly a unit forgets. The leak a = 1 − dt/τ is the part of its state that outlasts a step." },
    ],
  },
  {
    title: "Learning",
    fields: [
      { path: "training.iterations", label: "Iterations", unit: "", kind: number, meaning: "Minibatches, each of new trials." },
      { path: "training.batch", label: "Batch", unit: "trials an iteration", kind: number, meaning: "How many trials a change of the weights is made from." },
      { path: "training.rates", label: "Learning rates", unit: "of Adam", kind: numbers, meaning: "Each is tried; of each gain and rule the one with the lowest mean loss from iteration 200 on counts." },
      { path: "training.window", label: "Window", unit: "iterations", kind: number, meaning: "What a point of the learning curve is the mean of." },
      { path: "seed", label: "First seed", unit: "", kind: number, meaning: "The others follow it. The same seeds, the same study." },
    ],
  },
  {
    title: "Gradient flossing",
    fields: [
      { path: "flossing.exponents", label: "Exponents k", unit: "", kind: number, matters: isFlossed, meaning: "The first k are moved to zero." },
      { path: "flossing.rate", label: "Learning rate of flossing", unit: "of Adam", kind: number, matters: isFlossed, meaning: "How far the recurrent weights move in an iteration." },
      { path: "flossing.iterations", label: "Iterations of flossing", unit: "", kind: number, matters: isFlossed, meaning: "Before training begins." },
      {
        path: "flossing.gradient",
        label: "Gradient of flossing",
        unit: "",
        kind: choice(["exact", "exact: back through every step"], ["local", "local: each step by itself"]),
        matters: isFlossed,
        meaning: "Exact is that of Engelken (2023); local holds the directions fixed, as a synapse could.",
      },
    ],
  },
  {
    title: "Sleep",
    fields: [
      { path: "sleep.steps", label: "Length of the sleep", unit: "steps", kind: number, matters: sleeps, meaning: "In each the next step of the mean trial is heard, after the last the first." },
      { path: "sleep.rate", label: "Input rate", unit: "spikes a step at an input of 1", kind: number, matters: sleeps, meaning: "How often an input spikes, times its mean over trials at this step." },
      { path: "sleep.gain_hidden", label: "Gain of recurrent units", unit: "", kind: number, matters: sleeps, meaning: "How strongly spikes drive them; decides how many spike." },
      { path: "sleep.gain_output", label: "Gain of outputs", unit: "", kind: number, matters: sleeps, meaning: "The same for the outputs." },
      { path: "sleep.leak", label: "Leak of voltages λ", unit: "part left a step", kind: number, matters: sleeps, meaning: "What is left of a voltage after a step." },
      { path: "sleep.inc", label: "Increase", unit: "weight", kind: number, matters: sleeps, meaning: "When a spike follows a spike." },
      { path: "sleep.dec_ratio", label: "Decrease", unit: "relative to the increase", kind: number, matters: sleeps, meaning: "When a spike follows none." },
      { path: "sleep.homeostasis", label: "Homeostasis", unit: "of a threshold", kind: number, matters: sleeps, meaning: "How far thresholds move, at most, every 500 steps, so that as many units spike as should; 0: they stay." },
      { path: "sleep.target_rate", label: "Spikes aimed at", unit: "a step, of all recurrent units", kind: number, matters: sleeps, meaning: "What homeostasis steers towards." },
    ],
  },
  {
    title: "Measuring exponents",
    fields: [
      { path: "exponents.count", label: "Exponents measured", unit: "", kind: number, meaning: "The largest so many, before and after training." },
      { path: "exponents.series", label: "Series", unit: "", kind: number, meaning: "Series of trials that exponents are averaged over." },
      { path: "exponents.trials", label: "Trials of a series", unit: "", kind: number, meaning: "One after another; the first is the warm-up." },
    ],
  },
];

/** What the core is told when a field becomes `text`, with what cannot stay as it was. */
export function changesFor(spec: ConnectSpec, { path, kind }: FieldOf<ConnectSpec>, text: string): [string, string][] {
  return [[path, kind.read(text)], ...followers(spec, path, Number(text))];
}

function followers({ training, flossing, exponents }: ConnectSpec, path: string, value: number): [string, string][] {
  const atMost = (path: string, is: number): [string, string][] => (value >= 1 && is > value ? [[path, String(value)]] : []);
  switch (path) {
    case "training.iterations":
      return atMost("training.window", training.window);
    case "network.units":
      return [...atMost("flossing.exponents", flossing.exponents), ...atMost("exponents.count", exponents.count)];
    default:
      return [];
  }
}

/** The time constant that leaves as much of a state after a step of another task. */
export function leakKept({ task, network }: ConnectSpec, next: TaskKind): [string, string][] {
  const steps = network.tau / connect_timing(task).dt;
  return [["network.tau", String(steps * connect_timing(next).dt)]];
}
