// A drawing becomes an image as MNIST has them, and the text that a Spec holds.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { digits, image } = await load("pad.ts");
const line = (...points) => points.map(([x, y]) => ({ x, y }));
/** Rows and columns that hold ink, and the centre of mass. */
function measure(values, width) {
  const ink = [...values].map((value, i) => ({ value, row: Math.floor(i / width), column: i % width })).filter(({ value }) => value > 0);
  const total = ink.reduce((sum, { value }) => sum + value, 0);
  const centre = (of) => ink.reduce((sum, pixel) => sum + pixel.value * (pixel[of] + 0.5), 0) / total;
  const extent = (of) => Math.max(...ink.map((pixel) => pixel[of])) - Math.min(...ink.map((pixel) => pixel[of])) + 1;
  return { row: centre("row"), column: centre("column"), high: extent("row"), wide: extent("column"), total };
}

test("a drawing fills 20 of 28 pixels and balances in the middle, wherever and however small it is drawn", () => {
  const seven = (scale, dx, dy) => [line([0.1, 0.1], [0.5, 0.1], [0.25, 0.9]).map(({ x, y }) => ({ x: x * scale + dx, y: y * scale + dy }))];
  const large = image(seven(1, 0.2, 0), 28, 28);
  const { row, column, high } = measure(large, 28);
  assert.ok(Math.abs(row - 14) < 0.5 && Math.abs(column - 14) < 0.5, `${row} ${column}`);
  assert.ok(high >= 19 && high <= 21, `${high} rows`);
  assert.deepEqual(image(seven(0.5, 0.4, 0.3), 28, 28), large);
});

test("a dot stays a dot, and nothing is nothing", () => {
  const dot = measure(image([line([0.8, 0.2])], 28, 28), 28);
  assert.ok(dot.total > 1 && dot.high <= 4 && dot.wide <= 4, JSON.stringify(dot));
  assert.ok(image([], 28, 28).every((value) => value === 0));
});

test("images that are not square keep the drawing's proportions", () => {
  const values = image([line([0.2, 0.2], [0.8, 0.2], [0.8, 0.8], [0.2, 0.8], [0.2, 0.2])], 20, 40);
  const { high, wide, column } = measure(values, 40);
  assert.ok(Math.abs(high - wide) <= 1 && Math.abs(column - 20) < 0.5, `${high} ${wide} ${column}`);
});

test("a digit a pixel", () => {
  assert.equal(digits(Float32Array.from([0, 1, 0.4, 1 / 15])), "0f61");
  assert.match(digits(image([line([0.1, 0.1], [0.9, 0.9])], 28, 28)), /^[0-9a-f]{784}$/);
});
