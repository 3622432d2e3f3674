// The page's labs and the tabs between them: one is shown, and what goes on in another goes on.

import { el, say } from "./dom.js";
import type { OwnInfo, Spec } from "./generated/engram.js";
import { labOf, TAB_NAMES, TABS, type LabName, type TabName } from "./labs.js";
import { firstOf, isConnectLink, named, noteInAddress, take, type AnyLink, type ConnectLink, type Link } from "./link.js";
import { take as takeImages } from "./own.js";
import { dropPanel } from "./panels/drop.js";
import type { Place } from "./place.js";
import { isResultsFile, openResults } from "./results-file.js";
import { isRoom, openRoom, type Page, type Room } from "./room.js";
import { isActive } from "./run.js";
import { isRunFile, openRun } from "./run-file.js";
import type { Runner } from "./runner.js";
import { isStudyFile } from "./connect/file-kind.js";
import type { ConnectRoom } from "./connect/room.js";
import { words } from "./words.js";

/** As the page has it. */
const TITLE = document.title;

/** Where controls and curves stand one below the other. */
const narrow = matchMedia("(max-width: 63.99rem)");

type Shared = Omit<Page, "own" | "home">;

export class Rooms {
  readonly #main: HTMLElement;
  readonly #page: Shared;
  /** Called when a lab is shown for the first time that the address did not name. */
  readonly #opened: (place: Place) => void;
  readonly #all = new Map<TabName, Place>();
  readonly #furnished = new Set<Place>();
  readonly #drop = dropPanel((files) => this.#take(files));
  /** Of the page, whichever lab it shows: above it and below it. */
  #above: readonly HTMLElement[] = [];
  #below: readonly HTMLElement[] = [];
  /** Taken from a person so far, in whichever lab. */
  #own: readonly OwnInfo[] = [];
  /** Brought once it is wanted. */
  #connect: Promise<ConnectRoom> | null = null;
  /** Counts arrivals: a lab that comes late is not shown in place of one that was asked for since. */
  #arrivals = 0;
  #shown!: Place;

  /** Opens the lab that a link belongs to. */
  static async open(main: HTMLElement, link: AnyLink, page: Shared, opened: (place: Place) => void): Promise<Rooms> {
    const rooms = new Rooms(main, page, opened);
    rooms.#shown = isConnectLink(link) ? await rooms.#study(link) : rooms.#room(labOf(link.spec), link);
    rooms.#mount();
    return rooms;
  }

  private constructor(main: HTMLElement, page: Shared, opened: (place: Place) => void) {
    this.#main = main;
    this.#page = page;
    this.#opened = opened;
    narrow.addEventListener("change", () => this.#arrange());
  }

  get shown(): Place {
    return this.#shown;
  }

  /** Puts what is of the page around what is of a lab. */
  frame(above: readonly HTMLElement[], below: readonly HTMLElement[]): void {
    this.#above = above;
    this.#below = below;
    this.#dress();
  }

  /** Whether something is computed, or could go on, in any lab. */
  get isAtWork(): boolean {
    return [...this.#all.values()].some((place) => place.atWork() !== null);
  }

  /** Shows the lab that a link belongs to, and puts the link into its controls. */
  arrive(link: AnyLink): void {
    const arrival = ++this.#arrivals;
    if (!isConnectLink(link)) {
      const room = this.#room(labOf(link.spec), link);
      this.#show(room, link.hash, true);
      return take(room.store, link, () => room.runner.stop());
    }
    const enter = (room: ConnectRoom) => {
      if (arrival !== this.#arrivals) return;
      this.#show(room, link.hash, true);
      room.arrive(link);
    };
    this.#study(link).then(enter, (error: unknown) => this.#shown.refuse(words(error)));
  }

  /** Puts figures into the lab that is shown, and what was made of it then. */
  async furnish(): Promise<void> {
    const place = this.#shown;
    this.#furnished.add(place);
    await place.furnish();
    if (place === this.#shown) this.#dress();
  }

  /** Shows the lab of a run that is to be opened. */
  readonly home = (spec: Spec): Runner => {
    const name = labOf(spec);
    const known = this.#all.get(name);
    if (known && isRoom(known) && known !== this.#shown && isActive(known.store.state.run)) throw new Error(`a run is under way in the ${TABS[name].title}. Stop it there first`);
    const link = named(spec);
    const room = this.#room(name, link);
    this.#arrivals++;
    this.#show(room, link.hash, false);
    return room.runner;
  };

  /** A lab on classes of images; `link` is what it opens on. */
  #room(name: LabName, link: Link): Room {
    const known = this.#all.get(name);
    return known && isRoom(known) ? known : this.#add(openRoom(name, link, { ...this.#page, own: this.#own, home: this.home }));
  }

  /** The Connect lab, whose code comes when it is first wanted. */
  #study(link: ConnectLink): Promise<ConnectRoom> {
    const bring = async () => {
      const { openConnectRoom } = await import("./connect/room.js").catch(() => {
        throw new Error("The Connect lab cannot be loaded: there is no answer. Is the network, or the server, still there?");
      });
      return this.#add(openConnectRoom(link, this.#page.embed));
    };
    this.#connect ??= bring().catch((error: unknown) => {
      this.#connect = null; // so that it is tried again the next time
      throw error;
    });
    return this.#connect;
  }

  #add<P extends Place>(place: P): P {
    this.#all.set(place.name, place);
    place.present(false);
    place.watch(() => this.#mark());
    return place;
  }

  #show(place: Place, hash: string, begins: boolean): void {
    const before = this.#shown;
    if (before === place) return;
    if (isRoom(before)) this.#own = before.store.state.own;
    before.present(false);
    this.#shown = place;
    for (const element of [...before.around, ...(before.guide ? [before.guide] : [])]) element.remove();
    this.#mount();
    noteInAddress(hash);
    // Also has it ask what it did not while it was away.
    if (isRoom(place)) place.store.set({ own: this.#own });
    if (!this.#furnished.has(place)) void this.#begin(place, begins);
  }

  async #begin(place: Place, begins: boolean): Promise<void> {
    try {
      await this.furnish();
      if (begins) this.#opened(place);
    } catch (error) {
      place.refuse(words(error));
    }
  }

  /** Takes files that were dropped on the page, in the lab that they are of. */
  async #take(files: readonly File[]): Promise<void> {
    const [file] = files;
    if (!file) return;
    if (await isStudyFile(files)) return this.#openStudy(file);
    const isRun = await isRunFile(files);
    const isOfLabs = isRun || (await isResultsFile(files));
    if (!isRoom(this.#shown) && isOfLabs) this.arrive(firstOf("sleep"));
    if (!isRoom(this.#shown)) return this.#shown.refuse(`${file.name} was not opened: it is no saved study of the Connect lab. Images are taken in the other labs.`);
    const { store, runner } = this.#shown;
    if (isRun) await openRun(store, runner, file);
    else if (isOfLabs) await openResults(store, file);
    else await takeImages(store, files);
  }

  async #openStudy(file: File): Promise<void> {
    const arrival = ++this.#arrivals;
    try {
      const room = await this.#study(firstOf("connect") as ConnectLink);
      if (arrival !== this.#arrivals) return;
      this.#show(room, room.address(), false);
      await room.open(file);
    } catch (error) {
      this.#shown.refuse(words(error));
    }
  }

  /** Puts the lab that is shown into the page. */
  #mount(): void {
    const { notice, steer, first, see, name } = this.#shown;
    this.#main.replaceChildren(notice, this.#drop, ...[steer, first].filter((side) => side.hasChildNodes()), see);
    const intro = document.querySelector("header .intro");
    if (intro) say(intro, TABS[name].intro);
    document.title = name === "sleep" ? TITLE : `${TABS[name].title} · ${TITLE}`;
    this.#shown.present(true);
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
    if (!this.#shown) return; // the first lab is being made
    for (const name of TAB_NAMES) {
      const tab = document.querySelector<HTMLAnchorElement>(`header .labs a[data-lab=${name}]`);
      if (!tab) return;
      const place = this.#all.get(name);
      const address = `#${place?.address() ?? TABS[name].first}`;
      if (tab.getAttribute("href") !== address) tab.href = address;
      if (name === this.#shown.name) tab.setAttribute("aria-current", "page");
      else tab.removeAttribute("aria-current");
      const goesOn = place?.atWork() === "running" && name !== this.#shown.name;
      if (goesOn !== (tab.querySelector(".under-way") !== null)) tab.replaceChildren(TABS[name].title, ...(goesOn ? [el("span", { class: "under-way" }, "running")] : []));
    }
  }
}
