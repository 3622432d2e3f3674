// Test images of the run, one after another, to be tried and watched.

import { isLive } from "./run.js";
import type { Runner } from "./runner.js";
import type { Store } from "./state.js";

/** A function that puts the next test image on the pad; of a run that is gone there is none. */
export function testImages(store: Store, runner: Runner): () => Promise<void> {
  let number = -1;
  return async () => {
    if (!isLive(store.state.run)) return;
    number += 1;
    // A run may go before it answers.
    const image = await runner.ask<"image">({ kind: "image", number }).catch(() => null);
    if (image) store.set({ pad: { ...store.state.pad, strokes: [], values: Float32Array.from(image.values), label: image.label } });
  };
}
