// The code by which another page shows a figure of this run.

import { el, type Panel } from "../dom.js";
import { CONTROLS, PLAIN, query, THEMES, type Embedding, type PanelName } from "../embed.js";
import { LABS, labOf } from "../labs.js";
import { linkOf, parts } from "../link.js";
import type { State, Store } from "../state.js";

/** `copy` is given the code and what it is called. */
export function embedPanel(store: Store, copy: (text: string, what: string) => Promise<void>): Panel<State> {
  const panel = select("Figure", LABS[labOf(store.state.spec)].panels.filter((name) => name !== "progress" && name !== "scrub" && name !== "recording"), PLAIN.panels[0]!);
  const theme = select("Colours", THEMES, PLAIN.theme);
  const controls = select("Controls", CONTROLS, PLAIN.controls);
  const code = el("textarea", { id: "embed-code", readonly: true, rows: 4, spellcheck: "false" });
  const button = el("button", { type: "button", click: () => void copy(code.value, "The code") }, "Copy embed code");
  const write = () => {
    const asked: Embedding = { panels: [panel.input.value as PanelName], theme: theme.input.value as Embedding["theme"], controls: controls.input.value as Embedding["controls"], autoplay: false };
    const text = embedCode(store.state, asked);
    if (code.value !== text) code.value = text;
  };
  for (const { input } of [panel, theme, controls]) input.addEventListener("change", write);
  const details = el("details", { class: "embed", toggle: write }, el("summary", {}, "Embed in a page or slide"), el("div", { class: "buttons" }, panel.element, theme.element, controls.element), el("label", { for: "embed-code" }, "Code"), code, button);
  return {
    element: details,
    update() {
      if (details.open) write();
    },
  };
}

function select(name: string, values: readonly string[], chosen: string) {
  const input = el("select", { id: `embed-${name.toLowerCase()}` }, ...values.map((value) => el("option", { value, ...(value === chosen ? { selected: true } : {}) }, value)));
  return { input, element: el("div", { class: "field" }, el("label", { for: input.id }, name), input) };
}

/** The element; a preset by its name, anything else by its link. */
function embedCode(state: State, asked: Embedding): string {
  const lab = new URL("./", document.baseURI);
  const hash = new URL(linkOf(state)).hash.slice(1);
  const { preset, changes } = parts(hash);
  const attributes = changes.length === 0 ? [`preset="${preset}"`] : changes.every(([path]) => path === "seed") ? [`preset="${preset}"`, `seed="${changes[0]![1]}"`] : [`link="${escaped(hash)}"`];
  attributes.push(`panel="${asked.panels.join(",")}"`);
  if (asked.theme !== PLAIN.theme) attributes.push(`theme="${asked.theme}"`);
  if (asked.controls !== PLAIN.controls) attributes.push(`controls="${asked.controls}"`);
  lab.search = query(asked);
  lab.hash = hash;
  return [
    `<script src="${new URL("engram-lab.js", document.baseURI).href}" defer></script>`,
    `<engram-lab ${attributes.join(" ")}></engram-lab>`,
    `<!-- or, without a script: <iframe src="${escaped(lab.href)}" title="Engram" width="100%" height="480"></iframe> -->`,
  ].join("\n");
}

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
