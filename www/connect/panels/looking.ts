// Which network is looked at, and which trial it is given.

import { el, say, type Panel } from "../../dom.js";
import type { Credit } from "../../generated/engram.js";
import { RULES } from "../names.js";
import { lookWithin, shownSpec, type ConnectState, type ConnectStore, type Look } from "../state.js";

/** Test trials that can be stepped through. */
const TRIALS = 512;

export function lookingPanel(store: ConnectStore): Panel<ConnectState> {
  const look = (change: Partial<Look>) => store.set({ look: { ...lookWithin(store.state.look, shownSpec(store.state)), ...change } });
  const gain = el("select", { id: "look-gain", change: () => look({ gain: Number(gain.value) }) });
  const rule = el("select", { id: "look-rule", change: () => look({ rule: rule.value as Credit }) });
  const flossed = el("select", { id: "look-flossed", change: () => look({ flossed: flossed.value === "true" }) }, el("option", { value: "false" }, "not flossed"), el("option", { value: "true" }, "flossed"));
  const seed = el("select", { id: "look-seed", change: () => look({ seed: Number(seed.value) }) });
  const step = (by: number) => look({ trial: (store.state.look.trial + by + TRIALS) % TRIALS });
  const which = el("output", { class: "value" });
  const treatment = field("Treatment", flossed);
  const element = el(
    "section",
    { class: "looking", "aria-label": "Look into one network" },
    el("h2", {}, "Look into one network"),
    el("div", { class: "chosen" }, field("Gain", gain), field("Rule", rule), treatment, field("Seed", seed)),
    el("div", { class: "buttons" }, el("button", { type: "button", click: () => step(-1) }, "Previous trial"), which, el("button", { type: "button", click: () => step(1) }, "Next trial")),
  );
  return {
    element,
    update(state) {
      const spec = shownSpec(state);
      const now = lookWithin(state.look, spec);
      fill(gain, spec.gains.map((value) => [String(value), String(value)]), String(now.gain));
      fill(rule, spec.rules.map((value) => [value, RULES[value].title]), now.rule);
      fill(seed, Array.from({ length: spec.seeds }, (_, i) => [String(spec.seed + i), String(spec.seed + i)]), String(now.seed));
      treatment.hidden = spec.flossing.when !== "both";
      flossed.value = String(now.flossed);
      say(which, `test trial ${now.trial + 1}`);
    },
  };
}

const field = (name: string, control: HTMLElement): HTMLElement => el("div", { class: "field" }, el("label", { for: control.id }, name), control);

function fill(select: HTMLSelectElement, choices: readonly (readonly [string, string])[], value: string): void {
  const values = choices.map(([value]) => value).join();
  if ([...select.options].map(({ value }) => value).join() !== values) select.replaceChildren(...choices.map(([value, label]) => el("option", { value }, label)));
  select.value = value;
}
