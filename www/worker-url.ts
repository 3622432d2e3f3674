// Where a Worker's code comes from.

/** In a frame that a page keeps apart (`sandbox` without `allow-same-origin`) the site is another origin, whose code no
 *  Worker may be made of: there its text is fetched, and the Worker made of that. */
export async function workerUrl(name: string): Promise<URL> {
  const url = new URL(name, import.meta.url);
  if (origin !== "null") return url;
  const response = await fetch(url).catch(() => null);
  if (!response?.ok) {
    throw new Error("In a frame with `sandbox` the lab runs where its host sends the header Access-Control-Allow-Origin: *; this host does not");
  }
  return new URL(URL.createObjectURL(new Blob([await response.text()], { type: "text/javascript" })));
}
