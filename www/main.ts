// Opens the page: the core, the lab that the address names, the way to the others; whole, or what a page that shows it in a frame
// asks for.

import { engine, openCore } from "./core.js";
import { heldSets } from "./data.js";
import { el } from "./dom.js";
import { embedding, PLAIN, type Embedding } from "./embed.js";
import { spec_to_hash, type Spec } from "./generated/page.js";
import { idle } from "./idle.js";
import { forget, keptRun, noteStopped, toReopen } from "./kept.js";
import { labOf } from "./labs.js";
import { follow, isOf, noteInAddress, open, parts } from "./link.js";
import { Offline } from "./offline.js";
import { offlinePanel } from "./panels/offline.js";
import { versionPanel } from "./panels/version.js";
import { fetchRecording } from "./recording.js";
import { listen } from "./remote.js";
import { askedResults, openOwnResults } from "./results-file.js";
import { isRoom, type Room } from "./room.js";
import { Rooms } from "./rooms.js";
import { words } from "./words.js";

const lab = document.getElementById("lab")!;
document.documentElement.dataset.opened = ""; // www/opened.ts looks for it
const { embed, misread } = asked();
const obey = listen();
const recorded = fetchRecording(); // beside the core, not after it
let sets: Promise<readonly string[]> | null = null;
const held = () => (sets ??= heldSets()); // when the page is usable, not before

try {
  await openCore();
  const link = open();
  const isBare = !embed && location.hash === "";
  const rooms = await Rooms.open(lab, { ...link, problem: misread ?? link.problem }, { embed, recorded, held }, (place) => {
    // What this tab had there before it was loaded anew.
    if (isRoom(place)) void reopened(place, (spec) => labOf(spec) === place.name);
    obey((order) => place.obey(order));
  });
  const { shown } = rooms;
  if (!link.problem) noteInAddress(link.hash);
  follow((link) => rooms.arrive(link), (problem) => rooms.shown.refuse(problem));
  // What draws is larger than all before, and comes after it; scripts/budget.mjs holds the page to that.
  performance.mark("usable");
  await rooms.furnish();
  if (!embed) {
    const offline = idle().then(() => Offline.open());
    const version = versionPanel(offline);
    rooms.frame([version.element], [offlinePanel(offline)]);
    shown.watch(() => version.update(rooms.isAtWork));
  }
  const wanted = embed ? null : askedResults(location.search);
  if (wanted && isRoom(shown)) void openOwnResults(shown.store, wanted);
  await (isRoom(shown) ? begin(shown, isBare) : embed?.autoplay && shown.obey("start"));
  lab.ariaBusy = "false";
  obey((order) => rooms.shown.obey(order));
  void idle().then(() => engine().catch(() => {})); // the first run asks again, and says what is wrong
} catch (error) {
  lab.ariaBusy = "false";
  lab.replaceChildren(el("p", { class: "notice", role: "alert" }, words(error)));
}

/** How a lab begins: with the run that was here before it was closed or reloaded; with a run of its own where that is asked for;
 *  else with the recorded one, where it is what the link says. */
async function begin(room: Room, isBare: boolean): Promise<void> {
  const { store, runner, player } = room;
  const isLinkRead = store.state.problem === null;
  const untouched = () => isLinkRead && store.state.run === null;
  if (untouched() && (await reopened(room, (spec) => isOfAddress(store.state.spec, spec), isBare))) return;
  if (embed?.autoplay && untouched()) return runner.start("end");
  const recording = await recorded;
  if (recording && untouched() && isOf(store.state.hash, recording.spec)) player.show(recording, parts(store.state.hash).preset);
}

/** Opens the run that was here before, if there is one that is `sought`; where the address is of no run in particular, any that was
 *  left at work. */
async function reopened({ store, runner }: Room, sought: (spec: Spec) => boolean, isBare = false): Promise<boolean> {
  const kept = (await toReopen(sought)) ?? (isBare ? await toReopen(null) : null);
  if (!kept) return false;
  const { note, claim } = kept;
  try {
    await engine(); // where it cannot be had nothing is wrong with the run
  } catch (error) {
    store.set({ problem: words(error) });
    return false;
  }
  if (store.state.run) {
    claim.release(); // a person was quicker
    return true;
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
