// The talk: slides whose figures are embedded labs, and the numbers that presets gave.

import Reveal from "reveal.js";
import presets from "../../presets/presets.json";
import { el, say } from "../dom.js";
import { idle } from "../idle.js";
import { Offline, part } from "../offline.js";
import { percent, spread, words } from "../words.js";
import { shareKeyboard } from "./keyboard.js";

/** In the order of the slide, by what is done against forgetting. */
const SHOWN = [
  ["quick-mnist-sequential", "one pair after another"],
  ["quick-mnist-rehearsal", "2 % rehearsal"],
  ["quick-mnist-src", "sleep after every pair"],
  ["quick-mnist-src-rehearsal", "sleep and 2 % rehearsal"],
  ["quick-mnist-parallel", "all at once"],
] as const;

/** What the presets gave, as they have it stored. */
function measured(): HTMLElement {
  const rows = SHOWN.map(([name, words]) => {
    const { reported } = presets.find((preset) => preset.name === name)!;
    const { accuracy, sd, n } = reported!;
    const bar = el("span", { class: "bar", style: `--from:${accuracy - sd}; --to:${accuracy + sd}; --mean:${accuracy}` });
    return el("tr", {}, el("th", { scope: "row" }, words), el("td", { class: "number" }, spread(accuracy, sd)), el("td", { class: "number" }, String(n)), el("td", { class: "drawn", "aria-hidden": "true" }, bar));
  });
  const head = ["What is done", "Accuracy", "Seeds", ""].map((text) => (text ? el("th", { scope: "col" }, text) : el("td", { "aria-hidden": "true" })));
  return el(
    "table",
    {},
    el("caption", {}, `Final accuracy over all ten digits on test images, mean ± s.d. over seeds; MNIST, 1,000 images a digit. Bars: the mean; lines: ± s.d.; dotted: chance, ${percent(0.1, 0)}.`),
    el("thead", {}, el("tr", {}, ...head)),
    el("tbody", {}, ...rows),
  );
}

document.getElementById("remembers")!.replaceChildren(measured());

// Reveal tells a lab that its slide comes or goes; one that was still loading then is told once it has loaded.
for (const lab of document.querySelectorAll("iframe")) {
  lab.addEventListener("load", () => lab.closest("section.present") && lab.contentWindow?.postMessage("slide:start", "*"));
}

shareKeyboard(document.getElementById("keyboard")!);

await new Reveal({
  width: "100%",
  height: "100%",
  margin: 0,
  minScale: 1,
  maxScale: 1,
  center: false,
  display: "flex",
  hash: true,
  slideNumber: "c/t",
  transition: matchMedia("(prefers-reduced-motion: reduce)").matches ? "none" : "slide",
  // Only the next slide's lab is loaded ahead: each has a network of its own.
  viewDistance: 2,
  mobileViewDistance: 2,
  scrollActivationWidth: 0,
  postMessage: false,
}).initialize();

// Who speaks where there is no network has opened the talk before, and maybe never the lab.
if (Offline.isPossible()) {
  const kept = document.getElementById("kept")!;
  try {
    await idle();
    const offline = await Offline.open(new URL("..", document.baseURI));
    await offline.keep(await offline.unasked());
    const all = (await offline.files()).filter(({ path }) => part(path) === "quick").every(({ kept }) => kept);
    say(kept, all ? "The talk and its figures are kept in this browser: it needs no network any more." : "The slides are kept in this browser; their figures' images are not, since it was told to save data.");
  } catch (error) {
    say(kept, `The talk needs the network here: ${words(error)}.`);
  }
}
