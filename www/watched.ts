// What was seen of spiking areas while they were shown an image, in words and numbers.

import type { Spiking, Watched } from "./generated/engram.js";

/** One showing of one image. */
export interface Watching {
  /** `null`: that network was not kept. */
  readonly watched: Watched | null;
  readonly values: Float32Array;
  /** The class of a test image. */
  readonly label: number | null;
  /** Which network it was: `after T2`. */
  readonly of: string;
}

const areaName = (area: number, areas: number): string => (areas === 1 ? "area" : `area ${area + 1}`);

const areaNames = (areas: number): string[] => Array.from({ length: areas }, (_, area) => areaName(area, areas));

/** Of the input, of what is expected of it, of each area, of the labels' area. */
export const populationNames = (areas: number): string[] => ["input", "expected input", ...areaNames(areas), "labels"];

/** What each pair of areas expects something of, from the input to the labels. */
export const pairNames = (areas: number): string[] => ["input", ...areaNames(areas).slice(0, -1), "labels"];

/** Which area expects it, with its article. */
export const expectsIt = (pair: number, areas: number): string => (areas === 1 ? "the area" : areaName(pair === areas ? 0 : pair, areas));

/** Input and labels are compared spike by spike, areas by the traces that spikes leave. */
export const unitOf = (pair: number, areas: number): string => (pair === 0 || pair === areas ? "spikes/s" : "units of trace");

export const areasOf = ({ populations }: Watched): number => populations.length - 3;

export const spikesOf = ({ spikes }: Spiking): number => spikes.reduce((sum, step) => sum + step.length, 0);

/** Mean spikes/s of a unit; `dt`: milliseconds of a step. */
export const rateOf = (spiking: Spiking, dt: number): number => (1000 * spikesOf(spiking)) / (spiking.units * spiking.spikes.length * dt);

/** Spikes of each unit. */
export function countsOf({ units, spikes }: Spiking): number[] {
  const counts = Array<number>(units).fill(0);
  for (const step of spikes) for (const unit of step) counts[unit]! += 1;
  return counts;
}

/** The labels' unit that spiked most, which is the answer; `null` where none did. */
export function answerOf({ populations }: Watched): { readonly label: number; readonly spikes: number; readonly all: number } | null {
  const counts = countsOf(populations.at(-1)!);
  const spikes = Math.max(...counts);
  return spikes > 0 ? { label: counts.indexOf(spikes), spikes, all: counts.reduce((sum, n) => sum + n, 0) } : null;
}
