// What a device was measured to do, as a table: each kernel in a row.

import type { Report } from "../generated/engram.js";
import type { Table } from "../table.js";

/** For file names: `bench-gpu-h1024-b256-r1`. */
export const benchName = ({ engine, shapes: { hidden, batch, replicas } }: Report): string => `bench-${engine.kind}-h${hidden}-b${batch}-r${replicas}`;

export function benchTable(report: Report): Table {
  return {
    name: benchName(report),
    title: "Time of each kernel",
    columns: [
      { key: "kernel", label: "Kernel" },
      { key: "seconds", label: "Time of a call, median of five", unit: "s" },
      { key: "least", label: "Least time", unit: "s" },
      { key: "most", label: "Largest time", unit: "s" },
      { key: "operations", label: "Operations of a call", unit: "FLOP" },
      { key: "spikes", label: "Spikes of a call", unit: "count" },
      { key: "bytes", label: "Moved by a call", unit: "B" },
      { key: "share", label: "Share of the ceiling", unit: "fraction" },
    ],
    rows: report.kernels.map(({ kernel, seconds, least, most, operations, spikes, bytes, share }) => [kernel, seconds, least, most, operations, spikes, bytes, share]),
  };
}
