// What all cards of the Connect lab share: they are of the study, and say which seeds they are over.

import { cardOf, type CardOf } from "../card.js";
import type { Panel } from "../dom.js";
import { parts } from "../link.js";
import { seedsOf } from "./names.js";
import { sourceOfStudy } from "./source.js";
import type { ConnectState } from "./state.js";
import type { Study } from "./study.js";

export const studyCard = (what: CardOf<ConnectState, Study>): Panel<ConnectState> => cardOf(what, { subject: ({ study }) => study, source: sourceOfStudy });

/** What numbers are over, for captions: `Mean ± s.d. over 3 seeds (seeds 0 to 2), from connect-romo-quick with changes.` */
export function overSeeds({ spec, hash }: Study): string {
  const { preset, changes } = parts(hash);
  const from = `preset ${preset}${changes.length === 0 ? "" : `, with ${changes.map(([path, value]) => `${path} = ${value.length > 40 ? `${value.slice(0, 39)}…` : value}`).join(", ")}`}`;
  const spread = spec.seeds === 1 ? `One network each (n = 1, ${seedsOf(spec)})` : `Mean ± s.d. over n = ${spec.seeds} networks each (${seedsOf(spec)})`;
  return `${spread}; ${from}.`;
}

/** The least time between drawings of what Workers tell, in milliseconds; what has come to rest is drawn at once. */
export const paceOf = ({ status }: Study): number => (status.kind === "running" ? 400 : 0);

/** While some of it is still to come. */
export const soFar = ({ status }: Study): string => (status.kind === "ended" ? "" : " So far.");
