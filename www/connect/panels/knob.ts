// The one knob: the gain of the initial recurrent weights. Turning it begins the study anew, so that a curve forms at once.

import { el, say, type Panel } from "../../dom.js";
import { connect_timing } from "../../generated/page.js";
import { change } from "../link.js";
import type { ConnectRunner } from "../runner.js";
import type { ConnectState, ConnectStore } from "../state.js";
import { isActive, isQuick } from "../study.js";

const MOST = 2;
const STEP = 0.05;
/** How long a hand rests before what it chose begins, in milliseconds. */
const REST = 300;

/** Whether the knob may be turned: nothing is lost that took long, or was not asked for by turning it. */
export function isFree({ study }: Pick<ConnectState, "study">): boolean {
  return !isActive(study) || study.byKnob || isQuick(study.spec, connect_timing(study.spec.task).steps);
}

export function knobPanel(store: ConnectStore, runner: ConnectRunner): Panel<ConnectState> {
  let resting = 0;
  const turn = (text: string) => {
    const gain = Number(text);
    if (text.trim() === "" || !Number.isFinite(gain)) return;
    for (const input of [slider, number]) if (input !== document.activeElement) input.value = text;
    clearTimeout(resting);
    resting = window.setTimeout(() => {
      resting = 0;
      if (isFree(store.state) && change(store, [["gains", JSON.stringify([gain])]])) void runner.start(true);
    }, REST);
  };
  const slider = el("input", { type: "range", id: "gain", min: 0, max: MOST, step: STEP, "aria-describedby": "gain-meaning", input: () => turn(slider.value) });
  const number = el("input", { type: "number", id: "gain-number", "aria-label": "Gain, as a number", min: 0, max: MOST, step: STEP, inputmode: "decimal", input: () => turn(number.value) });
  const fieldset = el("fieldset", { class: "knob" }, el("legend", { class: "aside" }, "The knob"), el("label", { for: slider.id }, "Gain of the initial weights"), el("div", { class: "turned" }, slider, number), el("p", { class: "meaning", id: "gain-meaning" }));
  const meaning = fieldset.querySelector(".meaning")!;
  return {
    element: fieldset,
    update(state) {
      const { gains } = state.spec;
      const isOne = gains.length === 1;
      fieldset.disabled = !isFree(state);
      if (resting === 0) {
        if (slider !== document.activeElement || isOne) slider.value = String(isOne ? gains[0]! : 1);
        if (number !== document.activeElement) number.value = isOne ? String(gains[0]!) : "";
      }
      say(meaning, fieldset.disabled ? "A long study goes on: stop it first, then turn." : isOne ? `Recurrent weights begin as N(0, ${gains[0]}²/N). Turn it: the study begins anew.` : `${gains.length} gains are compared. Turn it to see one alone: the study begins anew.`);
    },
  };
}
