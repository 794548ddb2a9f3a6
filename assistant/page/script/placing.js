// Puts what the server wrote about each message under it, and names what Gradio leaves without a name or a key.
import { putBackFields } from "./fields.js";
import { rows } from "./parts.js";
import { say } from "./speech.js";

const written = () => [...document.querySelectorAll("#under-data .under")];

/** Every message row gets what was written for it; what is there already stays, with the focus in it. */
export function place() {
  const parts = new Map(written().map((part) => [Number(part.dataset.row), part]));
  rows().forEach((row, index) => {
    const home = row.querySelector(".flex-wrap") || row;
    const old = home.querySelector(":scope > .under");
    const part = parts.get(index);
    if (old && part && old.written === part.outerHTML) return;
    const focused = old && old.contains(document.activeElement) ? key(document.activeElement) : "";
    const fresh = part && part.cloneNode(true);
    if (fresh) fresh.written = part.outerHTML; // as the server wrote it, whatever a press changes here
    if (old && fresh) keepOpen(old, fresh);
    if (old && fresh) old.replaceWith(fresh);
    else if (old) old.remove();
    else if (fresh) home.append(fresh);
    if (fresh) putBackFields(fresh);
    if (focused && fresh) {
      const again = [...fresh.querySelectorAll("button, [name]")].find((found) => key(found) === focused);
      if (again) again.focus();
    }
  });
}

/** What somebody has unfolded in `old` is unfolded in `fresh` too. */
function keepOpen(old, fresh) {
  const folds = [...fresh.querySelectorAll("details")];
  [...old.querySelectorAll("details")].forEach((fold, index) => folds[index]?.toggleAttribute("open", fold.open));
}

const key = (button) => (button.getAttribute("aria-label") || "") + button.textContent;

/** Gradio says these in English whatever the language. */
export function nameParts() {
  const name = (part, text) => part && part.getAttribute("aria-label") !== text && part.setAttribute("aria-label", text);
  const all = (what) => document.querySelectorAll(what);
  const text = (part) => part.getAttribute("aria-label").replace(/^\w+'s message: /, "");
  all("#talk [role='log']").forEach((part) => name(part, say("Conversation")));
  all(`#talk [aria-label^="bot's "]`).forEach((part) => name(part, say("bot's message: {text}", { text: text(part) })));
  all(`#talk [aria-label^="user's "]`).forEach((part) => name(part, say("user's message: {text}", { text: text(part) })));
  all("[data-testid='toast-close']").forEach((part) => name(part, say("Close")));
  for (const { firstChild: head } of all(".toast-title")) if (head?.data?.trim() === "Warning") head.data = say("Warning");
}

/** What Gradio leaves to be reached by keyboard: code that is scrolled, and a message beside its button to close. */
export function makeReachable() {
  for (const code of document.querySelectorAll("#talk pre:not([tabindex])")) code.tabIndex = 0;
  for (const head of document.querySelectorAll(".toast-header[role]")) {
    const title = head.querySelector(".toast-title-row");
    for (const name of ["role", "tabindex"]) {
      title.setAttribute(name, head.getAttribute(name)); // a button may not hold another one
      head.removeAttribute(name);
    }
  }
}
