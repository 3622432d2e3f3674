// Keeps the site for offline use: all of one version, so that a page never meets files of two.
//
// A file is kept under its path and the hash of its content: a new version fetches only what changed, beside what the old
// one still uses. `scripts/offline.mjs` builds this file and lists the site's files in it, so that it differs whenever they do.

import type { FromServiceWorker, KeptFile, ToServiceWorker } from "./offline-messages.js";

declare const self: ServiceWorkerGlobalScope;
/** Path, hash (SHA-256, hexadecimal) and size of every file of this version. */
declare const FILES: readonly (readonly [path: string, hash: string, bytes: number])[];

const scope = new URL(self.registration.scope);
const known = new Map(FILES.map(([path, hash, bytes]) => [path, { hash, bytes }]));
/** One for each place that the lab is served from: an origin may hold several. */
const CACHE = `engram ${scope.pathname}`;

const isSet = (path: string) => /^data\/.+\//.test(path);
/** What the lab does without: missed at first, it is kept when it is used. */
const isBeside = (path: string) => /^(docs|talk|icons)\/|^CITATION\.cff$/.test(path);
const keyOf = (path: string) => new URL(`${path}?sha256=${known.get(path)!.hash}`, scope).href;

self.addEventListener("install", (event) => {
  event.waitUntil(install());
});

async function install(): Promise<void> {
  const shell = [...known.keys()].filter((path) => !isSet(path));
  const beside = Promise.allSettled(shell.filter(isBeside).map((path) => keep(path)));
  try {
    await Promise.all(shell.filter((path) => !isBeside(path)).map((path) => keep(path)));
  } catch (error) {
    // The browser tells pages only that it failed.
    const failed: FromServiceWorker = { kind: "failed", message: why(error) };
    for (const client of await self.clients.matchAll({ includeUncontrolled: true })) client.postMessage(failed);
    throw error;
  }
  await beside;
}

self.addEventListener("activate", (event) => {
  event.waitUntil(forgetOthers().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const path = pathOf(event.request);
  if (path !== null) event.respondWith(answer(path, event));
});

self.addEventListener("message", (event) => {
  const [port] = event.ports;
  const say = (message: FromServiceWorker) => port?.postMessage(message);
  event.waitUntil(hear(event.data as ToServiceWorker, say).catch((error: unknown) => say({ kind: "failed", message: why(error) })));
});

async function hear(message: ToServiceWorker, say: (message: FromServiceWorker) => void): Promise<void> {
  switch (message.kind) {
    case "list":
      return say({ kind: "files", files: await dataFiles() });
    case "keep":
      if (!known.has(message.path)) throw new Error(`there is no file ${message.path}`);
      await keep(message.path, (bytes) => say({ kind: "received", bytes }));
      return say({ kind: "kept" });
    case "replace": {
      const all = await self.clients.matchAll({ includeUncontrolled: true });
      if (all.filter(({ url }) => url.startsWith(scope.href)).length > 1) return say({ kind: "others" });
      return self.skipWaiting();
    }
  }
}

/** The file of this site that is asked for; `null` for anything else, which goes its way. */
function pathOf({ method, url }: Request): string | null {
  const asked = new URL(url);
  if (method !== "GET" || asked.origin !== scope.origin || !asked.pathname.startsWith(scope.pathname)) return null;
  const path = decodeURIComponent(asked.pathname.slice(scope.pathname.length)).replace(/(^|\/)$/, "$1index.html");
  return known.has(path) ? path : null;
}

async function answer(path: string, event: FetchEvent): Promise<Response> {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(keyOf(path));
  if (kept) return kept;
  const response = await fetch(event.request);
  // What was used once is kept; where there is no room for it, the page goes on without.
  if (response.ok) event.waitUntil(store(cache, path, response.clone()).catch(() => {}));
  return response;
}

/** Has a file kept that is not yet; `heard` is told of every piece of it. */
async function keep(path: string, heard: (bytes: number) => void = () => {}): Promise<void> {
  const cache = await caches.open(CACHE);
  if (await cache.match(keyOf(path))) return;
  const response = await fetch(new URL(path, scope), { cache: "no-cache" });
  if (!response.ok) throw new Error(`the server answers ${response.status} for ${path}, which the site was built with (is an upload still going on?)`);
  await store(cache, path, response, heard);
}

/** Only what is of this version: a host may be in the middle of changing its files. */
async function store(cache: Cache, path: string, response: Response, heard: (bytes: number) => void = () => {}): Promise<void> {
  const counted = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(piece, controller) {
      heard(piece.length);
      controller.enqueue(piece);
    },
  });
  const bytes = await new Response(response.body?.pipeThrough(counted) ?? null).arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const hash = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  if (hash !== known.get(path)!.hash) throw new Error(`${path} is not the file that the site was built with (is an upload still going on, does the host change files, or is there a newer version? Then reload the page)`);
  const type = response.headers.get("content-type");
  await cache.put(keyOf(path), new Response(bytes, type ? { headers: { "content-type": type } } : {}));
}

/** Forgets what is not of this version. */
async function forgetOthers(): Promise<void> {
  const cache = await caches.open(CACHE);
  const ours = new Set([...known.keys()].map(keyOf));
  const others = (await cache.keys()).filter(({ url }) => !ours.has(url));
  await Promise.all(others.map((key) => cache.delete(key)));
}

async function dataFiles(): Promise<readonly KeptFile[]> {
  const cache = await caches.open(CACHE);
  const held = new Set((await cache.keys()).map(({ url }) => url));
  const sets = [...known].filter(([path]) => isSet(path));
  return sets.map(([path, { bytes }]) => ({ path, bytes, kept: held.has(keyOf(path)) }));
}

function why(error: unknown): string {
  if (error instanceof DOMException && error.name === "QuotaExceededError") return "this browser gives the lab no more room";
  if (error instanceof TypeError) return "there is no answer from the network";
  return error instanceof Error ? error.message : String(error);
}
