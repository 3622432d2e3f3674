// Tries constants on their task orders, away from the page: a slice of work, and a look at what the page says.

import init, { Trier, type TriedOrder } from "./generated/engram.js";
import type { FromTrier, ToTrier } from "./search-messages.js";
import { turn } from "./turn.js";
import { words } from "./words.js";

let paused = false;
let wake: () => void = () => {};

addEventListener("message", ({ data }: MessageEvent<ToTrier>) => {
  switch (data.kind) {
    case "start":
      work(data)
        .then((trials) => say({ kind: "tried", trials }))
        .catch((error: unknown) => say({ kind: "failed", message: words(error) }));
      break;
    case "pause":
      paused = true;
      break;
    case "resume":
      paused = false;
      wake();
      break;
  }
});

async function work({ module, files, quick, specs }: Extract<ToTrier, { kind: "start" }>): Promise<TriedOrder[]> {
  await init({ module_or_path: module });
  const trier = Trier.create(specs[0]!.data.name, [...files], quick);
  const trials: TriedOrder[] = [];
  for (const spec of specs) {
    await trier.begin(spec);
    let trial = await trier.next();
    while (!trial) {
      await turn();
      while (paused) await new Promise<void>((resolve) => (wake = resolve));
      trial = await trier.next();
    }
    trials.push(trial);
    if (trial.given_up) break;
  }
  return trials;
}

function say(message: FromTrier): void {
  postMessage(message);
}
