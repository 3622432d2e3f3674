// Says so where the lab's own script did not run: a plain script, since browsers load one where they refuse a module.

import { el } from "./dom.js";

addEventListener("load", () => {
  if (document.documentElement.dataset.opened !== undefined) return;
  document.getElementById("lab")!.replaceChildren(el("p", { class: "notice", role: "alert" }, `The lab's script was not loaded. ${reason()}`));
});

function reason(): string {
  if (location.protocol === "file:") return "Browsers run the lab only from a server, not from files that are opened: “make serve” starts one.";
  if (origin === "null") return "In a frame with “sandbox” the lab runs where its host sends the header Access-Control-Allow-Origin: * with every file; this host does not.";
  return "Is the network, or the server, still there? The lab needs Chrome 91, Firefox 89, Safari 16.4 or newer, and a host that sends .js files as text/javascript.";
}
