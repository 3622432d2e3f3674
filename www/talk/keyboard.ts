// The keyboard in the talk: a figure that was clicked has it, as any frame; the slides get it back when the pointer leaves.

import { say } from "../dom.js";

/** `hint` says who has the keyboard while a figure has it. */
export function shareKeyboard(hint: HTMLElement): void {
  const holder = () => (document.activeElement instanceof HTMLIFrameElement ? document.activeElement : null);
  const tell = () => say(hint, holder() ? "The figure has the keyboard. Click beside it, or tab out of it, and the arrow keys turn slides." : "");
  addEventListener("blur", () => setTimeout(tell)); // the frame is the active element only after this event
  addEventListener("focus", tell);
  for (const frame of document.querySelectorAll("iframe")) {
    frame.addEventListener("pointerleave", () => {
      if (holder() !== frame) return;
      frame.blur();
      window.focus();
      tell();
    });
  }
}
