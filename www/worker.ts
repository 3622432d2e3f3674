// Runs one Session of the core, away from the page: a slice of work, an event, a look at what the page says.

import init, { Session, type Event as RunEvent } from "./generated/engram.js";
import { Keeper } from "./keeper.js";
import type { FromWorker, Question, Replies, ToWorker, Until } from "./messages.js";
import { turn } from "./turn.js";
import { words } from "./words.js";

type Start = Extract<ToWorker, { kind: "start" }>;
type Task = (session: Session) => void | Promise<void>;

let until: Until = "end";
let paused = false;
/** Whether somebody told the run to go on since the last slice. */
let stirred = false;
/** How the run stands still; `null`: it does not. */
let standing: "paused" | "ended" | null = null;
/** What is to be done with the Session, one after the other and while no slice is under way: it bears one use at a time. */
const tasks: Task[] = [];
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
      withSession(
        (session) => {
          session.act(data.act);
          if (standing === "paused") until = "act";
          resume();
        },
        (message) => ({ kind: "refused", message }),
      );
      break;
    case "engine":
      withSession(
        async (session) => {
          await session.change_engine(data.engine);
          keeper?.computeOn(data.engine);
          // Which engine it is, and what befell the one before: no work is done for that.
          for (let news = session.news(); news > 0; news--) tell(session, await session.next());
          // A GPU that was lost after the end took the end with it.
          if (standing === "ended") resume();
        },
        (message) => ({ kind: "kept", message }),
      );
      break;
    case "lose":
      tasks.push((session) => session.lose_gpu());
      break;
    case "ask":
      withSession(
        async (session) => say({ kind: "answered", id: data.id, reply: await reply(session, data.question) }),
        (message) => ({ kind: "unanswered", id: data.id, message }),
      );
      break;
  }
});

/** Whether a person looks at single spikes. */
let shows = false;
/** Keeps the run in this browser, if it is to be kept. */
let keeper: Keeper | null = null;

async function run({ module, begin, files, quick, watched, studied, keep }: Start): Promise<void> {
  await init({ module_or_path: module });
  const session = await (begin.saved ? Session.restore(begin.saved, [...files], quick) : Session.create(begin.spec, [...files], quick));
  shows = watched;
  if (watched) session.watch();
  if (studied) session.study();
  keeper = keep === null ? null : new Keeper(keep, begin.spec, (message) => say({ kind: "unkept", message }));
  const stand = async (kind: "paused" | "ended") => {
    standing = kind;
    say({ kind });
    await keeper?.write(session, kind === "ended" ? "over" : "standing");
    // What was said while the run was written waits already.
    for (await attend(session); !stirred; await attend(session)) await woken();
    standing = null;
    say({ kind: "resumed" });
    await keeper?.write(session, "running");
  };
  let phases = 0;
  const hear = (event: RunEvent) => {
    if (event.event === "started" || event.event === "acted") phases = event.phases.length;
    keeper?.hear(event);
  };
  if (begin.saved) {
    const events = session.told();
    events.forEach(hear);
    say({ kind: "told", events, raster: session.raster() });
    for (let news = session.news(); news > 0; news--) tell(session, await session.next());
    if (session.is_over()) await stand("ended");
    else if (until === "beginning") await stand("paused");
    else await keeper?.write(session, "running"); // it can be gone on with
  }
  for (;;) {
    const event = await session.next();
    stirred = false;
    if (event) hear(event);
    tell(session, event);
    await keeper?.sometimes(session);
    await turn();
    await attend(session);
    // What computes is told right after the beginning, before the run stands still.
    if (event?.event === "started") continue;
    if (!stirred && (!event || paused || isReached(event, phases))) {
      await stand(event ? "paused" : "ended");
    }
  }
}

function tell(session: Session, event: RunEvent | undefined): void {
  if (!event) return;
  say({ kind: "event", event });
  const raster = shows && event.event === "spikes" ? session.raster() : undefined;
  if (raster) say({ kind: "raster", raster });
}

/** Whether the run pauses here by itself. */
function isReached(event: RunEvent, phases: number): boolean {
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
      return event.event === "engine";
  }
}

async function reply(session: Session, question: Question): Promise<Replies[keyof Replies]> {
  switch (question.kind) {
    case "answer":
      return session.answer(question.values, question.phases);
    case "image":
      return session.test_image(question.number);
    case "fields":
      return session.fields(question.phases) ?? null;
    case "watched": {
      const began = performance.now();
      const watched = await session.watched(question.values, question.label ?? undefined, question.phases ?? undefined);
      return { watched: watched ?? null, ms: performance.now() - began };
    }
    case "record":
      return session.record() ?? null;
    case "save":
      return session.save();
    case "weights":
      return session.weights();
  }
}

/** Does something with the Session in its turn, and says so where it cannot be done. */
function withSession(task: Task, refusal: (message: string) => FromWorker): void {
  tasks.push(async (session) => {
    try {
      await task(session);
    } catch (error) {
      say(refusal(words(error)));
    }
  });
  wake();
}

/** Does what is to be done with the Session. */
async function attend(session: Session): Promise<void> {
  for (let task = tasks.shift(); task; task = tasks.shift()) await task(session);
}

function woken(): Promise<void> {
  return new Promise((resolve) => (wake = resolve));
}

function resume(): void {
  paused = false;
  stirred = true;
  wake();
}

function say(message: FromWorker): void {
  postMessage(message);
}
