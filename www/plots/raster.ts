// Single spikes of one layer: a mark for every unit (upwards from the first) in every step (to the right) that it spiked.

/** `steps[t]` lists the units that spiked; `names`, where there are any, stand before their rows. A mark is never thinner than a pixel, however many units there are. */
export function raster(steps: readonly (readonly number[])[], units: number, width: number, height: number, color = "var(--spike)", names: readonly string[] = []): SVGSVGElement {
  const mark = Math.max(1.5, Math.min(height / units, 6));
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("width", String(width));
  svg.setAttribute("height", String(height));
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", marks(steps, units, width, height));
  path.setAttribute("stroke", color);
  path.setAttribute("stroke-width", String(mark));
  svg.append(path, ...names.map((name, u) => named(name, height - (u + 0.5) * (height / units))));
  return svg;
}

/** A unit's name at the left of its row. */
function named(name: string, y: number): SVGTextElement {
  const text = document.createElementNS("http://www.w3.org/2000/svg", "text");
  const places = { x: -4, y, "text-anchor": "end", "dominant-baseline": "central", "font-size": 11, fill: "var(--ink)" };
  for (const [name, value] of Object.entries(places)) text.setAttribute(name, String(value));
  text.textContent = name;
  return text;
}

/** The path of all marks. */
export function marks(steps: readonly (readonly number[])[], units: number, width: number, height: number): string {
  const step = width / steps.length;
  const unit = height / units;
  const long = `h${Math.max(1.5, step - 1).toFixed(1)}`;
  return steps.flatMap((spiking, t) => spiking.map((u) => `M${(t * step).toFixed(1)} ${(height - (u + 0.5) * unit).toFixed(1)}${long}`)).join("");
}
