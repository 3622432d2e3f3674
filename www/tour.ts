// The guided tour: five steps through a run, told in its own numbers.

import type { DataSetInfo, OwnInfo } from "./generated/engram.js";
import { hiddenSpikes } from "./panels/spikes.js";
import { scientific } from "./panels/weights.js";
import { isSleep, type Phase, type Run } from "./run.js";
import { classNames } from "./tasks.js";
import { figures, percent } from "./words.js";

export interface Step {
  readonly title: string;
  readonly text: string;
  /** The panel that shows it: a selector. */
  readonly panel: string;
  /** Where in the run: at the end of this phase, or still in it; `null`: as far as the run is. */
  readonly place: { readonly phase: number; readonly during: boolean } | null;
}

/** What the tour tells of: the first two tasks, the sleep after them, and the latest sleep. */
interface Story {
  readonly run: Run;
  readonly first: Phase;
  readonly second: Phase;
  readonly sleep: Phase;
  readonly latest: Phase;
}

/** The steps through a run; `null` while it has not learnt two tasks and slept after them. */
export function stepsThrough(run: Run, set: DataSetInfo | OwnInfo | undefined): readonly Step[] | null {
  const story = storyOf(run);
  if (!story) return null;
  const task = (i: number) => classNames(run.plan!.tasks[i]!, set).replaceAll(" / ", "\u00a0/\u00a0");
  return [learn(story, task), forget(story, task), sleep(story), remember(story, task), why(story, task)];
}

function storyOf(run: Run): Story | null {
  const named = (name: string) => run.phases.find((phase) => phase.name === name);
  const [first, second, sleep] = [named("T1"), named("T2"), named("S2")];
  const latest = run.phases.filter(({ name }) => isSleep(name)).at(-1);
  return run.plan && first && second && sleep && latest ? { run, first, second, sleep, latest } : null;
}

type Task = (i: number) => string;

function learn({ first }: Story, task: Task): Step {
  return {
    title: "It learns",
    text: `In ${first.name}, the first phase, the network learnt to tell ${task(0)} apart: it answers ${percent(first.accuracy[0]!)} of their test images rightly. Over all classes that is ${percent(first.mean)}, for it knows nothing of the others yet.`,
    panel: ".curves",
    place: { phase: first.phase, during: false },
  };
}

function forget({ run, second }: Story, task: Task): Step {
  const before = run.phases[second.phase - 1]!;
  return {
    title: "It forgets",
    text: `${second.name} taught it ${task(1)}, up to ${percent(second.accuracy[1]!)}. Meanwhile ${task(0)} ${moved(before.accuracy[0]!, second.accuracy[0]!)}: the same connections serve both tasks, and learning changed them for the new one alone.`,
    panel: ".curves",
    place: { phase: second.phase, during: false },
  };
}

function sleep({ run, sleep, latest }: Story): Step {
  // A recording goes back to the sleep that is told of; of a run that was computed here, the figure shows the latest.
  const { phase, name } = run.status.kind === "recorded" ? sleep : latest;
  return {
    title: "It sleeps",
    text: `Now no image is shown: random spikes, likelier where images were bright, run through the network, and connections change by which units spike together. In ${name} the hidden layer had ${figures(hiddenSpikes(run, phase))} spikes a step.`,
    panel: ".spikes",
    place: { phase: sleep.phase, during: true },
  };
}

function remember({ run, second, sleep, latest }: Story, task: Task): Step {
  const before = run.phases[sleep.phase - 1] ?? second;
  const old = moved(before.accuracy[0]!, sleep.accuracy[0]!);
  const recent = moved(before.accuracy[1]!, sleep.accuracy[1]!);
  const end = latest === sleep ? "" : ` In ${latest.name}, the latest sleep, the accuracy over all classes ${moved(run.phases[latest.phase - 1]!.mean, latest.mean)}.`;
  return {
    title: "It remembers",
    text: `In ${sleep.name}, with no image shown, ${task(0)} ${old}, and ${task(1)} ${recent}.${end}`,
    panel: ".matrix",
    place: null,
  };
}

function why({ run, latest }: Story, task: Task): Step {
  const before = run.phases[latest.phase - 1]!;
  const taught = Number(/^[ST](\d+)$/.exec(latest.name)?.[1] ?? run.plan!.tasks.length) - 1;
  const classes = run.plan!.tasks[taught]!;
  const change = latest.weight_change.at(-1)!;
  return {
    title: "Why?",
    text: `Before ${latest.name} the network took ${percent(answered(before, classes))} of all test images for ${task(taught)}, learnt last; after it, ${percent(answered(latest, classes))}. Sleep changed the weights from hidden to output by ${scientific(change.mean)} on average: ${change.mean < 0 ? "downwards, and the newest answers no longer drown the older ones" : "upwards, unlike in runs that remember"}.`,
    panel: ".weights",
    place: null,
  };
}

/** The part of all test images that is answered with one of these classes. */
function answered({ confusion }: Phase, classes: readonly number[]): number {
  const all = confusion.flat().reduce((sum, n) => sum + n, 0);
  const taken = confusion.flatMap((row) => classes.map((c) => row[c] ?? 0)).reduce((sum, n) => sum + n, 0);
  return taken / Math.max(1, all);
}

function moved(from: number, to: number): string {
  if (percent(from) === percent(to)) return `stayed at ${percent(to)}`;
  return `${to > from ? "rose" : "fell"} from ${percent(from)} to ${percent(to)}`;
}
