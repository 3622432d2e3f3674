// An image of numbers, pixel by pixel, as one picture in an SVG. What is zero is clear, so that the paper shows through.

/** Grey ink for values from 0 to 1; or weights, orange above zero, and blue below, chequered for who does not see the colours. */
export type Paint = "ink" | "signed";

const ORANGE = [217, 112, 21] as const;
const BLUE = [47, 86, 209] as const;
/** Of every second dot of what is below zero. */
const PALE = 0.35;

/** `most` is the value, or the size of one, that is painted fully. */
export function picture(values: ArrayLike<number>, height: number, width: number, paint: Paint, most: number, side: number): SVGSVGElement {
  const canvas = document.createElement("canvas");
  // Dots of a value, across and down.
  const dots = paint === "ink" ? 1 : 2;
  [canvas.width, canvas.height] = [dots * width, dots * height];
  const context = canvas.getContext("2d")!;
  const pixels = context.createImageData(canvas.width, canvas.height);
  for (let i = 0; i < values.length * dots * dots; i++) {
    const [x, y] = [i % canvas.width, Math.floor(i / canvas.width)];
    const value = values[Math.floor(y / dots) * width + Math.floor(x / dots)]! / (most || 1);
    const [red, green, blue] = paint === "ink" ? [0, 0, 0] : value > 0 ? ORANGE : BLUE;
    const isPale = value < 0 && (x + y) % 2 === 1;
    pixels.data.set([red, green, blue, 255 * Math.min(1, Math.abs(value)) * (isPale ? PALE : 1)], 4 * i);
  }
  context.putImageData(pixels, 0, 0);
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("width", String(side));
  svg.setAttribute("height", String((side * height) / width));
  svg.setAttribute("class", `picture ${paint}`);
  const image = document.createElementNS("http://www.w3.org/2000/svg", "image");
  image.setAttribute("href", canvas.toDataURL());
  image.setAttribute("width", String(width));
  image.setAttribute("height", String(height));
  svg.append(image);
  return svg;
}
