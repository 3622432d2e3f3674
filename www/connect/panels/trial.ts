// A test trial of the task: what comes in, what is wanted, and what the network that is looked at answers.

import { smallType, cardOf } from "../../card.js";
import { el, type Panel } from "../../dom.js";
import type { Source } from "../../exhibit.js";
import { connect_timing } from "../../generated/page.js";
import { asImage } from "../../plots/figure.js";
import { percent } from "../../words.js";
import { pastOf, RULES, TASKS } from "../names.js";
import { trial } from "../plots/trial.js";
import type { ConnectState, Seen } from "../state.js";
import { lineOf, trialTable } from "../tables.js";

export function trialPanel(source: (seen: Seen) => Source): Panel<ConnectState> {
  return cardOf<ConnectState, Seen>(
    {
      kind: "trial",
      title: "A trial of the task",
      lead: "What the network sees, and below it what is wanted of its outputs (broad, pale) and what they say (thin). The bar at the foot marks the steps that count for the loss.",
      depends: (_, seen) => [seen],
      draw: (_, seen, width) => strips(seen, width),
      tables: (_, seen) => [trialTable(seen, connect_timing(seen.spec.task))],
    },
    { subject: ({ seen }) => seen, source },
  );
}

function strips(seen: Seen, width: number): Node[] {
  const { spec, trial: shown, look } = seen;
  const fontSize = smallType();
  const { dt, unit, steps, inputs, outputs } = connect_timing(spec.task);
  const names = TASKS[spec.task];
  const letters = Math.max(...[...names.inputs, ...names.outputs].map(({ length }) => length));
  const shared = { epochs: shown.epochs, steps, dt, unit, letters };
  const comes = names.inputs.map((name, i) => ({ name, wanted: lineOf(shown.input, inputs, i), answer: null }));
  const wanted = names.outputs.map((name, i) => ({ name, wanted: lineOf(shown.target, outputs, i), answer: seen.shown ? lineOf(seen.shown.answer, outputs, i) : null }));
  const epochs = shown.epochs.map(({ name, steps: [from, to] }) => `${name} from ${from * dt} to ${to * dt}`).join(", ");
  const above = asImage(trial({ ...shared, lines: comes, mask: null, isFirst: true, isLast: false }, width, fontSize), `Inputs of test trial ${look.trial + 1}: ${names.inputs.join(", ")}. Time in ${unit}: ${epochs}.`);
  const below = asImage(trial({ ...shared, lines: wanted, mask: shown.mask, isFirst: false, isLast: true }, width, fontSize), `Outputs: what is wanted${seen.shown ? ", and what the network answers" : ""}. ${verdict(seen)}`);
  const title = (text: string) => el("h3", {}, text);
  return [el("p", { class: "caption" }, names.asks), title(names.inputs.length > 1 ? "Inputs" : "Input"), above, title("Outputs"), below, el("p", { class: "caption answer" }, verdict(seen))];
}

/** What the network says in the decision, and whether that is right. */
export function verdict(seen: Seen): string {
  const { spec, trial, shown, look } = seen;
  const { outputs } = TASKS[spec.task];
  const right = outputs[trial.right] ?? "?";
  if (!shown) return `Right is “${right}”. There is no network yet.`;
  const answer = answered(shown.answer, outputs.length, trial.decision);
  const isActions = spec.task !== "romo";
  const sure = isActions ? `, probability ${percent(answer.value, 0)}` : `, mean output ${answer.value.toFixed(2)}`;
  return `${answer.output === trial.right ? "Right" : "Wrong"}: in the decision it says “${outputs[answer.output]}”${sure}; right is “${right}”. Gain ${look.gain}, ${RULES[look.rule].title}${look.flossed ? ", flossed" : ""}, seed ${look.seed}, ${pastOf(seen)}.`;
}

/** The output with the largest mean over the steps of the decision. */
export function answered(answer: readonly number[], outputs: number, [from, to]: readonly [number, number]): { readonly output: number; readonly value: number } {
  const means = Array.from({ length: outputs }, (_, i) => {
    const values = lineOf(answer, outputs, i).slice(from, to);
    return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  });
  const value = Math.max(...means);
  return { output: means.indexOf(value), value };
}
