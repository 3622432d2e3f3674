// Plays a recorded run again: play and pause, how fast, and where in the run.

import { el, say, type Panel } from "../dom.js";
import type { Player, Recording } from "../recording.js";
import type { State } from "../state.js";
import { duration } from "../words.js";

/** Recorded seconds in a second, and how they are written. */
const SPEEDS = [
  [1 / 16, "¹⁄₁₆"],
  [1 / 8, "⅛"],
  [1 / 4, "¼"],
  [1 / 2, "½"],
  [1, "1"],
  [2, "2"],
  [4, "4"],
  [8, "8"],
] as const;

export function recordingPanel(player: Player): Panel<State> {
  let playing = false;
  const play = el("button", { type: "button", click: () => (playing ? player.pause() : player.play()) }, "Replay");
  const speed = el("select", { id: "speed", change: () => (player.speed = Number(speed.value)) });
  const place = el("input", { type: "range", "aria-label": "Place in the recording", min: 0, max: 1, step: "any", input: () => player.seek(() => Number(place.value)) });
  const time = el("output");
  const line = [el("strong", {}, "Recorded"), play, el("div", { class: "speed" }, el("label", { for: speed.id }, "Speed"), speed), el("div", { class: "place" }, place, time)];
  const element = el("section", { class: "recording", "aria-label": "Recorded run", hidden: true }, ...line);
  let filled: Recording | null = null;
  return {
    element,
    update({ run }) {
      element.hidden = run?.status.kind !== "recorded";
      if (run?.status.kind !== "recorded") return;
      const { recording, at } = run.status;
      if (recording !== filled) fillSpeeds(speed, (filled = recording), player.speed);
      playing = run.status.playing;
      say(play, playing ? "Pause replay" : at < recording.seconds ? "Play on" : "Replay");
      place.max = String(recording.seconds);
      place.value = String(at);
      const written = `${at.toFixed(1)} of ${duration(recording.seconds)}`;
      place.setAttribute("aria-valuetext", run.progress ? `${written}, in ${run.progress.name}` : written);
      say(time, written);
    },
  };
}

/** Each speed with how long the whole run takes at it. */
function fillSpeeds(select: HTMLSelectElement, { seconds }: Recording, chosen: number): void {
  select.replaceChildren(...SPEEDS.map(([speed, name]) => el("option", { value: speed }, `× ${name} (${duration(seconds / speed)})`)));
  select.value = String(chosen);
}
