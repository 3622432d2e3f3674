// A drawn plot becomes one image with one name for those who listen.

/** Names the whole figure. Plot's names of single marks become classes: inside one image nobody hears them. */
export function asImage<E extends Element>(svg: E, label: string): E {
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  for (const mark of svg.querySelectorAll("g[aria-label]")) {
    mark.setAttribute("class", mark.getAttribute("aria-label")!);
    mark.removeAttribute("aria-label");
  }
  return svg;
}

/** The frame of a small figure with labelled axes. */
export function smallFrame(width: number, fontSize: number) {
  return {
    width,
    height: Math.max(130, width * 0.42),
    marginLeft: 4.2 * fontSize,
    marginRight: fontSize,
    marginTop: fontSize,
    marginBottom: 2.6 * fontSize,
    style: { fontSize: `${fontSize}px`, overflow: "visible" },
  };
}

/** The label of a small figure's axis. */
export const axis = (label: string) => ({ label, labelAnchor: "center", labelArrow: "none", tickSize: 3 }) as const;
