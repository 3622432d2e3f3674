// Opens the lab: the core, the state, the panels.

import { NOT_COMPARED } from "./compare.js";
import { Comparer } from "./comparer.js";
import { loadCore } from "./core.js";
import { heldSets } from "./data.js";
import { el, type Panel } from "./dom.js";
import { catalogue, presets } from "./generated/engram.js";
import { follow, isOf, open, parts } from "./link.js";
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
import { matrixPanel } from "./panels/matrix.js";
import { noticePanel } from "./panels/notice.js";
import { padPanel } from "./panels/pad.js";
import { progressPanel } from "./panels/progress.js";
import { recordingPanel } from "./panels/recording.js";
import { reportedPanel } from "./panels/reported.js";
import { resultPanel } from "./panels/result.js";
import { scrubPanel } from "./panels/scrub.js";
import { settlingPanel } from "./panels/settling.js";
import { spikesPanel } from "./panels/spikes.js";
import { weightsPanel } from "./panels/weights.js";
import { fetchRecording, Player } from "./recording.js";
import { Runner } from "./runner.js";
import { EMPTY_PAD, Store, type State } from "./state.js";
import { words } from "./words.js";

const lab = document.getElementById("lab")!;
const recorded = fetchRecording(); // beside the core, not after it

try {
  const module = await loadCore();
  const link = open();
  const store = new Store({
    ...link,
    presets: presets(),
    catalogue: catalogue(),
    held: [],
    own: [],
    run: null,
    scrub: null,
    pad: EMPTY_PAD,
    fields: null,
    compare: NOT_COMPARED,
  });
  if (!link.problem) history.replaceState(null, "", `#${link.hash}`);
  const runner = new Runner(store, module);
  const player = new Player(store);
  follow(store, () => runner.stop());
  keepAsking(store, runner);

  const notice = noticePanel();
  const drop = dropPanel(store);
  const steer = [controlsPanel(store, runner), actingPanel(store, runner), constantsPanel(store), reportedPanel()];
  const see = [
    progressPanel(),
    recordingPanel(player),
    curvesPanel(),
    padPanel(store, runner),
    resultPanel(),
    scrubPanel(store),
    matrixPanel(),
    spikesPanel(),
    confusionPanel(),
    weightsPanel(),
    fieldsPanel(),
    settlingPanel(store),
    comparePanel(store, new Comparer(store, module)),
    dataPanel(),
  ];
  const side = (name: string, panels: Panel<State>[]) => el("div", { class: name }, ...panels.map((panel) => panel.element));
  lab.replaceChildren(notice.element, drop.element, side("steer", steer), side("see", see));
  const panels = [notice, ...steer, ...see];
  store.subscribe((state) => panels.forEach((panel) => panel.update(state)));
  void heldSets().then((held) => store.set({ held }));
  void recorded.then((recording) => {
    const { run, hash, problem } = store.state;
    if (recording && !run && !problem && isOf(hash, recording.spec)) player.show(recording, parts(hash).preset);
  });
} catch (error) {
  lab.replaceChildren(el("p", { class: "notice", role: "alert" }, words(error)));
}
