// What the leak a = 1 − dt/τ of a Spec means, in words.

import type { ConnectSpec } from "../generated/engram.js";
import { connect_timing } from "../generated/page.js";
import { percent } from "../words.js";

export function leakWords({ task, network: { tau } }: ConnectSpec): string {
  const { dt, unit } = connect_timing(task);
  const leak = 1 - dt / tau;
  const what = unit === "τ" ? `A step dt is ${dt}, τ is ${tau}` : `A step dt is ${dt} ${unit}, τ is ${tau} ${unit}`;
  const sum = `${what}: the leak a = 1 − dt/τ is ${Number(leak.toPrecision(3))}.`;
  if (leak === 0) return `${sum} Nothing of a unit’s state outlasts a step by itself, and e-prop’s eligibility trace, ε ← a·ε + (1 − a)·f(h), has no memory: it knows only the step before. BPTT has no such limit.`;
  const steps = -1 / Math.log(leak);
  return `${sum} ${percent(leak, 0)} of a unit’s state outlasts a step, and e-prop’s eligibility trace, ε ← a·ε + (1 − a)·f(h), remembers about ${steps.toPrecision(2)} steps. With τ = dt it would have no memory at all.`;
}
