// Prediction errors of each pair of areas: within the showing of an image, and over learning.

import { card, side, smallType } from "../card.js";
import { el, type Panel } from "../dom.js";
import type { Watched } from "../generated/engram.js";
import { errorsByCourse, errorsByPhase, errorsInTime, pointsOf, type ErrorCourse, type ErrorSeries } from "../plots/errors.js";
import { asImage } from "../plots/figure.js";
import type { Run } from "../run.js";
import type { State } from "../state.js";
import { errorTables } from "../tables/watched.js";
import { areasIn, errorCourses, errorSeries } from "../tables/areas.js";
import { expectsIt, pairNames, unitOf } from "../watched.js";
import { figures } from "../words.js";

export function errorsPanel(): Panel<State> {
  return card({
    kind: "errors",
    title: "Prediction errors",
    lead: "What came less what was expected, root mean square over units: of each unit's mean in a moving window while the image is shown, and of its mean over a whole showing, averaged over all samples that a phase taught and over all test images after it; and the same along a phase's samples, a point every twentieth.",
    depends: ({ watching }, run) => (areasIn(run) > 0 && (watching?.watched || run.phases.length > 0) ? [watching, run.phases.length, run.plan] : null),
    draw: (state, run, width) => {
      const areas = areasIn(run);
      const watched = state.watching?.watched ?? null;
      return [
        ...pairNames(areas).map((name, pair) => pairPart(run, watched, pair, name, areas, width)),
        el("p", { class: "caption" }, `${watched ? `The window is ${watched.window} ms long. ` : ""}Over the phases: n = 1 run; without a label, as on test images, the labels have no error.`),
      ];
    },
    tables: (state, run) => errorTables(state.watching?.watched ?? null, run),
  });
}

function pairPart(run: Run, watched: Watched | null, pair: number, name: string, areas: number, width: number): HTMLElement {
  const room = side(width, 2);
  const unit = unitOf(pair, areas);
  const title = `${name.charAt(0).toUpperCase()}${name.slice(1)}, as ${expectsIt(pair, areas)} expects ${pair === areas ? "them" : "it"}`;
  const during = watched?.pairs[pair]?.error ?? [];
  const inTime = during.length > 0 ? [timeFigure(during, watched!.dt, name, unit, room)] : [];
  const series = errorSeries(run, pair);
  const overPhases = series.some((one) => pointsOf(one).length > 0) ? [phaseFigure(run, series, name, unit, room)] : [];
  const courses = errorCourses(run, pair);
  const within = courses.length > 0 ? [courseFigure(courses, name, unit, room)] : [];
  return el("div", {}, el("h3", {}, title), el("div", { class: "pair" }, ...inTime, ...overPhases, ...within));
}

function timeFigure(error: readonly number[], dt: number, name: string, unit: string, width: number): HTMLElement {
  const words = `error during the showing, ${unit}`;
  return el("figure", {}, el("figcaption", {}, words), asImage(errorsInTime(error, dt, width, smallType()), `${name}: ${words}, at the end ${figures(error.at(-1)!)}.`));
}

function courseFigure(courses: readonly ErrorCourse[], name: string, unit: string, width: number): HTMLElement {
  const words = `error while it learnt, ${unit}`;
  const told = courses.map(({ phase, points }) => `${phase} from ${figures(points[0]!.error)} to ${figures(points.at(-1)!.error)}`);
  return el("figure", { class: "course" }, el("figcaption", {}, words), asImage(errorsByCourse(courses, width, smallType()), `${name}: ${words}: ${told.join(", ")}.`));
}

function phaseFigure({ phases, plan }: Run, series: readonly ErrorSeries[], name: string, unit: string, width: number): HTMLElement {
  const words = `error over learning, ${unit}`;
  const names = plan?.phases ?? phases.map((phase) => phase.name);
  const told = series.flatMap((one) => pointsOf(one).map(({ phase, error }) => `${names[phase]} ${figures(error)} ${one.name}`));
  return el("figure", {}, el("figcaption", {}, words), asImage(errorsByPhase(names, series, width, smallType()), `${name}: ${words}: ${told.join(", ")}.`));
}
