// Where the numbers of a study come from, in words and as what computes them again.

import type { Source } from "../exhibit.js";
import type { ConnectSpec } from "../generated/engram.js";
import { namedStudy, parts } from "../link.js";
import { mark } from "../source.js";
import { count } from "../words.js";
import { seedsOf } from "./names.js";
import type { Look } from "./state.js";
import { networksOf, newStudy, type Study } from "./study.js";

export function sourceOfStudy({ spec, hash, records, shares }: Study): Source {
  const { preset } = parts(hash);
  const finished = [...records.values()].filter(({ test, diverged }) => test || (diverged ?? null) !== null).length;
  const done = `${count(finished)} of ${count(networksOf(spec))} networks`;
  const engine = `the CPU, in ${shares.length === 1 ? "one Worker" : `${shares.length} Workers`}`;
  const seeds = Array.from({ length: spec.seeds }, (_, i) => spec.seed + i);
  const slug = `${preset}-${seedsOf(spec).replace(/ to /, "-").replace(" ", "")}${mark([hash])}`;
  return {
    slug,
    line: [`${preset}, ${seedsOf(spec)}`, done, `computed on ${engine}`, hash].join(" · "),
    origins: [{ arm: null, preset, seeds, spec, link: hash, command: `engram connect '${hash}'`, engine, done }],
  };
}

/** Of one network that is looked at; before there is a study, of its task alone. */
export function sourceOfLook(study: Study | null, { spec, look }: { readonly spec: ConnectSpec; readonly look: Look }): Source {
  const source = sourceOfStudy(study ?? newStudy(spec, namedStudy(spec).hash, false));
  return { ...source, line: `gain ${look.gain}, ${look.rule}${look.flossed ? ", flossed" : ""}, seed ${look.seed}, test trial ${look.trial + 1} · ${source.line}` };
}
