// A part of the page as one SVG group that stands alone: drawings with their styles written out, texts where they lie.

import { paint } from "./paint.js";

const SVG = "http://www.w3.org/2000/svg";

export interface Snapshot {
  readonly element: SVGGElement;
  readonly width: number;
  readonly height: number;
  /** What the drawings are called for those who listen. */
  readonly labels: readonly string[];
}

/** What is to be operated, not to be seen. */
const CONTROLS = "button, select, input, progress, details, .aside";

export function snapshot(root: HTMLElement): Snapshot {
  const origin = root.getBoundingClientRect();
  const group = svgElement("g", {});
  const extent = { right: 0, bottom: 0 };
  const labels: string[] = [];
  const place = ({ left, top, right, bottom }: DOMRect) => {
    extent.right = Math.max(extent.right, right - origin.left);
    extent.bottom = Math.max(extent.bottom, bottom - origin.top);
    return { x: left - origin.left, y: top - origin.top };
  };
  const visit = (element: Element): void => {
    const style = getComputedStyle(element);
    if (style.display === "none" || style.visibility === "hidden" || element.matches(CONTROLS)) return;
    const rect = element.getBoundingClientRect();
    if (element.ariaLabel && element.role === "img") labels.push(element.ariaLabel);
    group.append(...boxes(style, rect, place));
    if (element instanceof SVGSVGElement) return group.append(drawing(element, style, rect, place));
    for (const child of element.childNodes) {
      if (child instanceof Element) visit(child);
      else if (child instanceof Text) group.append(...texts(child, style, place));
    }
  };
  visit(root);
  return { element: group, width: Math.ceil(extent.right), height: Math.ceil(extent.bottom), labels };
}

type Place = (rect: DOMRect) => { x: number; y: number };

export function svgElement<K extends keyof SVGElementTagNameMap>(tag: K, attributes: Record<string, string | number>): SVGElementTagNameMap[K] {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, typeof value === "number" ? String(Number(value.toFixed(2))) : value);
  return element;
}

/** An element's ground and frame, where it has them. */
function boxes(style: CSSStyleDeclaration, rect: DOMRect, place: Place): SVGElement[] {
  const ground = paint(style.backgroundColor);
  const line = parseFloat(style.borderTopWidth);
  const framed = line > 0 && [style.borderRightWidth, style.borderBottomWidth, style.borderLeftWidth].every((width) => parseFloat(width) === line);
  if (ground.opacity === 0 && !framed) return [];
  const frame = paint(style.borderTopColor);
  const box = {
    ...place(rect),
    width: rect.width,
    height: rect.height,
    rx: Math.min(parseFloat(style.borderTopLeftRadius) || 0, rect.width / 2, rect.height / 2),
    ...(ground.opacity === 0 ? { fill: "none" } : { fill: ground.color, "fill-opacity": ground.opacity }),
    ...(framed ? { stroke: frame.color, "stroke-width": line } : {}),
  };
  return [svgElement("rect", box)];
}

/** Presentation attributes that children inherit, and those that they do not, with what they are unless set. */
const INHERITED = ["fill", "fill-opacity", "stroke", "stroke-opacity", "stroke-width", "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "font-family", "font-size", "font-weight", "text-anchor", "paint-order", "image-rendering"];
const OWN: Record<string, string> = { opacity: "1", overflow: "visible" };
const PAINTS = new Set(["fill", "stroke"]);

function drawing(original: SVGSVGElement, style: CSSStyleDeclaration, rect: DOMRect, place: Place): SVGElement {
  const copy = original.cloneNode(true) as SVGSVGElement;
  copy.querySelectorAll("style").forEach((sheet) => sheet.remove());
  dress(original, copy, {});
  const frame = parseFloat(style.borderTopWidth);
  const { x, y } = place(rect);
  const inside = { x: x + frame, y: y + frame, width: rect.width - 2 * frame, height: rect.height - 2 * frame };
  for (const [name, value] of Object.entries(inside)) copy.setAttribute(name, String(value));
  for (const name of ["role", "aria-label"]) copy.removeAttribute(name);
  return copy;
}

/** Writes computed styles into attributes, each where it differs from the parent's; `original` may hold sheets that `copy` lacks. */
function dress(original: Element, copy: Element, parent: Record<string, string>): void {
  const style = getComputedStyle(original);
  const own: Record<string, string> = {};
  copy.removeAttribute("style");
  copy.removeAttribute("class");
  for (const name of INHERITED) {
    const value = (own[name] = style.getPropertyValue(name));
    copy.removeAttribute(name);
    if (value !== parent[name]) write(copy, name, value);
  }
  for (const [name, usual] of Object.entries(OWN)) {
    const value = style.getPropertyValue(name);
    copy.removeAttribute(name);
    if (value !== usual || name === "overflow" && copy.tagName === "svg") copy.setAttribute(name, value);
  }
  if (style.filter === "invert(1)") copy.setAttribute("filter", `url(#${INVERT})`);
  const originals = [...original.children].filter(({ tagName }) => tagName !== "style");
  [...copy.children].forEach((child, i) => dress(originals[i]!, child, own));
}

/** The filter that pictures in ink are seen through in the dark. */
export const INVERT = "invert";

function write(element: Element, name: string, value: string): void {
  if (!PAINTS.has(name)) return element.setAttribute(name, value.replaceAll('"', "'"));
  const { color, opacity } = paint(value);
  element.setAttribute(name, color);
  if (opacity !== 0 && opacity !== 1) element.setAttribute(`${name}-opacity`, String(opacity));
}

const ruler = document.createElement("canvas").getContext("2d")!;

/** How a font's letters lie about their baseline, and how wide a text is. */
export function measure(text: string, font: string): TextMetrics {
  ruler.font = font;
  return ruler.measureText(text);
}

/** A text, line by line as it was broken. */
function texts(node: Text, style: CSSStyleDeclaration, place: Place): SVGElement[] {
  if (node.data.trim() === "") return [];
  const font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  const { fontBoundingBoxAscent: up, fontBoundingBoxDescent: down } = measure("x", font);
  const { color } = paint(style.color);
  return linesOf(node).map(({ text, rect }) => {
    const { x, y } = place(rect);
    const line = svgElement("text", { x, y: y + (rect.height * up) / (up + down), fill: color, "font-family": style.fontFamily.replaceAll('"', "'"), "font-size": style.fontSize, "font-weight": style.fontWeight });
    line.textContent = text;
    return line;
  });
}

function linesOf(node: Text): { text: string; rect: DOMRect }[] {
  const range = document.createRange();
  const lines: { text: string; rect: DOMRect }[] = [];
  let at = 0;
  for (const letter of node.data) {
    range.setStart(node, at);
    range.setEnd(node, (at += letter.length));
    const rect = range.getClientRects()[0];
    const isSpace = letter.trim() === "";
    if (!rect || (rect.width === 0 && isSpace)) continue;
    const line = lines.at(-1);
    if (line && Math.abs(line.rect.top - rect.top) < rect.height / 2) {
      line.text += letter === "\n" ? " " : letter;
      line.rect = new DOMRect(line.rect.x, line.rect.y, rect.right - line.rect.x, line.rect.height);
    } else if (!isSpace) lines.push({ text: letter, rect }); // viewers drop a text's leading space
  }
  return lines;
}
