// The page's labs and the tabs between them: one is shown, and what goes on in another goes on.

import { el, say } from "./dom.js";
import type { Spec } from "./generated/engram.js";
import { LAB_NAMES, LABS, labOf, type LabName } from "./labs.js";
import { named, noteInAddress, take, type Link } from "./link.js";
import { dropPanel } from "./panels/drop.js";
import { openRoom, type Page, type Room } from "./room.js";
import { isActive } from "./run.js";
import type { Runner } from "./runner.js";
import { isComparing, type State } from "./state.js";
import { words } from "./words.js";

/** As the page has it. */
const TITLE = document.title;

/** Where controls and curves stand one below the other. */
const narrow = matchMedia("(max-width: 63.99rem)");

export class Rooms {
  readonly #main: HTMLElement;
  readonly #page: Omit<Page, "own" | "home">;
  /** Called when a lab is shown for the first time that the address did not name. */
  readonly #opened: (room: Room) => void;
  readonly #all = new Map<LabName, Room>();
  readonly #drop = dropPanel(() => this.shown);
  /** Of the page, whichever lab it shows: above it and below it. */
  #above: readonly HTMLElement[] = [];
  #below: readonly HTMLElement[] = [];
  #shown: Room;

  constructor(main: HTMLElement, link: Link, page: Omit<Page, "own" | "home">, opened: (room: Room) => void) {
    this.#main = main;
    this.#page = page;
    this.#opened = opened;
    this.#shown = this.#open(labOf(link.spec), link, []);
    this.#mount();
    this.#shown.store.subscribe(() => this.#mark());
    narrow.addEventListener("change", () => this.#arrange());
  }

  get shown(): Room {
    return this.#shown;
  }

  /** Puts what is of the page around what is of a lab. */
  frame(above: readonly HTMLElement[], below: readonly HTMLElement[]): void {
    this.#above = above;
    this.#below = below;
    this.#dress();
  }

  /** The state of a lab where something goes on, the one that is shown first; else of that one. */
  get busiest(): State {
    const states = [this.#shown, ...this.#all.values()].map(({ store }) => store.state);
    return states.find(({ run, compare }) => isActive(run) || isComparing(compare)) ?? this.#shown.store.state;
  }

  /** Shows the lab that a link belongs to, and puts the link into its controls. */
  arrive(link: Link): void {
    const room = this.#show(labOf(link.spec), link, true);
    take(room.store, link, () => room.runner.stop());
  }

  /** Puts figures into the lab that is shown, and what was made of it then. */
  async furnish(): Promise<void> {
    const room = this.#shown;
    await room.furnish();
    if (room === this.#shown) this.#dress();
  }

  /** Shows the lab of a run that is to be opened. */
  readonly home = (spec: Spec): Runner => {
    const name = labOf(spec);
    const room = this.#all.get(name);
    if (name !== this.#shown.name && room && isActive(room.store.state.run)) throw new Error(`a run is under way in the ${LABS[name].title}. Stop it there first`);
    return this.#show(name, named(spec), false).runner;
  };

  #show(name: LabName, link: Link, begins: boolean): Room {
    const before = this.#shown;
    if (before.name === name) return before;
    const { own } = before.store.state;
    const known = this.#all.get(name);
    const room = (this.#shown = known ?? this.#open(name, link, own));
    before.store.isShown = false;
    room.store.isShown = true;
    for (const element of [...before.around, ...(before.guide ? [before.guide] : [])]) element.remove();
    this.#mount();
    noteInAddress(link.hash);
    // Also has it ask what it did not while it was away.
    room.store.set({ own });
    if (!known) void this.#begin(room, begins);
    return room;
  }

  async #begin(room: Room, begins: boolean): Promise<void> {
    room.store.subscribe(() => this.#mark());
    try {
      await this.furnish();
      if (begins) this.#opened(room);
    } catch (error) {
      room.store.set({ problem: words(error) });
    }
  }

  #open(name: LabName, link: Link, own: Page["own"]): Room {
    const room = openRoom(name, link, { ...this.#page, own, home: this.home });
    this.#all.set(name, room);
    return room;
  }

  /** Puts the lab that is shown into the page. */
  #mount(): void {
    const { notice, steer, first, see, name } = this.#shown;
    this.#main.replaceChildren(notice, this.#drop, ...[steer, first].filter((side) => side.hasChildNodes()), see);
    const intro = document.querySelector("header .intro");
    if (intro) say(intro, LABS[name].intro);
    document.title = name === "sleep" ? TITLE : `${LABS[name].title} · ${TITLE}`;
    this.#arrange();
    this.#dress();
    this.#mark();
  }

  /** Puts around it what came since; nothing else is moved, so that no focus is lost. */
  #dress(): void {
    const { around, notice, see, guide } = this.#shown;
    this.#main.before(...around);
    notice.before(...this.#above);
    see.append(...this.#below);
    if (guide) document.querySelector("header nav.about")?.prepend(guide);
  }

  /** On narrow screens the first figures stand before the controls: for the eye and for the keyboard alike. */
  #arrange(): void {
    const { steer, first } = this.#shown;
    if (!steer.isConnected || !first.isConnected) return;
    if (narrow.matches === (first.nextElementSibling === steer)) return;
    if (narrow.matches) steer.before(first);
    else steer.after(first);
  }

  /** The tabs: which is shown, where the others lead, and whether a run goes on there. */
  #mark(): void {
    for (const name of LAB_NAMES) {
      const tab = document.querySelector<HTMLAnchorElement>(`header .labs a[data-lab=${name}]`);
      if (!tab) return;
      const state = this.#all.get(name)?.store.state;
      const address = `#${state?.hash ?? LABS[name].first}`;
      if (tab.getAttribute("href") !== address) tab.href = address;
      if (name === this.#shown.name) tab.setAttribute("aria-current", "page");
      else tab.removeAttribute("aria-current");
      const goesOn = state?.run?.status.kind === "running" && name !== this.#shown.name;
      if (goesOn !== (tab.querySelector(".under-way") !== null)) tab.replaceChildren(LABS[name].title, ...(goesOn ? [el("span", { class: "under-way" }, "running")] : []));
    }
  }
}
