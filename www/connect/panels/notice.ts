// What went wrong, in words: a link, a control, a file, a study that failed.

import { el, say, type Panel } from "../../dom.js";
import type { ConnectState } from "../state.js";

export function noticePanel(): Panel<ConnectState> {
  const element = el("div", { class: "notice", role: "alert", hidden: true });
  return {
    element,
    update({ problem, study }) {
      const text = problem ?? (study?.status.kind === "failed" ? study.status.message : null);
      element.hidden = text === null;
      say(element, text ?? "");
    },
  };
}
