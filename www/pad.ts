// From lines drawn on a pad to an image as the network knows them: placed and sized like a digit of MNIST.

/** From the left and from the top of the pad, 0 to 1. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The part of the image that MNIST's digits fill: 20 of 28 pixels. */
const FILLED = 20 / 28;
/** Half of a line's thickness, as a part of the image: MNIST's lines are two to three pixels thick. */
const HALF_LINE = 1.1 / 28;
/** A drawing travels in links with this many levels of grey above black. */
const LEVELS = 15;

/** The image of `strokes`, row by row, 0 to 1: scaled to fill what a digit fills, its centre of mass in the middle. */
export function image(strokes: readonly (readonly Point[])[], height: number, width: number): Float32Array {
  const lines = centred(strokes.filter((stroke) => stroke.length > 0));
  const side = Math.min(height, width);
  const values = new Float32Array(height * width);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const at = { x: (column + 0.5 - width / 2) / side, y: (row + 0.5 - height / 2) / side };
      const distance = Math.min(Infinity, ...lines.map((line) => distanceTo(line, at)));
      const ink = Math.min(1, Math.max(0, 0.5 + (HALF_LINE - distance) * side));
      values[row * width + column] = Math.round(ink * LEVELS) / LEVELS;
    }
  }
  return values;
}

/** An image as a Spec holds it: one hexadecimal digit a pixel. */
export function digits(values: Float32Array): string {
  return Array.from(values, (value) => Math.round(value * LEVELS).toString(16)).join("");
}

/** Lines scaled so that the larger side of what surrounds them is `FILLED`, and moved so that their ink balances at 0. */
function centred(strokes: readonly (readonly Point[])[]): Point[][] {
  const points = strokes.flat();
  if (points.length === 0) return [];
  const xs = points.map(({ x }) => x);
  const ys = points.map(({ y }) => y);
  const extent = Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys));
  // A dot stays a dot.
  const scale = (FILLED - 2 * HALF_LINE) / Math.max(extent, 0.2);
  const { x, y } = balance(strokes);
  return strokes.map((stroke) => stroke.map((point) => ({ x: (point.x - x) * scale, y: (point.y - y) * scale })));
}

/** The centre of mass of lines of even thickness. */
function balance(strokes: readonly (readonly Point[])[]): Point {
  let [x, y, weight] = [0, 0, 0];
  for (const stroke of strokes) {
    for (const [i, b] of stroke.entries()) {
      const a = stroke[Math.max(0, i - 1)]!;
      const length = Math.hypot(b.x - a.x, b.y - a.y) + 1e-9; // a dot weighs something, too
      x += (length * (a.x + b.x)) / 2;
      y += (length * (a.y + b.y)) / 2;
      weight += length;
    }
  }
  return { x: x / weight, y: y / weight };
}

function distanceTo(line: readonly Point[], at: Point): number {
  let nearest = Infinity;
  for (const [i, b] of line.entries()) {
    const a = line[Math.max(0, i - 1)]!;
    const [dx, dy] = [b.x - a.x, b.y - a.y];
    const along = ((at.x - a.x) * dx + (at.y - a.y) * dy) / (dx * dx + dy * dy || 1);
    const t = Math.min(1, Math.max(0, along));
    nearest = Math.min(nearest, Math.hypot(at.x - a.x - t * dx, at.y - a.y - t * dy));
  }
  return nearest;
}
