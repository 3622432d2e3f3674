// Times the kernels of both engines, away from the page.

import init, { bench, type Report, type Shapes } from "./generated/engram.js";
import { words } from "./words.js";

export interface ToBench {
  readonly module: WebAssembly.Module;
  readonly shapes: Shapes;
}

export type FromBench =
  | { readonly kind: "report"; readonly report: Report }
  /** `message` is for people. */
  | { readonly kind: "failed"; readonly message: string };

addEventListener("message", ({ data }: MessageEvent<ToBench>) => {
  measure(data).catch((error: unknown) => say({ kind: "failed", message: words(error) }));
});

async function measure({ module, shapes }: ToBench): Promise<void> {
  await init({ module_or_path: module });
  for (const kind of ["cpu", "gpu"] as const) say({ kind: "report", report: await bench(kind, shapes) });
}

function say(message: FromBench): void {
  postMessage(message);
}
