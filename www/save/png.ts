// A standalone SVG as PNG, fit for print and slides, with the Spec in it where there is one.

import { withText } from "./chunk.js";
import type { Standalone } from "./standalone.js";

const LEAST_WIDTH = 1600;

export async function png({ text, width, height }: Standalone, spec: string | null): Promise<Uint8Array<ArrayBuffer>> {
  const scale = Math.max(2, LEAST_WIDTH / width);
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [Math.round(width * scale), Math.round(height * scale)];
  canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
  const drawn = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/png"));
  if (!drawn) throw new Error(`This browser cannot paint a picture of ${canvas.width} × ${canvas.height} pixels.`);
  const bytes = new Uint8Array(await drawn.arrayBuffer());
  return spec === null ? bytes : withText(bytes, "Engram-Spec", spec);
}
