// Where numbers come from: a run, or the arms of a comparison, in words and as what computes them again.

import type { Ablated } from "./ablations.js";
import { crc32 } from "./checksum.js";
import type { Comparison } from "./compare.js";
import { engineName } from "./engine.js";
import type { Origin, Source } from "./exhibit.js";
import { spec_to_hash, type Spec } from "./generated/page.js";
import { parts } from "./link.js";
import { isOwn } from "./own.js";
import type { Run } from "./run.js";
import type { Search } from "./search.js";
import { analysedSeeds, type Study } from "./study.js";

export function sourceOfRun(run: Run): Source {
  const { spec, status, phases, plan } = run;
  const link = spec_to_hash(spec);
  const { preset } = parts(link);
  const recording = status.kind === "recorded" ? status.recording : null;
  const origin: Origin = {
    arm: null,
    preset,
    seeds: [spec.seed],
    spec,
    link,
    command: recording?.command ?? command(spec, `'${link}'`),
    engine: engineOf(run),
    done: `${phases.length} of ${plan?.phases.length ?? 0} phases`,
  };
  const recorded = recording ? [`recorded ${recording.date} at commit ${recording.commit}`] : [];
  const line = [`${preset}, seed ${spec.seed}`, origin.done, ...recorded, computedOn(origin.engine), shortened(link)];
  return { slug: `${preset}-seed${spec.seed}${mark([link])}`, line: line.join(" · "), origins: [origin] };
}

export function sourceOfComparison({ arms, seeds, runs }: Comparison): Source {
  const [first, last] = [seeds[0]!, seeds.at(-1)!];
  const origins = arms.map(({ label, spec }, i): Origin => {
    const link = spec_to_hash(spec);
    const engines = new Set(runs[i]!.flatMap((run) => (run && engineOf(run)) ?? []));
    return {
      arm: label,
      preset: parts(link).preset,
      seeds,
      spec,
      link,
      command: command(spec, `'${link}' --seeds ${first}..${last + 1}`),
      engine: [...engines].join(", ") || null,
      done: `${runs[i]!.filter((run) => run?.finished).length} of ${seeds.length} runs`,
    };
  }) as [Origin, ...Origin[]];
  const engines = new Set(origins.flatMap(({ engine }) => engine ?? []));
  const over = first === last ? `seed ${first}` : `seeds ${first} to ${last}`;
  const line = [`${origins.length} arms, ${over}`, ...origins.map(({ arm, done }) => `${arm}: ${done}`), computedOn([...engines].join(", "))];
  const preset = origins.find((_, i) => arms[i]!.bound === null)?.preset ?? origins[0].preset;
  return { slug: `${preset}-${over.replace(/ to /, "-").replace(" ", "")}${mark(origins.map(({ link }) => link))}`, line: line.join(" · "), origins };
}

/** Presets as they were reported, by the command line. */
export function sourceOfReported(rows: readonly Ablated[]): Source {
  const origins = rows.map(({ label, preset: { name, spec, reported } }): Origin => {
    const [first, end] = reported.seeds.split("..").map(Number) as [number, number];
    return {
      arm: label,
      preset: name,
      seeds: Array.from({ length: end - first }, (_, i) => first + i),
      spec,
      link: spec_to_hash(spec),
      command: reported.command,
      engine: null,
      done: `${reported.n} of ${reported.n} runs`,
    };
  }) as [Origin, ...Origin[]];
  const line = rows.map(({ label, preset: { reported } }) => `${label}: ${reported.command}, commit ${reported.commit}`);
  return { slug: origins[0].preset, line: line.join(" · "), origins };
}

export function sourceOfSearch({ spec, tuning, told }: Search): Source {
  const link = spec_to_hash(spec);
  const { preset } = parts(link);
  const done = `${told.length} evaluations`;
  const origin: Origin = {
    arm: null,
    preset,
    seeds: [...new Set(tuning.rungs.flatMap(({ seeds }) => seeds))],
    spec,
    link,
    command: isOwn(spec.data.name) ? null : `engram tune '${link}' --space LOG --out LOG --budget ${told.length}`,
    engine: null,
    done,
  };
  const line = [`${preset}, a search for constants`, done, `seed ${tuning.seed ?? 0}`, shortened(link)].join(" · ");
  return { slug: `${preset}-seed${tuning.seed ?? 0}${mark([link])}`, line, origins: [origin] };
}

/** `analysis` is what `engram analyse` calls it. */
export function sourceOfStudy(study: Study, analysis: string): Source {
  const { spec, runs } = study;
  const seeds = analysedSeeds(study);
  const [first, last] = [seeds[0]!, seeds.at(-1)!];
  const link = spec_to_hash(spec);
  const { preset } = parts(link);
  const engines = new Set(runs.flatMap((run) => (run && engineOf(run)) ?? []));
  const origin: Origin = {
    arm: null,
    preset,
    seeds,
    spec,
    link,
    command: isOwn(spec.data.name) ? null : `engram analyse ${analysis} '${link}' --seeds ${first}..${last + 1}`,
    engine: [...engines].join(", ") || null,
    done: `${seeds.length} of ${runs.length} runs`,
  };
  const over = first === last ? `seed ${first}` : `seeds ${first} to ${last}`;
  const line = [`${preset}, ${over}`, origin.done, computedOn(origin.engine ?? ""), shortened(link)];
  return { slug: `${preset}-${over.replace(/ to /, "-").replace(" ", "")}${mark([link])}`, line: line.join(" · "), origins: [origin] };
}

/** Tells apart in file names what one preset and its seeds do not: `-3fa2c1`, of all settings but the seed. Nothing for a preset as it is. */
export function mark(links: readonly string[]): string {
  const settings = links.map((link) => {
    const { preset, changes } = parts(link);
    return [preset, ...changes.filter(([path]) => path !== "seed").flat()];
  });
  if (settings.length === 1 && settings[0]!.length === 1) return "";
  return `-${crc32(new TextEncoder().encode(JSON.stringify(settings))).toString(16).padStart(8, "0").slice(2)}`;
}

/** A person's own images are not on the command line. */
const command = ({ data }: Spec, what: string): string | null => (isOwn(data.name) ? null : `engram run ${what}`);

function engineOf({ finished, engine }: Run): string | null {
  const used = finished?.engine ?? engine?.engine;
  return used ? engineName(used) : null;
}

const computedOn = (engine: string | null): string => `computed on ${engine || "an engine that was not noted"}`;

/** Links that hold drawings fill pages. */
const shortened = (link: string): string => (link.length > 160 ? `${link.slice(0, 159)}…` : link);
