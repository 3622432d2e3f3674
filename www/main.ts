// Opens the lab: the core, the state, the panels; whole, or what a page that shows it in a frame asks for.

import { engine, openCore } from "./core.js";
import { heldSets } from "./data.js";
import { el, type Panel } from "./dom.js";
import { embedding, PANELS, PLAIN, type Embedding, type PanelName } from "./embed.js";
import { catalogue, presets, spec_to_hash, type Spec } from "./generated/page.js";
import { idle } from "./idle.js";
import { forget, keptRun, noteStopped, toReopen } from "./kept.js";
import { follow, isOf, noteInAddress, open, parts } from "./link.js";
import { actingPanel } from "./panels/acting.js";
import { keepAsking } from "./asking.js";
import { constantsPanel } from "./panels/constants.js";
import { controlsPanel } from "./panels/controls.js";
import { dropPanel } from "./panels/drop.js";
import { keepPanel } from "./panels/keep.js";
import { Offline } from "./offline.js";
import { offlinePanel } from "./panels/offline.js";
import { progressPanel } from "./panels/progress.js";
import { recordingPanel } from "./panels/recording.js";
import { noticePanel } from "./panels/notice.js";
import { reportedPanel } from "./panels/reported.js";
import { resultsPlace } from "./panels/results-place.js";
import { runBar } from "./panels/run-bar.js";
import { versionPanel } from "./panels/version.js";
import { fetchRecording, Player } from "./recording.js";
import { listen } from "./remote.js";
import { askedResults, openOwnResults } from "./results-file.js";
import { Runner } from "./runner.js";
import { EMPTY_PAD, NOT_COMPARED, NOT_STUDIED, Store, type State } from "./state.js";
import { words } from "./words.js";

/** What the lab is about: where there is no room beside it, it comes before the controls. */
const FIRST: readonly PanelName[] = ["progress", "recording", "curves"];

const lab = document.getElementById("lab")!;
document.documentElement.dataset.opened = ""; // www/opened.ts looks for it
const { embed, misread } = asked();
const obey = listen();
const recorded = fetchRecording(); // beside the core, not after it

try {
  await openCore();
  const link = open();
  const store = new Store({
    ...link,
    problem: misread ?? link.problem,
    presets: presets(),
    catalogue: catalogue(),
    held: [],
    own: [],
    run: null,
    unkept: null,
    scrub: null,
    pad: EMPTY_PAD,
    fields: null,
    compare: NOT_COMPARED,
    search: null,
    studies: NOT_STUDIED,
    results: null,
  });
  const isBare = !embed && location.hash === "";
  if (!link.problem) noteInAddress(link.hash);
  const runner = new Runner(store, engine);
  const player = new Player(store);
  follow(store, () => runner.stop());
  keepAsking(store, runner);

  const notice = noticePanel();
  const drop = dropPanel(store, runner);
  const results = resultsPlace(store);
  const steering = () => [controlsPanel(store, runner), actingPanel(store, runner), keepPanel(store, runner), constantsPanel(store), reportedPanel()];
  const steer = !embed ? steering() : embed.controls === "steer" ? [...steering(), progressPanel()] : embed.controls === "run" ? [runBar(store, runner)] : [];
  const first = embed ? [] : [progressPanel(), recordingPanel(player)];
  const see = el("div", { class: "see" });
  lab.before(results.element);
  lab.replaceChildren(notice.element, drop.element, ...sides(steer, first), see);
  const tell = (panels: readonly Panel<State>[]) => store.subscribe((state) => panels.forEach((panel) => panel.update(state)));
  tell([notice, results, ...steer, ...first]);
  // What draws is larger than all before, and comes after it; scripts/budget.mjs holds the page to that.
  performance.mark("usable");
  const { figures, tourPanel } = await import("./figures.js").catch(() => {
    throw new Error("The figures cannot be loaded: there is no answer. Is the network, or the server, still there?");
  });
  const draw = figures(store, runner, player);
  const seen = (embed ? embed.panels : PANELS.filter((name) => !FIRST.includes(name))).map((name) => draw[name]());
  if (!embed) {
    const tour = tourPanel(store, player, recorded);
    const curves = draw.curves();
    const offline = idle().then(() => Offline.open());
    const version = versionPanel(offline);
    notice.element.before(version.element);
    first.at(-1)!.element.after(tour.offer.element, curves.element);
    document.querySelector("header nav")?.prepend(tour.button);
    lab.before(tour.element);
    seen.push(offlinePanel(offline));
    tell([version, tour, tour.offer, curves]);
  }
  see.append(...seen.map((panel) => panel.element));
  tell(seen);
  void heldSets().then((held) => store.set({ held }));
  const wanted = embed ? null : askedResults(location.search);
  if (wanted) void openOwnResults(store, wanted);
  await begin(store, runner, player, isBare);
  lab.ariaBusy = "false";
  obey(store, runner);
  void idle().then(() => engine().catch(() => {})); // the first run asks again, and says what is wrong
} catch (error) {
  lab.ariaBusy = "false";
  lab.replaceChildren(el("p", { class: "notice", role: "alert" }, words(error)));
}

/** How the page begins: with the run that was here before it was closed or reloaded; with a run of its own where that is asked for;
 *  else with the recorded one, where it is what the link says. */
async function begin(store: Store, runner: Runner, player: Player, isBare: boolean): Promise<void> {
  const isLinkRead = store.state.problem === null;
  const untouched = () => isLinkRead && store.state.run === null;
  if (untouched() && (await reopened(store, runner, isBare))) return;
  if (embed?.autoplay && untouched()) return runner.start("end");
  const recording = await recorded;
  if (recording && untouched() && isOf(store.state.hash, recording.spec)) player.show(recording, parts(store.state.hash).preset);
}

/** Opens the run that was here before, if there is one; an address of no run in particular is that of any that was left at work. */
async function reopened(store: Store, runner: Runner, isBare: boolean): Promise<boolean> {
  const kept = (await toReopen((spec) => isOfAddress(store.state.spec, spec))) ?? (isBare ? await toReopen(null) : null);
  if (!kept) return false;
  const { note, claim } = kept;
  try {
    await engine(); // where it cannot be had nothing is wrong with the run
  } catch (error) {
    store.set({ problem: words(error) });
    return false;
  }
  try {
    // Its Worker notes that it runs again: one that breaks the page is not opened for ever.
    if (note.state === "running") await noteStopped(note.id);
    await runner.open(await keptRun(note.id), note.state === "running", claim);
    return true;
  } catch (error) {
    store.set({ problem: `The run that was here before cannot be opened again, and is kept no longer: ${words(error)}.` });
    await forget([note.id]).catch(() => {});
    return false;
  }
}

/** Whether a kept run is the address's, whatever computed it. What was done to a frame's run is not in the address that the page
 *  around it loads again. */
function isOfAddress(spec: Spec, kept: Spec): boolean {
  const plain = (spec: Spec): Spec => ({ ...spec, engine: "auto", actions: embed ? [] : (spec.actions ?? []) });
  return isOf(spec_to_hash(plain(spec)), plain(kept));
}

/** The controls, and the figures beside them. On narrow screens the first figures stand before the controls: for the eye and for
 *  the keyboard alike. */
function sides(...panels: readonly (readonly Panel<State>[])[]): HTMLElement[] {
  const [steer, first] = ["steer", "first"].map((name, i) => el("div", { class: name }, ...panels[i]!.map(({ element }) => element)));
  const narrow = matchMedia("(max-width: 63.99rem)");
  narrow.addEventListener("change", () => (narrow.matches ? steer!.before(first!) : steer!.after(first!)));
  return (narrow.matches ? [first!, steer!] : [steer!, first!]).filter((side) => side.hasChildNodes());
}

/** What the page around this frame asks for, if there is one; and what of it cannot be had. */
function asked(): { embed: Embedding | null; misread: string | null } {
  try {
    const embed = embedding(location.search);
    if (embed) show(embed);
    return { embed, misread: null };
  } catch (error) {
    show(PLAIN);
    return { embed: PLAIN, misread: `This frame's address asks for what there is not: ${words(error)}.` };
  }
}

function show({ theme }: Embedding): void {
  const { documentElement: root } = document;
  root.classList.add("embedded");
  if (theme === "auto") return;
  root.style.colorScheme = theme;
  root.dataset.theme = theme;
}
