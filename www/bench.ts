// The bench page: asks for shapes, has a Worker time the kernels of both engines, and shows what it measured.

import type { FromBench, ToBench } from "./bench-worker.js";
import { engine } from "./core.js";
import { el } from "./dom.js";
import { download } from "./download.js";
import type { Report, Shapes, Timed } from "./generated/engram.js";
import { csv } from "./table.js";
import { benchName, benchTable } from "./tables/bench.js";
import { words } from "./words.js";

const FIELDS = [
  { key: "hidden", label: "Hidden units", most: 8192, value: 1024 },
  { key: "batch", label: "Samples a minibatch", most: 4096, value: 256 },
  { key: "replicas", label: "Networks side by side", most: 256, value: 1 },
] as const;

const main = document.getElementById("bench")!;

try {
  const { module } = await engine();
  const inputs = FIELDS.map(({ key, most, value }) => el("input", { id: key, type: "number", min: "1", max: String(most), step: "1", value: String(value), required: "" }));
  const labels = FIELDS.map(({ key, label }, i) => el("label", { for: key }, label, inputs[i]!));
  const button = el("button", { type: "submit", class: "primary" }, "Measure");
  const form = el("form", { class: "bench-shapes" }, ...labels, button);
  const status = el("p", { role: "status" }, "Takes about ten seconds on each engine; more where a program acts as the GPU.");
  const results = el("div", { class: "bench-results" });
  main.replaceChildren(el("section", { class: "card" }, form, status), results);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const [hidden, batch, replicas] = inputs.map((input) => input.valueAsNumber) as [number, number, number];
    measure(module, { hidden, batch, replicas });
  });

  /** Has both engines timed, one after the other. */
  function measure(module: WebAssembly.Module, shapes: Shapes): void {
    button.disabled = true;
    results.replaceChildren();
    status.textContent = "Measuring the CPU …";
    const worker = new Worker(new URL("bench-worker.js", import.meta.url));
    const end = (text: string): void => {
      worker.terminate();
      button.disabled = false;
      status.textContent = text;
    };
    worker.addEventListener("error", (event) => end(event.message || "The Worker that measures could not be started."));
    worker.addEventListener("message", ({ data }: MessageEvent<FromBench>) => {
      if (data.kind === "report") {
        results.append(card(data.report));
        if (data.report.engine.kind === "cpu") status.textContent = "Measuring the GPU …";
        else end("Measured.");
      } else {
        end(data.message);
      }
    });
    const message: ToBench = { module, shapes };
    worker.postMessage(message);
  }
} catch (error) {
  main.replaceChildren(el("p", { class: "notice", role: "alert" }, words(error)));
}

function card(report: Report): HTMLElement {
  const { engine, shapes, ceilings, kernels } = report;
  const { adapter } = engine;
  const name = adapter ? `${adapter.name}${adapter.software ? " (a program that acts as a GPU)" : ""}` : "CPU, one thread of WebAssembly";
  const heads = ["kernel", "time of a call", "least … most", "rate", "moved", "share of the ceiling"];
  const body = kernels.map((timed) => el("tr", {}, ...cells(timed).map((text, i) => (i === 0 ? el("th", { scope: "row" }, text) : el("td", {}, text)))));
  return el(
    "section",
    { class: "card" },
    el("h2", {}, name),
    el("p", { class: "hint" }, `H ${shapes.hidden}, B ${shapes.batch}, R ${shapes.replicas}; at most ${amount(ceilings.product, "FLOP/s")} and ${amount(ceilings.copy, "B/s")} copied. `
      + "Median of five. Work counts as a dense engine would do it: the CPU skips what is zero, so that it can pass 100 %, as can what stays in a cache."),
    el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `Kernels on ${name}` }, el(
      "table",
      {},
      el("thead", {}, el("tr", {}, ...heads.map((head) => el("th", { scope: "col" }, head)))),
      el("tbody", {}, ...body),
    )),
    el("div", { class: "buttons" }, ...savers(report, name)),
  );
}

function savers(report: Report, name: string): HTMLElement[] {
  const file = `engram-${benchName(report)}`;
  const saver = (format: string, save: () => void) => el("button", { type: "button", "aria-label": `Save ${name} as ${format}`, click: save }, `Save as ${format}`);
  return [
    saver("CSV", () => download(`${file}.csv`, csv(benchTable(report)), "text/csv")),
    saver("JSON", () => download(`${file}.json`, `${JSON.stringify({ format: "engram-bench", version: 1, ...report }, null, 1)}\n`, "application/json")),
  ];
}

function cells({ kernel, seconds, least, most, operations, spikes, bytes, share }: Timed): string[] {
  const done = spikes > 0 ? amount(spikes / seconds, "spikes/s") : amount(operations / seconds, "FLOP/s");
  return [kernel, time(seconds), `${time(least)} … ${time(most)}`, done, amount(bytes, "B"), `${(100 * share).toFixed(1)} %`];
}

function time(seconds: number): string {
  return seconds < 1e-3 ? `${(1e6 * seconds).toFixed(1)} µs` : `${(1e3 * seconds).toFixed(2)} ms`;
}

/** A number with its unit: 1.2 GFLOP/s, 3.4 MB. */
function amount(value: number, unit: string): string {
  const steps = [["T", 1e12], ["G", 1e9], ["M", 1e6], ["k", 1e3]] as const;
  const [prefix, size] = steps.find(([, size]) => value >= size) ?? ["", 1];
  return `${(value / size).toFixed(1)} ${prefix}${unit}`;
}
