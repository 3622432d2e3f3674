// What the page does once it has nothing else to do.

/** Resolves when the page is shown, loaded and idle; where a browser cannot tell that, soon. */
export async function idle(): Promise<void> {
  await new Promise(requestAnimationFrame);
  if (document.readyState !== "complete") await new Promise((loaded) => addEventListener("load", loaded, { once: true }));
  await new Promise<unknown>((rested) => ("requestIdleCallback" in window ? requestIdleCallback(rested, { timeout: 5000 }) : setTimeout(rested, 1000)));
}
