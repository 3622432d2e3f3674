// Labels beside the curves never overlap, keep their order and stay inside.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { separate } = await load("plots/separate.ts");
const places = (wishes, gap, length) => separate(wishes, (wish) => wish, gap, length);

test("labels with room stay where they are", () => {
  assert.deepEqual(places([80, 10, 40], 10, 100), [10, 40, 80].map((at) => ({ item: at, at })));
});

test("labels at one place spread around it", () => {
  assert.deepEqual(places([50, 50, 50], 10, 100).map(({ at }) => at), [40, 50, 60]);
});

test("any labels keep their order, their gap and the frame", () => {
  let state = 7;
  const random = () => (state = (state * 16807) % 2147483647) / 2147483647;
  for (let round = 0; round < 500; round++) {
    const wishes = Array.from({ length: 1 + Math.floor(random() * 9) }, () => random() * 300);
    const placed = places(wishes, 20, 300);
    assert.equal(placed.length, wishes.length);
    placed.forEach(({ item, at }, i) => {
      assert.ok(at >= -1e-9 && at <= 300 + 1e-9, `${at} is inside`);
      if (i === 0) return;
      assert.ok(at - placed[i - 1].at >= 20 - 1e-9, "a gap apart");
      assert.ok(item >= placed[i - 1].item, "in order");
    });
  }
});
