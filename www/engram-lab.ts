// The element <engram-lab preset="mnist-src" panel="curves">: a figure of the lab, live, in a page of any origin.
//
// It holds a frame: a page of another origin cannot start the lab's Worker itself. Loaded by
// `<script src="https://HOST/PATH/engram-lab.js" defer></script>`; the lab is the one beside that script.

const source = document.currentScript instanceof HTMLScriptElement ? document.currentScript.src : null;

/** What a frame's address depends on. `link` is a link of the lab, which holds the whole run; `preset` and `seed` are short. */
const ATTRIBUTES = ["preset", "seed", "link", "panel", "theme", "controls", "autoplay", "label"] as const;

type Order = "start" | "pause" | "stop";

class EngramLab extends HTMLElement {
  static readonly observedAttributes = ATTRIBUTES;
  readonly #frame = document.createElement("iframe");
  /** What was ordered before there was anybody to hear it: frames below the fold load late. */
  #waiting: Order | null = null;
  #isLoaded = false;

  constructor() {
    super();
    const style = document.createElement("style");
    style.textContent = `:host { display: block; aspect-ratio: 16 / 10; min-height: 20rem } :host([hidden]) { display: none } iframe { width: 100%; height: 100%; border: 0 }`;
    this.#frame.allow = "fullscreen; clipboard-write";
    this.#frame.loading = "lazy";
    this.#frame.addEventListener("load", () => {
      this.#isLoaded = true;
      if (this.#waiting) this.#tell(this.#waiting);
    });
    this.attachShadow({ mode: "open" }).append(style, this.#frame);
  }

  connectedCallback(): void {
    this.#show();
  }

  attributeChangedCallback(): void {
    if (this.isConnected) this.#show();
  }

  /** Starts the run, or goes on with it. */
  start(): void {
    this.#tell("start");
  }

  pause(): void {
    this.#tell("pause");
  }

  stop(): void {
    this.#tell("stop");
  }

  #show(): void {
    const address = this.#address();
    this.#frame.title = this.getAttribute("label") ?? `Engram, a live figure: ${this.getAttribute("panel") ?? "curves"} of ${this.getAttribute("preset") ?? "a run"}`;
    if (this.#frame.src === address) return;
    this.#isLoaded = false;
    this.#frame.src = address;
  }

  #address(): string {
    const lab = new URL("./", base());
    const asked: [string, string | null][] = [
      ["panels", this.getAttribute("panel")],
      ["theme", this.getAttribute("theme")],
      ["controls", this.getAttribute("controls")],
      ["autoplay", this.hasAttribute("autoplay") ? "1" : null],
    ];
    lab.search = ["embed=1", ...asked.filter(([, value]) => value !== null).map(([name, value]) => `${name}=${encodeURIComponent(value!)}`)].join("&");
    lab.hash = this.#hash();
    return lab.href;
  }

  #hash(): string {
    const link = this.getAttribute("link");
    if (link !== null) return link.slice(link.indexOf("#") + 1);
    const preset = this.getAttribute("preset");
    const seed = this.getAttribute("seed");
    if (preset === null) return "";
    return `v=1&preset=${encodeURIComponent(preset)}${seed === null ? "" : `&seed=${encodeURIComponent(seed)}`}`;
  }

  /** Said to the lab's own origin alone. */
  #tell(order: Order): void {
    this.#waiting = this.#isLoaded ? null : order;
    if (!this.#isLoaded) return;
    this.#frame.contentWindow?.postMessage({ engram: order }, new URL(base()).origin);
  }
}

function base(): string {
  if (!source) throw new Error("engram-lab.js is loaded by <script src=… defer>, not as a module: it finds the lab beside itself");
  return source;
}

customElements.define("engram-lab", EngramLab);
