// Any colour that CSS knows as one that every viewer of SVG knows.

export interface Paint {
  /** `#rrggbb`, or `none`. */
  readonly color: string;
  /** 0 to 1. */
  readonly opacity: number;
}

const known = new Map<string, Paint>();
const canvas = document.createElement("canvas");
[canvas.width, canvas.height] = [1, 1];
const context = canvas.getContext("2d", { willReadFrequently: true })!;

/** `css` is a computed value: mixtures in OKLab and the like are looked up by painting with them. */
export function paint(css: string): Paint {
  if (css === "none") return { color: "none", opacity: 0 };
  const before = known.get(css);
  if (before) return before;
  context.clearRect(0, 0, 1, 1);
  context.fillStyle = css;
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue, alpha] = context.getImageData(0, 0, 1, 1).data as unknown as [number, number, number, number];
  const found = { color: `#${[red, green, blue].map((part) => part.toString(16).padStart(2, "0")).join("")}`, opacity: Number((alpha / 255).toFixed(3)) };
  known.set(css, found);
  return found;
}
