// The page's end of the service worker: registers it, has files kept, hears of a new version.

import type { FromServiceWorker, KeptFile, ToServiceWorker } from "./offline-messages.js";

export class Offline {
  readonly #registration: ServiceWorkerRegistration;
  readonly #active: ServiceWorker;

  private constructor(registration: ServiceWorkerRegistration, active: ServiceWorker) {
    this.#registration = registration;
    this.#active = active;
  }

  /** Whether a page here can be kept: not in a frame, which is another site's business, nor where the browser refuses it. */
  static isPossible(): boolean {
    return self === top && self.origin !== "null" && isSecureContext && "serviceWorker" in navigator;
  }

  /** Registers the service worker of the site at `root`; the lab itself is kept once this resolves. */
  static async open(root: string | URL = document.baseURI): Promise<Offline> {
    if (!Offline.isPossible()) throw new Error("the browser keeps no pages that are opened like this one");
    const registration = await navigator.serviceWorker.register(new URL("service-worker.js", root), { updateViaCache: "none" });
    await Promise.race([navigator.serviceWorker.ready, failure(registration)]);
    return new Offline(registration, registration.active!);
  }

  /** Calls `waits` when a new version is here and waits to be used. */
  watch(waits: () => void): void {
    const look = (worker: ServiceWorker | null) => {
      if (worker?.state === "installed") waits();
      else worker?.addEventListener("statechange", () => worker.state === "installed" && waits());
    };
    look(this.#registration.waiting ?? this.#registration.installing);
    this.#registration.addEventListener("updatefound", () => look(this.#registration.installing));
  }

  /** Loads the page anew with the version that waits. Refused in words. */
  async replace(): Promise<void> {
    const { waiting } = this.#registration;
    if (!waiting) return location.reload();
    const refused = new AbortController();
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { signal: refused.signal });
    await ask(waiting, { kind: "replace" }, () => {}).finally(() => refused.abort());
  }

  /** The data files of the site. */
  async files(): Promise<readonly KeptFile[]> {
    const answer = await ask(this.#active, { kind: "list" }, () => {});
    return answer.kind === "files" ? answer.files : [];
  }

  /** Those that are kept unasked: the small part of each data set. Who saves data is asked first. */
  async unasked(): Promise<readonly KeptFile[]> {
    const { connection } = navigator as { connection?: { saveData?: boolean } };
    return connection?.saveData ? [] : (await this.files()).filter(({ path }) => part(path) === "quick");
  }

  /** Has files kept that are not yet. `heard` is told of the bytes that have come. */
  async keep(files: readonly KeptFile[], heard: (bytes: number) => void = () => {}): Promise<void> {
    for (const { path, kept } of files) if (!kept) await ask(this.#active, { kind: "keep", path }, heard);
  }
}

/** `quick` or `full`. */
export const part = (path: string): string | undefined => path.split("/").at(-2);

/** Sends a question; the last answer to it. */
function ask(worker: ServiceWorker, question: ToServiceWorker, heard: (bytes: number) => void): Promise<FromServiceWorker> {
  const { port1, port2 } = new MessageChannel();
  worker.postMessage(question, [port2]);
  return new Promise((told, refused) => {
    port1.onmessage = ({ data }: MessageEvent<FromServiceWorker>) => {
      switch (data.kind) {
        case "received":
          return heard(data.bytes);
        case "failed":
          return refused(new Error(data.message));
        case "others":
          return refused(new Error("other pages of the lab are open and go on with the version they have. Close them first"));
        case "files":
        case "kept":
          return told(data);
      }
    };
  });
}

/** Fails when the first service worker cannot be installed; it says why, unless it was ended before it could. */
function failure({ installing, active }: ServiceWorkerRegistration): Promise<never> {
  return new Promise((_, refused) => {
    if (active) return;
    const { serviceWorker } = navigator;
    serviceWorker.addEventListener("message", ({ data }: MessageEvent<FromServiceWorker>) => data.kind === "failed" && refused(new Error(data.message)));
    serviceWorker.startMessages();
    installing?.addEventListener("statechange", () => {
      if (installing.state !== "redundant") return;
      const unsaid = new Error("the browser gave no room for it, the network was lost, or the site's files are not those it was built with");
      setTimeout(refused, 1000, unsaid); // the word may come after the change
    });
  });
}
