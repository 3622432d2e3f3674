// Runs one Session of the core, away from the page: a slice of work, an event, a look at what the page says.

import init, { Session } from "./generated/engram.js";
import type { FromWorker, ToWorker, Until } from "./messages.js";
import { words } from "./words.js";

type Start = Extract<ToWorker, { kind: "start" }>;

let until: Until = "end";
let paused = false;
let wake: () => void = () => {};

addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
  switch (data.kind) {
    case "start":
      until = data.until;
      run(data).catch((error: unknown) => say({ kind: "failed", message: words(error) }));
      break;
    case "pause":
      paused = true;
      break;
    case "resume":
      until = data.until;
      paused = false;
      wake();
      break;
  }
});

async function run({ module, spec, files, quick }: Start): Promise<void> {
  await init({ module_or_path: module });
  const session = new Session(spec, spec.seed, [...files], quick);
  let last = 0;
  for (let event = await session.next(); event; event = await session.next()) {
    say({ kind: "event", event });
    if (event.event === "started") last = event.phases.length - 1;
    if (event.event === "phase" && until === "phase" && event.phase < last) paused = true;
    await turn();
    if (paused) await resumed();
  }
  say({ kind: "ended" });
}

function resumed(): Promise<void> {
  say({ kind: "paused" });
  return new Promise((resolve) => (wake = resolve));
}

// A MessageChannel lets waiting messages in without the delay that browsers add to timers.
const channel = new MessageChannel();

/** Lets the messages that wait be heard. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    channel.port1.onmessage = () => resolve();
    channel.port2.postMessage(null);
  });
}

function say(message: FromWorker): void {
  postMessage(message);
}
