// The core, in two parts: a small one that the page itself asks, and the whole one, which Workers share.

import type { Analyses, Spec } from "./generated/engram.js";
import init from "./generated/page.js";
import type { Core } from "./job.js";
import { workerUrl } from "./worker-url.js";

/** Readies what the page asks: Specs, presets, data sets' names. */
export async function openCore(): Promise<void> {
  await init({ module_or_path: await compiled("page_bg.wasm") });
}

let whole: Promise<Core> | null = null;

/** What computes, for Workers: brought and compiled once, when it is first asked for. */
export function engine(): Promise<Core> {
  const bring = async () => {
    const [module, code] = await Promise.all([compiled("engram_bg.wasm"), workerUrl("worker.js")]);
    return { module, code };
  };
  whole ??= bring().catch((error: unknown) => {
    whole = null; // so that it is tried again the next time
    throw error;
  });
  return whole;
}

/** The whole core on the page itself: for what only it knows, is asked seldom and takes no time. */
export async function wholeHere() {
  const [{ module }, core] = await Promise.all([engine(), import("./generated/engram.js")]);
  await core.default({ module_or_path: module });
  return core;
}

/** The Spec of a saved run. */
export async function savedSpec(saved: Uint8Array): Promise<Spec> {
  return (await wholeHere()).saved_spec(saved);
}

/** What the records of studied runs give together; `names` are those of the classes. */
export async function analysesOf(records: readonly string[], names: readonly string[]): Promise<Analyses> {
  return (await wholeHere()).analyses([...records], [...names]);
}

async function compiled(file: string): Promise<WebAssembly.Module> {
  const url = new URL(file, import.meta.url);
  const response = await fetch(url).catch(() => {
    throw new Error(`The core, ${url}, cannot be had: there is no answer. Is the network, or the server, still there?`);
  });
  if (!response.ok) throw new Error(`The core, ${response.url}, cannot be had: the server answers ${response.status}.`);
  try {
    // A host that does not know the type of such a file sends it as something else, which is not compiled as it comes.
    const typed = response.headers.get("content-type") === "application/wasm";
    return typed ? await WebAssembly.compileStreaming(response) : await WebAssembly.compile(await response.arrayBuffer());
  } catch {
    throw new Error("This browser cannot run the core, which needs WebAssembly with SIMD: Chrome 91, Firefox 89, Safari 16.4 or newer.");
  }
}
