// The ways of several trials through the plane in which a network moves most, each from a dot to a ring.

import * as Plot from "@observablehq/plot";
import type { Trajectories } from "../../generated/engram.js";
import { color } from "../../plots/curves.js";
import { axis } from "../../plots/figure.js";
import { percent } from "../../words.js";

export function ways({ ways, explained }: Trajectories, width: number, fontSize: number): SVGSVGElement | HTMLElement {
  const rights = [...new Set(ways.map(({ right }) => right))].sort((a, b) => a - b);
  const height = Math.max(200, Math.min(width * 0.8, 30 * fontSize));
  const points = (way: Trajectories["ways"][number]) => way.places.map(([x, y]) => ({ x, y }));
  return Plot.plot({
    width,
    height,
    marginTop: fontSize,
    marginBottom: fontSize * 2.7,
    marginLeft: fontSize * 4.4,
    marginRight: fontSize,
    style: { fontSize: `${fontSize}px`, overflow: "visible" },
    inset: fontSize / 2,
    x: { ticks: 5, grid: true, ...axis(`first component, ${percent(explained[0], 0)} of the variance`) },
    y: { ticks: 5, grid: true, ...axis(`second, ${percent(explained[1], 0)}`) },
    marks: ways.flatMap((way) => {
      const tone = color(rights.indexOf(way.right));
      const all = points(way);
      const place = { x: "x", y: "y" } as const;
      return [
        Plot.line(all, { ...place, stroke: tone, strokeWidth: fontSize / 10, strokeOpacity: 0.75, strokeDasharray: rights.indexOf(way.right) === 0 ? "none" : "5 3" }),
        Plot.dot(all.slice(way.decision, way.decision + 1), { ...place, r: fontSize / 5, fill: tone }),
        Plot.dot(all.slice(-1), { ...place, r: fontSize / 3.2, fill: "var(--paper)", stroke: tone, strokeWidth: fontSize / 8, symbol: rights.indexOf(way.right) === 0 ? "circle" : "square" }),
      ];
    }),
  });
}
