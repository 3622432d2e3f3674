// Sharing and keeping a run: its link, its file, its weights, its figure in another page, and the runs that this browser keeps.

import { download } from "../download.js";
import { el, enable, isEnabled, say, type Panel } from "../dom.js";
import { CONTROLS, PANELS, PLAIN, query, THEMES, type Embedding, type PanelName } from "../embed.js";
import { spec_to_hash } from "../generated/page.js";
import { canKeep, forget, keptRun, newClaim, notes, type Note } from "../kept.js";
import { parts } from "../link.js";
import { isActive, isLive } from "../run.js";
import { fileName, openRun } from "../run-file.js";
import type { Runner } from "../runner.js";
import type { State, Store } from "../state.js";
import { ago, megabytes, words } from "../words.js";

export function keepPanel(store: Store, runner: Runner): Panel<State> {
  const said = el("p", { class: "fine", role: "status" });
  const link = el("button", { type: "button", click: () => void copy(linkOf(store.state), "The link to this run") }, "Copy link");
  const save = el("button", { type: "button", click: () => isEnabled(save) && void write("save", "engram") }, "Save run");
  const weights = el("button", { type: "button", click: () => isEnabled(weights) && void write("weights", "safetensors") }, "Save weights");
  const file = el("input", { type: "file", id: "open-run", class: "aside", accept: ".engram", tabindex: -1, change: () => void choose() });
  const open = el("button", { type: "button", click: () => file.click() }, "Open a saved run …");
  const byHand = el("textarea", { id: "by-hand", readonly: true, rows: 3, hidden: true });
  const handLabel = el("label", { for: "by-hand", hidden: true }, "To be copied by hand");
  const embed = embedPart(store, copy);
  const kept = keptPart(store, runner);

  async function copy(text: string, what: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      say(said, `${what} was copied.`);
    } catch {
      // A frame may not be allowed to, or the page is not a secure one.
      byHand.value = text;
      [byHand.hidden, handLabel.hidden] = [false, false];
      say(said, `${what} cannot be copied from here: it is selected, to be copied by hand.`);
      byHand.focus();
      byHand.select();
    }
  }
  async function write(kind: "save" | "weights", ending: string): Promise<void> {
    const { run } = store.state;
    if (!isLive(run)) return;
    try {
      const bytes = await runner.ask<"save" | "weights">({ kind });
      const name = `${fileName(run)}.${ending}`;
      download(name, bytes as BlobPart, "application/octet-stream");
      say(said, `${name}, ${megabytes(bytes.length)}, was handed to the browser.`);
    } catch (error) {
      say(said, `It could not be saved: ${words(error)}`);
    }
  }
  async function choose(): Promise<void> {
    const [chosen] = file.files ?? [];
    file.value = "";
    if (chosen) await openRun(store, runner, chosen);
  }

  const whatFor = el("p", { class: "meaning", id: "keep-meaning" }, "A saved run is one file: opened here or by ", el("code", {}, "engram run FILE"), ", it goes on where it was, or shows what it gave. Weights are written as safetensors.");
  const about = el("label", { class: "aside", for: "open-run" }, "A saved run");
  return {
    element: el("section", { class: "keep", "aria-label": "Share and keep" }, el("h2", {}, "Share and keep"), el("div", { class: "buttons" }, link, save, weights, open, about, file), whatFor, said, handLabel, byHand, embed.element, kept.element),
    update(state) {
      // A Worker has the run: it can be asked.
      enable(save, isLive(state.run) && state.run.plan !== null);
      enable(weights, isLive(state.run) && state.run.plan !== null);
      enable(open, !isActive(state.run));
      if (state.unkept) say(said, `This browser cannot keep the run (${state.unkept}); it goes on, and can be saved as a file.`);
      embed.update(state);
      kept.update(state);
    },
  };
}

/** The address of the run that is shown, which the controls may not say any more; else of what they say. */
function linkOf({ run, hash }: State): string {
  const address = new URL("./", document.baseURI);
  address.hash = run ? spec_to_hash(run.spec) : hash;
  return address.href;
}

/** The code by which another page shows a figure of this run. */
function embedPart(store: Store, copy: (text: string, what: string) => Promise<void>): Panel<State> {
  const panel = select("Figure", PANELS.filter((name) => name !== "progress" && name !== "scrub" && name !== "recording"), PLAIN.panels[0]!);
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

/** The runs that this browser keeps: listed anew when it is opened and when a run ends. */
function keptPart(store: Store, runner: Runner): Panel<State> {
  const list = el("ul");
  const none = el("p", { class: "fine" }, canKeep() ? "None yet. The last eight runs are kept in this browser while they go on." : "In this frame nothing can be kept.");
  const details = el("details", { class: "kept", toggle: () => void fill() }, el("summary", {}, "Runs kept in this browser"), none, list);
  const fill = async () => {
    if (!details.open) return;
    const found = await notes();
    none.hidden = found.length > 0;
    list.replaceChildren(...found.map(row));
  };
  const row = (note: Note) => {
    const name = nameOf(note, store.state);
    const open = el("button", { type: "button", "aria-label": `Open ${name}`, click: () => void reopen(note) }, "Open");
    const remove = el("button", { type: "button", "aria-label": `Forget ${name}`, click: () => void forget([note.id]).then(fill) }, "Forget");
    return el("li", {}, el("span", {}, `${name} · ${ago(note.at)} · ${megabytes(note.bytes)}`), open, remove);
  };
  const reopen = async (note: Note) => {
    try {
      if (isActive(store.state.run)) throw new Error("a run is under way. Stop it first");
      // A run that another tab has goes on here as one of its own.
      const claim = (await runner.claim(note.id)) ?? newClaim();
      await runner.open(await keptRun(note.id), false, claim);
    } catch (error) {
      store.set({ problem: `The kept run was not opened: ${words(error)}.` });
    }
  };
  let shown: unknown;
  return {
    element: details,
    update({ run }) {
      if (run?.status.kind === shown) return;
      shown = run?.status.kind;
      void fill();
    },
  };
}

/** `quick-mnist-src, seed 3, in T4` */
function nameOf({ spec, place, state }: Note, { presets }: State): string {
  const { preset } = parts(spec_to_hash(spec));
  const title = presets.find(({ name }) => name === preset)?.title ?? preset;
  const where = state === "over" ? "finished" : place === null ? "at its beginning" : `in ${place}`;
  return `${title}, seed ${spec.seed}, ${where}`;
}
