// An image of numbers, pixel by pixel, as one picture in an SVG. What is zero is clear, so that the paper shows through.

/** Grey ink for values from 0 to 1; or weights, orange above zero and blue below. */
export type Paint = "ink" | "signed";

const ORANGE = [217, 112, 21] as const;
const BLUE = [47, 86, 209] as const;

/** `most` is the value, or the size of one, that is painted fully. */
export function picture(values: ArrayLike<number>, height: number, width: number, paint: Paint, most: number, side: number): SVGSVGElement {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext("2d")!;
  const pixels = context.createImageData(width, height);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]! / (most || 1);
    const [red, green, blue] = paint === "ink" ? [0, 0, 0] : value > 0 ? ORANGE : BLUE;
    pixels.data.set([red, green, blue, 255 * Math.min(1, Math.abs(value))], 4 * i);
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
