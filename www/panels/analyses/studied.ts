// What a study gives, while it goes on and at its end: how far it is, and its figures.

import { el, type Panel } from "../../dom.js";
import { dataSet, type State } from "../../state.js";
import type { StudyKind } from "../../study.js";
import { confusionFigure } from "./confusion.js";
import { correlationFigure } from "./correlation.js";
import { dreamsFigure } from "./dreams.js";
import { figurePanel, type FigureOfStudy } from "./figure.js";
import { heatMapFigure } from "./heat-map.js";
import { importanceFigure } from "./importance.js";
import { replayFigure } from "./replay.js";
import { studyingPanel } from "./studying.js";
import { weightsFigure } from "./weights.js";

const FIGURES: Record<StudyKind, readonly FigureOfStudy[]> = {
  sleep: [heatMapFigure, weightsFigure, confusionFigure, correlationFigure, replayFigure, dreamsFigure],
  importance: [importanceFigure],
};

export function studiedPanel(kind: StudyKind): Panel<State> {
  const studying = studyingPanel(kind);
  const figures = FIGURES[kind].map(figurePanel);
  const awake = el("p", { class: "notice", hidden: true }, AWAKE);
  const grid = el("div", { class: "studied" }, ...figures.map(({ element }) => element));
  const element = el("div", { hidden: true }, studying.element, awake, grid);
  return {
    element,
    update(state) {
      const study = state.studies[kind];
      element.hidden = study === null;
      if (!study) return;
      const { results, spec } = study;
      studying.update(study);
      grid.hidden = results === null;
      awake.hidden = results === null || kind !== "sleep" || !!results.asleep;
      figures.forEach((figure) => figure.update(results && { study, results, set: dataSet(state, spec.data.name) }));
    },
  };
}

const AWAKE = "These runs do not sleep after they have learnt something, so there is no sleep to analyse: the heat map alone is shown. Choose a strategy that sleeps, and press “Analyse” again.";
