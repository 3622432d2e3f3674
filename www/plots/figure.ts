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
