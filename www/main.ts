// Opens the lab: the core, the state, the panels; whole, or what a page that shows it in a frame asks for.

import { NOT_COMPARED } from "./compare.js";
import { Comparer } from "./comparer.js";
import { loadCore } from "./core.js";
import { heldSets } from "./data.js";
import { el, type Panel } from "./dom.js";
import { embedding, PANELS, PLAIN, type Embedding, type PanelName } from "./embed.js";
import { catalogue, presets } from "./generated/engram.js";
import { keptRun, toReopen } from "./kept.js";
import { follow, isOf, noteInAddress, open, parts } from "./link.js";
import { comparePanel } from "./panels/compare.js";
import { confusionPanel } from "./panels/confusion.js";
import { actingPanel } from "./panels/acting.js";
import { keepAsking } from "./asking.js";
import { constantsPanel } from "./panels/constants.js";
import { controlsPanel } from "./panels/controls.js";
import { curvesPanel } from "./panels/curves.js";
import { dataPanel } from "./panels/data.js";
import { dropPanel } from "./panels/drop.js";
import { fieldsPanel } from "./panels/fields.js";
import { keepPanel } from "./panels/keep.js";
import { matrixPanel } from "./panels/matrix.js";
import { noticePanel } from "./panels/notice.js";
import { padPanel } from "./panels/pad.js";
import { progressPanel } from "./panels/progress.js";
import { recordingPanel } from "./panels/recording.js";
import { reportedPanel } from "./panels/reported.js";
import { resultPanel } from "./panels/result.js";
import { runBar } from "./panels/run-bar.js";
import { scrubPanel } from "./panels/scrub.js";
import { settlingPanel } from "./panels/settling.js";
import { spikesPanel } from "./panels/spikes.js";
import { tourPanel } from "./panels/tour.js";
import { weightsPanel } from "./panels/weights.js";
import { fetchRecording, Player } from "./recording.js";
import { listen } from "./remote.js";
import { Runner } from "./runner.js";
import { EMPTY_PAD, Store, type State } from "./state.js";
import { words } from "./words.js";
import { workerUrl } from "./worker-url.js";

/** What the lab is about: where there is no room beside it, it comes before the controls. */
const FIRST: readonly PanelName[] = ["progress", "recording", "curves"];

const lab = document.getElementById("lab")!;
const { embed, misread } = asked();
const obey = listen();
const recorded = fetchRecording(); // beside the core, not after it

try {
  const core = { module: await loadCore(), code: await workerUrl("worker.js") };
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
  });
  if (!link.problem) noteInAddress(link.hash);
  const runner = new Runner(store, core);
  const player = new Player(store);
  follow(store, () => runner.stop());
  keepAsking(store, runner);

  const notice = noticePanel();
  const drop = dropPanel(store, runner);
  const steering = () => [controlsPanel(store, runner), actingPanel(store, runner), keepPanel(store, runner), constantsPanel(store), reportedPanel()];
  const figures: Record<PanelName, () => Panel<State>> = {
    progress: progressPanel,
    recording: () => recordingPanel(player),
    curves: curvesPanel,
    pad: () => padPanel(store, runner),
    result: resultPanel,
    scrub: () => scrubPanel(store),
    matrix: matrixPanel,
    spikes: spikesPanel,
    confusion: confusionPanel,
    weights: weightsPanel,
    fields: fieldsPanel,
    settling: () => settlingPanel(store),
    compare: () => comparePanel(store, new Comparer(store, core)),
    data: dataPanel,
  };
  const steer = !embed ? steering() : embed.controls === "steer" ? [...steering(), progressPanel()] : embed.controls === "run" ? [runBar(store, runner)] : [];
  const tour = embed ? null : tourPanel(store, player, recorded);
  const first = tour ? [figures.progress(), figures.recording(), tour.offer, figures.curves()] : [];
  const see = (embed ? embed.panels : PANELS.filter((name) => !FIRST.includes(name))).map((name) => figures[name]());
  lab.replaceChildren(notice.element, drop.element, ...sides(steer, first, see));
  if (tour) document.querySelector("header nav")?.prepend(tour.button);
  if (tour) lab.before(tour.element);
  const panels = [notice, ...(tour ? [tour] : []), ...steer, ...first, ...see];
  store.subscribe((state) => panels.forEach((panel) => panel.update(state)));
  void heldSets().then((held) => store.set({ held }));
  await begin(store, runner, player, embed?.autoplay ?? false);
  obey(store, runner);
} catch (error) {
  lab.replaceChildren(el("p", { class: "notice", role: "alert" }, words(error)));
}

/** How the page begins: with the run that was here before it was closed or reloaded; with a run of its own where that is asked for;
 *  else with the recorded one, where it is what the link says. */
async function begin(store: Store, runner: Runner, player: Player, autoplay: boolean): Promise<void> {
  const untouched = () => store.state.run === null && store.state.problem === null;
  const kept = await toReopen((spec) => isOf(store.state.hash, spec));
  if (kept && untouched()) {
    try {
      return await runner.open(await keptRun(kept.id), kept.state === "running", kept.id);
    } catch (error) {
      store.set({ problem: `The run that was here before cannot be opened again: ${words(error)}.` });
    }
  }
  if (autoplay && untouched()) return runner.start("end");
  const recording = await recorded;
  if (recording && untouched() && isOf(store.state.hash, recording.spec)) player.show(recording, parts(store.state.hash).preset);
}

/** The controls, and the figures beside them. On narrow screens the first figures stand before the controls: for the eye and for
 *  the keyboard alike. */
function sides(...panels: readonly (readonly Panel<State>[])[]): HTMLElement[] {
  const [steer, first, see] = ["steer", "first", "see"].map((name, i) => el("div", { class: name }, ...panels[i]!.map(({ element }) => element)));
  const narrow = matchMedia("(max-width: 63.99rem)");
  narrow.addEventListener("change", () => (narrow.matches ? steer!.before(first!) : steer!.after(first!)));
  return (narrow.matches ? [first!, steer!, see!] : [steer!, first!, see!]).filter((side) => side.hasChildNodes());
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
  if (theme !== "auto") root.style.colorScheme = theme;
}
