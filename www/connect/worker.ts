// Computes a share of a study, away from the page: a slice of work, what came of it, a look at what the page says.

import init, { ConnectSession, type ConnectEvent } from "../generated/engram.js";
import { turn } from "../turn.js";
import { words } from "../words.js";
import type { Begin, FromWorker, Question, Replies, ToWorker } from "./messages.js";

let paused = false;
/** What the page asks, answered between slices. */
const asked: Extract<ToWorker, { kind: "ask" }>[] = [];
let wake: () => void = () => {};

addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
  switch (data.kind) {
    case "start":
      run(data.module, data.begin).catch((error: unknown) => say({ kind: "failed", message: words(error) }));
      break;
    case "pause":
      paused = true;
      break;
    case "resume":
      paused = false;
      break;
    case "ask":
      asked.push(data);
      break;
  }
  wake();
});

async function run(module: WebAssembly.Module, begin: Begin): Promise<void> {
  await init({ module_or_path: module });
  const session = "saved" in begin ? ConnectSession.restore(begin.saved) : ConnectSession.create(begin.spec, begin.share, begin.shares);
  if ("saved" in begin) say({ kind: "told", records: session.records() });
  let isOver = session.is_over();
  if (isOver) say({ kind: "ended" });
  for (;;) {
    await turn();
    answer(session);
    if (!isOver && !paused) {
      const events = slice(session);
      if (events.length > 0) say({ kind: "events", events });
      isOver = session.is_over();
      if (!isOver) continue;
      say({ kind: "ended" });
    } else if (!isOver) {
      say({ kind: "paused" });
    }
    // Standing still, it answers at once.
    do {
      await new Promise<void>((woken) => (wake = woken));
      answer(session);
    } while (isOver || paused);
  }
}

/** One slice of work, with all that there is to tell of it. */
function slice(session: ConnectSession): ConnectEvent[] {
  const events: ConnectEvent[] = [];
  for (let event = session.step(); event; event = session.step()) {
    events.push(event);
    if (event.event === "progress") break;
  }
  return events;
}

function answer(session: ConnectSession): void {
  for (let next = asked.shift(); next; next = asked.shift()) {
    const { id, question } = next;
    try {
      say({ kind: "answered", id, reply: reply(session, question) });
    } catch (error) {
      say({ kind: "unanswered", id, message: words(error) });
    }
  }
}

function reply(session: ConnectSession, question: Question): Replies[keyof Replies] {
  switch (question.kind) {
    case "show":
      return session.show(question.network, question.trial);
    case "trajectories":
      return session.trajectories(question.network);
    case "save":
      return session.save();
  }
}

function say(message: FromWorker): void {
  postMessage(message);
}
