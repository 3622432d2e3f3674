// What a run is seen by: every panel that draws, apart from what the page needs to be usable.

import { Analyser } from "./analyser.js";
import { Comparer } from "./comparer.js";
import { engine } from "./core.js";
import type { Panel } from "./dom.js";
import type { PanelName } from "./embed.js";
import { LABS, labOf } from "./labs.js";
import { ablationsPanel } from "./panels/ablations.js";
import { analysesPanel } from "./panels/analyses.js";
import { comparePanel } from "./panels/compare.js";
import { confusionPanel } from "./panels/confusion.js";
import { curvesPanel } from "./panels/curves.js";
import { costPanel } from "./panels/cost.js";
import { dataPanel } from "./panels/data.js";
import { errorsPanel } from "./panels/errors.js";
import { expectedPanel } from "./panels/expected.js";
import { fieldsPanel } from "./panels/fields.js";
import { matrixPanel } from "./panels/matrix.js";
import { padPanel } from "./panels/pad.js";
import { progressPanel } from "./panels/progress.js";
import { rastersPanel } from "./panels/rasters.js";
import { recordingPanel } from "./panels/recording.js";
import { resultPanel } from "./panels/result.js";
import { scrubPanel } from "./panels/scrub.js";
import { searchPanel } from "./panels/search.js";
import { settlingPanel } from "./panels/settling.js";
import { spikesPanel } from "./panels/spikes.js";
import { unitsPanel } from "./panels/units.js";
import { weightsPanel } from "./panels/weights.js";
import type { Player } from "./recording.js";
import type { Runner } from "./runner.js";
import { Searcher } from "./searcher.js";
import type { State, Store } from "./state.js";
import { testImages } from "./test-images.js";
import { keepWatching } from "./watching.js";

export function figures(store: Store, runner: Runner, player: Player): Record<PanelName, () => Panel<State>> {
  const next = testImages(store, runner);
  keepWatching(store, runner, next);
  return {
    progress: progressPanel,
    recording: () => recordingPanel(player),
    curves: () => curvesPanel(LABS[labOf(store.state.spec)].guide),
    rasters: () => rastersPanel(next),
    expected: expectedPanel,
    errors: errorsPanel,
    units: unitsPanel,
    cost: costPanel,
    pad: () => padPanel(store, runner, next),
    result: resultPanel,
    scrub: () => scrubPanel(store),
    matrix: matrixPanel,
    spikes: spikesPanel,
    confusion: confusionPanel,
    weights: weightsPanel,
    fields: fieldsPanel,
    settling: () => settlingPanel(store),
    compare: () => comparePanel(store, new Comparer(store, engine)),
    analyses: () => analysesPanel(store, new Analyser(store, engine)),
    ablations: ablationsPanel,
    search: () => searchPanel(store, new Searcher(store, engine)),
    data: dataPanel,
  };
}

export { tourPanel } from "./panels/tour.js";
