// Puts a text into a PNG file, as an iTXt chunk after its header (PNG, third edition, 11.3.3.4).

import { crc32 } from "../checksum.js";

/** Of the signature and the chunk IHDR, which comes first. */
const HEADER = 8 + 12 + 13;

/** `keyword` is Latin-1 of 1 to 79 letters, `text` anything. */
export function withText(png: Uint8Array, keyword: string, text: string): Uint8Array<ArrayBuffer> {
  const utf8 = new TextEncoder();
  // Type, keyword, then four empty fields: not compressed, no language, no translated keyword.
  const body = new Uint8Array([...utf8.encode(`iTXt${keyword}`), 0, 0, 0, 0, 0, ...utf8.encode(text)]);
  const file = new Uint8Array(png.length + body.length + 8);
  const view = new DataView(file.buffer);
  file.set(png.subarray(0, HEADER));
  view.setUint32(HEADER, body.length - 4);
  file.set(body, HEADER + 4);
  view.setUint32(HEADER + 4 + body.length, crc32(body));
  file.set(png.subarray(HEADER), HEADER + body.length + 8);
  return file;
}
