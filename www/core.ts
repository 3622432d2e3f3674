// Loads the core once; Workers share the compiled module.

import init from "./generated/engram.js";

export async function loadCore(): Promise<WebAssembly.Module> {
  const response = await fetch(new URL("engram_bg.wasm", import.meta.url));
  if (!response.ok) throw new Error(`The core, ${response.url}, cannot be had: the server answers ${response.status}.`);
  let module: WebAssembly.Module;
  try {
    // A host that does not know the type of such a file sends it as something else, which is not compiled as it comes.
    const typed = response.headers.get("content-type") === "application/wasm";
    module = typed ? await WebAssembly.compileStreaming(response) : await WebAssembly.compile(await response.arrayBuffer());
  } catch {
    throw new Error("This browser cannot run the core, which needs WebAssembly with SIMD: Chrome 91, Firefox 89, Safari 16.4 or newer.");
  }
  await init({ module_or_path: module });
  return module;
}
