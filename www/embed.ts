// What a page that shows the lab in a frame asks for: `?embed=1&panels=curves,spikes&theme=dark&controls=none&autoplay=1`.

/** What can be shown, in the order of the page. */
export const PANELS = [
  "progress",
  "recording",
  "curves",
  "pad",
  "result",
  "scrub",
  "matrix",
  "spikes",
  "confusion",
  "weights",
  "fields",
  "settling",
  "rasters",
  "expected",
  "errors",
  "units",
  "cost",
  "compare",
  "analyses",
  "ablations",
  "search",
  "data",
] as const;
export type PanelName = (typeof PANELS)[number];

/** The same of the Connect lab. */
export const CONNECT_PANELS = ["progress", "learning", "flossing", "outcome", "exponents", "looking", "trial", "trajectories", "spectrum"] as const;
export type ConnectPanelName = (typeof CONNECT_PANELS)[number];

const ALL_PANELS = [...new Set([...PANELS, ...CONNECT_PANELS])];

/** Those of an embedding that a lab has; where it has none of them, the one that it is about. */
export function panelsOf<P extends string>({ panels }: Embedding, has: readonly P[], usual: P): readonly P[] {
  const found = panels.filter((name): name is P & Embedding["panels"][number] => (has as readonly string[]).includes(name));
  return found.length > 0 ? found : [usual];
}

export const THEMES = ["auto", "light", "dark"] as const;
/** `run`: a button that runs and pauses; `steer`: all that steers a run; `none`: only messages and the page's own start. */
export const CONTROLS = ["run", "steer", "none"] as const;

export interface Embedding {
  readonly panels: readonly (PanelName | ConnectPanelName)[];
  readonly theme: (typeof THEMES)[number];
  readonly controls: (typeof CONTROLS)[number];
  /** Whether the run starts by itself. */
  readonly autoplay: boolean;
}

/** What is shown where nothing is asked for. */
export const PLAIN: Embedding = { panels: ["curves"], theme: "auto", controls: "run", autoplay: false };

/** What a page's query asks for; `null` where the lab is not embedded. Throws in words what cannot be done. */
export function embedding(query: string): Embedding | null {
  const asked = new URLSearchParams(query);
  if (!isOn("embed", asked.get("embed"))) return null;
  const names = asked.get("panels")?.split(",").filter((name) => name !== "");
  return {
    panels: names?.length ? names.map((name) => oneOf("panels", ALL_PANELS, name)) : PLAIN.panels,
    theme: oneOf("theme", THEMES, asked.get("theme") ?? PLAIN.theme),
    controls: oneOf("controls", CONTROLS, asked.get("controls") ?? PLAIN.controls),
    autoplay: isOn("autoplay", asked.get("autoplay")),
  };
}

/** The query of an embedding; what is as in `PLAIN` is left out. */
export function query({ panels, theme, controls, autoplay }: Embedding): string {
  const fields = [`embed=1`, `panels=${panels.join(",")}`];
  if (theme !== PLAIN.theme) fields.push(`theme=${theme}`);
  if (controls !== PLAIN.controls) fields.push(`controls=${controls}`);
  if (autoplay) fields.push("autoplay=1");
  return `?${fields.join("&")}`;
}

function oneOf<T extends string>(field: string, allowed: readonly T[], value: string): T {
  const found = allowed.find((name) => name === value);
  if (!found) throw new Error(`\`${field}\` does not know \`${value.slice(0, 40)}\`; it knows ${allowed.join(", ")}`);
  return found;
}

function isOn(field: string, value: string | null): boolean {
  return value !== null && oneOf(field, ["0", "1"], value) === "1";
}
