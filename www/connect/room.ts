// The Connect lab behind its tab: its state, its study and its panels. They live on while another lab is shown.

import { CONNECT_PANELS, panelsOf, type ConnectPanelName, type Embedding } from "../embed.js";
import { el, type Panel } from "../dom.js";
import { connect_presets } from "../generated/page.js";
import type { ConnectLink } from "../link.js";
import type { Place } from "../place.js";
import type { Order } from "../remote.js";
import { megabytes, words } from "../words.js";
import { keepAsking } from "./asking.js";
import { controlsPanel, runButton } from "./panels/controls.js";
import { exponentsPanel } from "./panels/exponents.js";
import { flossingPanel } from "./panels/flossing.js";
import { keepPanel } from "./panels/keep.js";
import { learningPanel } from "./panels/learning.js";
import { lookingPanel } from "./panels/looking.js";
import { noticePanel } from "./panels/notice.js";
import { outcomePanel } from "./panels/outcome.js";
import { progressPanel } from "./panels/progress.js";
import { spectrumPanel } from "./panels/spectrum.js";
import { trajectoriesPanel } from "./panels/trajectories.js";
import { trialPanel } from "./panels/trial.js";
import { ConnectRunner } from "./runner.js";
import { sourceOfLook } from "./source.js";
import { ConnectStore, firstLook, type ConnectState } from "./state.js";
import { isActive } from "./study.js";

export interface ConnectRoom extends Place {
  readonly name: "connect";
  /** Puts a link into the controls. A study of something else ends. */
  arrive(link: ConnectLink): void;
  /** Goes on with a saved study. What is none changes nothing but the message. */
  open(file: File): Promise<void>;
}

/** Far more than the largest study that can be run. */
const LIMIT = 1024 * 2 ** 20;

/** What stands beside the controls. */
const FIRST: readonly ConnectPanelName[] = ["progress", "learning"];

export function openConnectRoom(link: ConnectLink, embed: Embedding | null): ConnectRoom {
  const store = new ConnectStore({
    ...link,
    presets: connect_presets(),
    study: null,
    speed: null,
    before: null,
    view: { measure: "loss", scale: "log" },
    look: firstLook(link.spec),
    seen: null,
    trajectories: null,
  });
  const runner = new ConnectRunner(store);
  const open = async (file: File) => {
    try {
      if (file.size > LIMIT) throw new Error(`it holds ${megabytes(file.size)}, and at most ${megabytes(LIMIT)} are read`);
      await runner.open(new Uint8Array(await file.arrayBuffer()));
    } catch (error) {
      store.set({ problem: `${file.name} was not opened: ${words(error)}.` });
    }
  };
  const draw: Record<ConnectPanelName, () => Panel<ConnectState>> = {
    progress: progressPanel,
    learning: () => learningPanel(store),
    outcome: outcomePanel,
    exponents: exponentsPanel,
    spectrum: spectrumPanel,
    looking: () => lookingPanel(store),
    trial: () => trialPanel((seen) => sourceOfLook(store.state.study, seen)),
    trajectories: () => trajectoriesPanel((moves) => sourceOfLook(store.state.study, moves)),
    flossing: flossingPanel,
  };
  const notice = noticePanel();
  const steering = () => [controlsPanel(store, runner), keepPanel(store, runner, open)];
  const steer = !embed ? steering() : embed.controls === "steer" ? [...steering(), progressPanel()] : embed.controls === "run" ? [runBar(store, runner)] : [];
  const first = embed ? [] : FIRST.map((name) => draw[name]());
  const tell = (panels: readonly Panel<ConnectState>[]) => store.subscribe((state) => panels.forEach((panel) => panel.update(state)));
  tell([notice, ...steer, ...first]);
  const side = (kind: string, panels: readonly Panel<ConnectState>[]) => el("div", { class: `${kind} connect` }, ...panels.map(({ element }) => element));
  const see = el("div", { class: "see connect" });
  return {
    name: "connect",
    around: [],
    notice: notice.element,
    steer: side("steer", steer),
    first: side("first", first),
    see,
    guide: null,
    address: () => store.state.hash,
    atWork: () => (store.state.study?.status.kind === "running" ? "running" : isActive(store.state.study) ? "standing" : null),
    refuse: (problem) => store.set({ problem }),
    obey: (order) => obey(order, store, runner),
    watch: (changed) => store.subscribe(changed),
    present(isShown) {
      store.isShown = isShown;
      if (isShown) store.set({}); // what was not asked while it was away is asked now
    },
    furnish: async () => {
      const names = embed ? panelsOf(embed, CONNECT_PANELS, "learning") : CONNECT_PANELS.filter((name) => !FIRST.includes(name));
      const seen = names.map((name) => draw[name]());
      see.append(...seen.map(({ element }) => element));
      tell(seen);
      keepAsking(store, runner);
    },
    arrive(link) {
      if (link.hash !== store.state.hash) runner.stop();
      store.set(link);
    },
    open,
  };
}

/** As the other labs do: what is over stays to be seen, and is started once. */
function obey(order: Order, store: ConnectStore, runner: ConnectRunner): void {
  const status = store.state.study?.status.kind;
  if (order === "stop" || (order === "pause" && status === "loading")) runner.stop();
  else if (order === "pause" && status === "running") runner.pause();
  else if (order === "start" && (status === "paused" || status === "pausing")) runner.resume();
  else if (order === "start" && (status === undefined || status === "stopped")) void runner.start();
}

/** What steers a study in a frame: one button, how far it is, and the way to the whole lab. */
function runBar(store: ConnectStore, runner: ConnectRunner): Panel<ConnectState> {
  const parts = [runButton(store, runner), progressPanel()];
  const whole = el("a", { target: "_blank", rel: "noopener", title: "The whole lab with this study, in a new tab" }, "Open in Engram");
  return {
    element: el("div", { class: "run-bar" }, ...parts.map(({ element }) => element), whole),
    update(state) {
      parts.forEach((part) => part.update(state));
      whole.href = `./#${state.hash}`;
    },
  };
}
