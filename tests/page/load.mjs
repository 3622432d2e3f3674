// Loads one of the page's TypeScript modules that needs no browser.

import { build } from "esbuild";
import { fileURLToPath } from "node:url";

export async function load(module) {
  const entry = fileURLToPath(new URL(`../../www/${module}`, import.meta.url));
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, format: "esm", write: false, logLevel: "error" });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}
