// Obeys the page around a frame: start, pause and stop, and nothing else, from anyone; nothing is said back.

import { isActive } from "./run.js";
import type { Runner } from "./runner.js";
import type { Store } from "./state.js";

export type Order = "start" | "pause" | "stop";

/** The order in a message: `{ engram: "start" }`, or what reveal.js says to the frames of a slide. */
export function order(message: unknown): Order | null {
  if (message === "slide:start") return "start";
  if (message === "slide:stop") return "pause";
  if (typeof message !== "object" || message === null || !("engram" in message)) return null;
  const { engram } = message;
  return engram === "start" || engram === "pause" || engram === "stop" ? engram : null;
}

/** Listens from now on. A page may give its orders as soon as the frame has loaded, before the lab has opened: the last one waits
 *  until there is a run to order. */
export function listen(): (carryOut: (given: Order) => void) => void {
  let waiting: Order | null = null;
  let obey = (given: Order): void => {
    waiting = given;
  };
  addEventListener("message", ({ data }) => {
    const given = order(data);
    if (given) obey(given);
  });
  return (carryOut) => {
    obey = carryOut;
    if (waiting) obey(waiting);
  };
}

/** A run that is over stays to be seen: what was told to start is started once. */
export function carryOut(given: Order, store: Store, runner: Runner): void {
  const { run } = store.state;
  const status = run?.status.kind;
  switch (given) {
    case "start":
      // A run that was just opened is said to run before its Worker says that it stands.
      if (status === "paused" || status === "pausing" || status === "running") runner.resume("end");
      else if (run === null || status === "recorded" || status === "stopped") void runner.start("end");
      break;
    case "pause":
      // There is nothing to pause yet while the images come: the next start begins anew.
      if (status === "loading") runner.stop();
      else if (status === "running") runner.pause();
      break;
    case "stop":
      if (isActive(run)) runner.stop();
      break;
  }
}
