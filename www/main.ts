// Opens the lab: the core, the state, the panels.

import { loadCore } from "./core.js";
import { el } from "./dom.js";
import { catalogue, presets } from "./generated/engram.js";
import { follow, open } from "./link.js";
import { controlsPanel } from "./panels/controls.js";
import { curvesPanel } from "./panels/curves.js";
import { dataPanel } from "./panels/data.js";
import { matrixPanel } from "./panels/matrix.js";
import { noticePanel } from "./panels/notice.js";
import { progressPanel } from "./panels/progress.js";
import { reportedPanel } from "./panels/reported.js";
import { resultPanel } from "./panels/result.js";
import { spikesPanel } from "./panels/spikes.js";
import { Runner } from "./runner.js";
import { Store } from "./state.js";
import { words } from "./words.js";

const lab = document.getElementById("lab")!;

try {
  const module = await loadCore();
  const link = open();
  const store = new Store({ ...link, presets: presets(), catalogue: catalogue(), run: null });
  if (!link.problem) history.replaceState(null, "", `#${link.hash}`);
  const runner = new Runner(store, module);
  follow(store, () => runner.stop());

  const panels = [
    noticePanel(),
    controlsPanel(store, runner),
    reportedPanel(),
    progressPanel(),
    curvesPanel(),
    resultPanel(),
    spikesPanel(),
    matrixPanel(),
    dataPanel(),
  ];
  lab.replaceChildren(...panels.map((panel) => panel.element));
  store.subscribe((state) => panels.forEach((panel) => panel.update(state)));
} catch (error) {
  lab.replaceChildren(el("p", { class: "notice", role: "alert" }, words(error)));
}
