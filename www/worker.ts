// Runs one Session of the core, away from the page: a slice of work, an event, a look at what the page says.

import init, { Session } from "./generated/engram.js";
import type { FromWorker, Question, Replies, ToWorker, Until } from "./messages.js";
import { words } from "./words.js";

type Start = Extract<ToWorker, { kind: "start" }>;

let until: Until = "end";
let paused = false;
/** Whether somebody told the run to go on since the last slice. */
let stirred = false;
/** The Session, while no slice is under way; what is to be done with it waits until then. */
let free: Session | null = null;
/** Whether the run stands still, with work to do. */
let standing = false;
const waiting: ((session: Session) => void)[] = [];
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
      resume();
      break;
    case "act":
      withSession((session) => {
        try {
          session.act(data.act);
          if (standing) until = "act";
          resume();
        } catch (error) {
          say({ kind: "refused", message: words(error) });
        }
      });
      break;
    case "ask":
      withSession((session) => {
        try {
          say({ kind: "told", id: data.id, reply: reply(session, data.question) });
        } catch (error) {
          say({ kind: "unanswered", id: data.id, message: words(error) });
        }
      });
      break;
  }
});

async function run({ module, spec, files, quick, watched }: Start): Promise<void> {
  await init({ module_or_path: module });
  const session = new Session(spec, spec.seed, [...files], quick);
  if (watched) session.watch();
  let phases = 0;
  for (;;) {
    const event = await session.next();
    free = session;
    stirred = false;
    waiting.splice(0).forEach((task) => task(session));
    if (event) say({ kind: "event", event });
    if (event?.event === "started" || event?.event === "acted") phases = event.phases.length;
    const raster = event?.event === "spikes" ? session.raster() : undefined;
    if (raster) say({ kind: "raster", raster });
    await turn();
    if (!stirred && (!event || paused || isReached(event, phases))) {
      say({ kind: event ? "paused" : "ended" });
      standing = event !== undefined;
      await woken();
      standing = false;
    }
    free = null;
  }
}

/** Whether the run pauses here by itself. */
function isReached(event: NonNullable<Awaited<ReturnType<Session["next"]>>>, phases: number): boolean {
  switch (until) {
    case "end":
      return false;
    case "phase":
      return event.event === "phase" && event.phase < phases - 1;
    case "batch":
      return event.event === "progress";
    case "act":
      return event.event === "phase" && /^[SNAD]/.test(event.name) && event.phase < phases - 1;
    case "beginning":
      return event.event === "started";
  }
}

function reply(session: Session, question: Question): Replies[keyof Replies] {
  switch (question.kind) {
    case "answer":
      return session.answer(question.values, question.phases);
    case "image":
      return session.test_image(question.number);
    case "fields":
      return session.fields(question.phases) ?? null;
  }
}

/** Does something with the Session as soon as no slice of work is under way. */
function withSession(task: (session: Session) => void): void {
  if (free) task(free);
  else waiting.push(task);
}

function woken(): Promise<void> {
  return new Promise((resolve) => (wake = resolve));
}

function resume(): void {
  paused = false;
  stirred = true;
  wake();
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
