// A figure as an SVG file that stands alone: title, drawing, caption, where it comes from, and the Spec.

import { specText, type Exhibit } from "../exhibit.js";
import { paint } from "./paint.js";
import { INVERT, measure, snapshot, svgElement, type Snapshot } from "./snapshot.js";

export interface Standalone {
  readonly text: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

const PAD = 20;
/** Below this, captions would be broken into scraps. */
const LEAST = 420;

/** `figures` are laid one below the other. */
export function standalone({ title, caption, source }: Exhibit, figures: readonly HTMLElement[]): Standalone {
  const picture = stacked(figures.map(snapshot));
  const width = Math.max(LEAST, picture.width) + 2 * PAD;
  const root = getComputedStyle(document.documentElement);
  const em = parseFloat(root.fontSize);
  const theme = (name: string): string => resolved(name, figures[0]!);
  const [ink, soft] = [theme("--ink"), theme("--ink-soft")];
  const [sans, serif] = [root.getPropertyValue("--text"), root.getPropertyValue("--title")];
  const top = PAD + 1.6 * em;
  const heading = line(title, PAD, PAD + em, { fill: ink, "font-size": 1.25 * em, "font-weight": 600, "font-family": quoted(serif) });
  const below = [
    ...wrapped(caption, 0.8 * em, sans, width - 2 * PAD).map((text) => ({ text, size: 0.8 * em, fill: ink })),
    ...wrapped(`Engram · ${source.line}`, 0.68 * em, sans, width - 2 * PAD).map((text) => ({ text, size: 0.68 * em, fill: soft })),
  ];
  let y = top + picture.height + 0.6 * em;
  const words = below.map(({ text, size, fill }) => line(text, PAD, (y += 1.4 * size), { fill, "font-size": size, "font-family": quoted(sans) }));
  const height = Math.ceil(y + PAD);
  picture.element.setAttribute("transform", `translate(${PAD} ${top})`);

  const svg = svgElement("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img" });
  const text = (tag: "title" | "desc" | "metadata", content: string) => {
    const element = svgElement(tag, {});
    element.textContent = clean(content);
    return element;
  };
  const spec = specText(source);
  svg.append(text("title", title), text("desc", [caption, ...picture.labels].join(" ")), ...(spec === null ? [] : [text("metadata", spec)]));
  if (picture.element.querySelector(`[filter]`)) svg.append(inverting());
  svg.append(svgElement("rect", { width, height, fill: theme("--paper") }), heading, picture.element, ...words);
  return { text: new XMLSerializer().serializeToString(svg), width, height };
}

function stacked(pictures: readonly Snapshot[]): Snapshot {
  const element = svgElement("g", {});
  let height = 0;
  for (const picture of pictures.filter((one) => one.height > 0)) {
    if (height > 0) height += PAD;
    picture.element.setAttribute("transform", `translate(0 ${height})`);
    element.append(picture.element);
    height += picture.height;
  }
  return { element, height, width: Math.max(...pictures.map(({ width }) => width)), labels: pictures.flatMap(({ labels }) => labels) };
}

/** A colour of the theme that is shown. */
function resolved(name: string, where: HTMLElement): string {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  where.append(probe);
  const { color } = paint(getComputedStyle(probe).color);
  probe.remove();
  return color;
}

const quoted = (fonts: string): string => fonts.trim().replaceAll('"', "'");

/** XML knows no control characters. */
const clean = (text: string): string => text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "");

function line(text: string, x: number, y: number, attributes: Record<string, string | number>): SVGTextElement {
  const element = svgElement("text", { x, y, ...attributes });
  element.textContent = clean(text);
  return element;
}

/** A text broken into lines of at most `room` pixels; words that are longer, such as links, anywhere. */
function wrapped(text: string, size: number, family: string, room: number): string[] {
  const fits = (part: string): boolean => measure(part, `${size}px ${family}`).width <= room;
  const lines = [""];
  for (const word of text.split(" ")) {
    const joined = lines.at(-1) === "" ? word : `${lines.at(-1)} ${word}`;
    if (fits(joined)) {
      lines[lines.length - 1] = joined;
      continue;
    }
    if (lines.at(-1) !== "") lines.push("");
    for (const letter of word) {
      if (!fits(lines.at(-1) + letter)) lines.push("");
      lines[lines.length - 1] += letter;
    }
  }
  return lines;
}

/** Filters written as in CSS are not known to every viewer. */
function inverting(): SVGElement {
  const filter = svgElement("filter", { id: INVERT, "color-interpolation-filters": "sRGB" });
  const transfer = svgElement("feComponentTransfer", {});
  for (const part of ["feFuncR", "feFuncG", "feFuncB"] as const) transfer.append(svgElement(part, { type: "table", tableValues: "1 0" }));
  filter.append(transfer);
  return filter;
}
