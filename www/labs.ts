// The labs of the page: which of them a Spec belongs to, what each is about, and what it shows. The Connect lab has a Spec of its own.

import { PANELS, type PanelName } from "./embed.js";
import type { NetworkKind, Spec } from "./generated/engram.js";
import { kindOf, MODELS, type Model } from "./models.js";

export type LabName = "sleep" | "predict";
export type TabName = LabName | "connect";

export interface Tab {
  readonly title: string;
  /** A sentence for whoever sees it first. */
  readonly intro: string;
  /** What it opens on, as the address holds it. */
  readonly first: string;
}

export interface Lab extends Tab {
  /** What to expect of a run, where its curves will be. */
  readonly guide: string;
  /** What can be shown of a run, in the order of the page. */
  readonly panels: readonly PanelName[];
}

/** What only runs of spiking areas have. */
const OF_AREAS: readonly PanelName[] = ["rasters", "expected", "errors", "units", "cost"];

export const LABS: Readonly<Record<LabName, Lab>> = {
  sleep: {
    title: "Sleep lab",
    intro: "A small brain-like network learns one task after another, forgets the earlier ones, and remembers them after sleep.",
    first: "v=1&preset=quick-mnist-src&tasks.order=listed&seed=0",
    guide:
      "The network learns one task after another (T1, T2, …), and each new one makes it forget the last. After each it may sleep (S1, S2, …): no image is shown, random spikes run through it and change its weights, and curves rise again.",
    panels: PANELS.filter((name) => !OF_AREAS.includes(name)),
  },
  predict: {
    title: "Predict lab",
    intro:
      "Areas of spiking units predict one another: each tells the one below what to expect, and what came otherwise, the error, goes back up and teaches the weights. No gradient is computed. In rows of tasks the weights that bring an area its image stay random; what it learns is what to expect of the image and of the labels.",
    first: "v=1&preset=predict-mnist-quick&tasks.order=listed&seed=0",
    guide:
      "Spiking areas see one image after another, one task after another (T1, T2, …), and what they learn to expect of images and labels changes by what they expected wrongly alone. Below you see, for an image of your choice, every spike, what is expected of the image, and what that misses, while they learn.",
    panels: ["progress", "recording", "curves", "scrub", "rasters", "expected", "errors", "units", "pad", "result", "matrix", "cost", "confusion", "spikes", "weights", "compare", "data"],
  },
};

/** In the order of the page. */
export const TABS: Readonly<Record<TabName, Tab>> = {
  ...LABS,
  connect: {
    title: "Connect lab",
    intro: "A small recurrent network learns a task of memory or decision. How strong its connections are at birth, one number, decides whether a local learning rule can teach it.",
    first: "v=1&preset=connect-romo-quick",
  },
};

export const TAB_NAMES = Object.keys(TABS) as readonly TabName[];

const ofKind = (kind: NetworkKind): LabName => (kind === "areas" ? "predict" : "sleep");

/** The lab that a Spec belongs to. */
export const labOf = (spec: Pick<Spec, "network">): LabName => ofKind(kindOf(spec));

/** The models that a lab offers. */
export const modelsOf = (lab: LabName): readonly Model[] => MODELS.filter(({ network }) => ofKind(network) === lab);
