// What a frame's address asks for, and what the page around it may order.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { CONTROLS, PANELS, PLAIN, THEMES, embedding, query } = await load("embed.ts");
const { order } = await load("remote.ts");

test("without embed=1 nothing is embedded", () => {
  for (const address of ["", "?", "?panels=curves", "?embed=0&theme=dark"]) assert.equal(embedding(address), null, address);
  assert.deepEqual(embedding("?embed=1"), PLAIN);
});

test("what is asked for is read as it was written", () => {
  for (const panel of PANELS)
    for (const theme of THEMES)
      for (const controls of CONTROLS)
        for (const autoplay of [true, false]) {
          const asked = { panels: [panel, "matrix"], theme, controls, autoplay };
          assert.deepEqual(embedding(query(asked)), asked);
        }
  assert.equal(query(PLAIN), "?embed=1&panels=curves");
});

test("what there is not is told in words, whatever it is", () => {
  assert.throws(() => embedding("?embed=1&panels=curves,sleepiness"), /`panels` does not know `sleepiness`; it knows progress, recording, curves/);
  assert.throws(() => embedding("?embed=1&theme=pink"), /`theme` does not know `pink`; it knows auto, light, dark/);
  assert.throws(() => embedding("?embed=yes"), /`embed`/);
  for (let i = 0; i < 2000; i++) {
    const text = Array.from({ length: 12 }, () => "?&=,%embd1panelscrv+0".charAt(Math.floor(21 * Math.random()))).join("");
    try {
      const found = embedding(`?embed=1&${text}`);
      assert.ok(found === null || found.panels.every((name) => PANELS.includes(name)));
    } catch (error) {
      assert.match(error.message, /^`(embed|panels|theme|controls|autoplay)` does not know /, text);
    }
  }
});

test("start, pause and stop are understood, and nothing else", () => {
  assert.equal(order("slide:start"), "start");
  assert.equal(order("slide:stop"), "pause");
  for (const given of ["start", "pause", "stop"]) assert.equal(order({ engram: given }), given);
  for (const other of [null, undefined, 0, "start", "slide:", {}, [], { engram: "run" }, { engram: null }, { engram: ["start"] }, { kind: "start" }]) assert.equal(order(other), null);
});
