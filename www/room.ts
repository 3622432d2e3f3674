// A lab on classes of images: its state, its run and its panels. They live on while another lab is shown.

import { keepAsking } from "./asking.js";
import { engine } from "./core.js";
import { el, type Panel } from "./dom.js";
import { PANELS, panelsOf, type Embedding, type PanelName } from "./embed.js";
import { catalogue, presets, type OwnInfo, type Spec } from "./generated/page.js";
import { LABS, type LabName } from "./labs.js";
import type { Link } from "./link.js";
import { actingPanel } from "./panels/acting.js";
import { constantsPanel } from "./panels/constants.js";
import { controlsPanel } from "./panels/controls.js";
import { keepPanel } from "./panels/keep.js";
import { noticePanel } from "./panels/notice.js";
import { progressPanel } from "./panels/progress.js";
import { recordingPanel } from "./panels/recording.js";
import { reportedPanel } from "./panels/reported.js";
import { resultsPlace } from "./panels/results-place.js";
import { runBar } from "./panels/run-bar.js";
import type { Place } from "./place.js";
import { Player, type Recording } from "./recording.js";
import { carryOut, type Order } from "./remote.js";
import { isActive } from "./run.js";
import { Runner } from "./runner.js";
import { EMPTY_PAD, isComparing, NOT_COMPARED, NOT_STUDIED, Store, type State } from "./state.js";

/** What a lab is about: where there is no room beside it, it comes before the controls. */
const FIRST: readonly PanelName[] = ["progress", "recording", "curves"];

/** What all labs of a page share. */
export interface Page {
  /** What the page around this frame asks for; `null` where there is none. */
  readonly embed: Embedding | null;
  readonly recorded: Promise<Recording | null>;
  /** Names of the sets that the site holds, which are asked for once. */
  readonly held: () => Promise<readonly string[]>;
  /** Taken from a person so far. */
  readonly own: readonly OwnInfo[];
  /** See `Runner`. */
  readonly home: (spec: Spec) => Runner;
}

export interface Room extends Place {
  readonly name: LabName;
  readonly store: Store;
  readonly runner: Runner;
  readonly player: Player;
}

export const isRoom = (place: Place): place is Room => "player" in place;

export function openRoom(name: LabName, link: Link, page: Page): Room {
  const { embed } = page;
  const store = new Store(stateOf(link, page.own));
  const runner = new Runner(store, engine, page.home);
  const player = new Player(store);
  keepAsking(store, runner);

  const notice = noticePanel();
  const results = resultsPlace(store);
  const steering = () => [controlsPanel(store, runner), actingPanel(store, runner), keepPanel(store, runner), constantsPanel(store), reportedPanel()];
  const steer = !embed ? steering() : embed.controls === "steer" ? [...steering(), progressPanel()] : embed.controls === "run" ? [runBar(store, runner)] : [];
  const first = embed ? [] : [progressPanel(), recordingPanel(player)];
  const tell = (panels: readonly Panel<State>[]) => store.subscribe((state) => panels.forEach((panel) => panel.update(state)));
  tell([notice, results, ...steer, ...first]);
  const side = (kind: string, panels: readonly Panel<State>[]) => el("div", { class: kind }, ...panels.map(({ element }) => element));
  const room = {
    name,
    store,
    runner,
    player,
    around: [results.element] as readonly HTMLElement[],
    notice: notice.element,
    steer: side("steer", steer),
    first: side("first", first),
    see: el("div", { class: "see" }),
    guide: null as HTMLElement | null,
    address: () => store.state.hash,
    atWork: () => atWork(store.state),
    refuse: (problem: string) => store.set({ problem }),
    obey: (order: Order) => carryOut(order, store, runner),
    watch: (changed: () => void) => store.subscribe(changed),
    present: (isShown: boolean) => void (store.isShown = isShown),
  };
  const furnish = async () => {
    const { figures, tourPanel } = await import("./figures.js").catch(() => {
      throw new Error("The figures cannot be loaded: there is no answer. Is the network, or the server, still there?");
    });
    const draw = figures(store, runner, player);
    const seen = (embed ? panelsOf(embed, PANELS, "curves") : LABS[name].panels.filter((panel) => !FIRST.includes(panel))).map((panel) => draw[panel]());
    room.see.append(...seen.map(({ element }) => element));
    if (!embed) {
      const curves = draw.curves();
      room.first.append(curves.element);
      seen.push(curves);
      // The tour tells of a run that slept.
      if (name === "sleep") {
        const tour = tourPanel(store, player, page.recorded);
        curves.element.before(tour.offer.element);
        room.around = [...room.around, tour.element];
        room.guide = tour.button;
        seen.push(tour, tour.offer);
      }
    }
    tell(seen);
    void page.held().then((held) => store.set({ held }));
  };
  return Object.assign(room, { furnish });
}

function atWork({ run, compare }: State): "running" | "standing" | null {
  if (run?.status.kind === "running") return "running";
  return isActive(run) || isComparing(compare) ? "standing" : null;
}

const stateOf = (link: Link, own: readonly OwnInfo[]): State => ({
  ...link,
  presets: presets(),
  catalogue: catalogue(),
  held: [],
  own,
  run: null,
  unkept: null,
  scrub: null,
  pad: EMPTY_PAD,
  fields: null,
  watching: null,
  compare: NOT_COMPARED,
  search: null,
  studies: NOT_STUDIED,
  results: null,
});
