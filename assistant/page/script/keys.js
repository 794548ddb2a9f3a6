// Single keys, where nothing is being typed. Listed for people in keys.py.
import { click, rows } from "./parts.js";

/** The button of the answer at the end, never of one before it; none while that has no such button or is out of sight. */
function newest(what, number = 0) {
  const found = rows().at(-1)?.querySelectorAll(`:scope.bot-row .under [data-do="${what}"]`)[number];
  return found?.checkVisibility() && found;
}

/** Put the cursor somewhere; what a change of tab is just bringing up is waited for, some frames long. */
function focus(selector, tries = 30) {
  const found = document.querySelector(selector);
  found?.focus();
  if (found && document.activeElement !== found && tries) requestAnimationFrame(() => focus(selector, tries - 1));
}

function tab(number) {
  const found = document.querySelectorAll('[role="tab"]')[number];
  return found && getComputedStyle(found).display !== "none" && found; // some are for the first user alone
}

/** Show the list of them, or hide it. */
export function listKeys() {
  const list = document.getElementById("keys");
  list.open ? list.close() : list.showModal();
}

const KEYS = {
  "?": listKeys,
  i: () => focus("#question textarea"),
  n: () => click(document.querySelector("#new-talk")),
  "/": () => focus("#side input, #side textarea"),
  c: () => click(newest("edit")),
  r: () => click(newest("retry")),
  g: () => click(newest("continue")),
  "+": () => click(newest("rate")),
  "-": () => click(newest("rate", 1)),
  Escape: () => click(document.querySelector("#stop") ?? newest("stop")),
  1: () => click(tab(0)),
  2: () => click(tab(1)),
  3: () => click(tab(2)),
  4: () => click(tab(3)),
  5: () => click(tab(4)),
};

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (typing) {
    if (event.key === "Escape" && !event.isComposing && !typing.classList.contains("edit-textarea")) typing.blur();
    return;
  }
  const act = KEYS[event.key];
  if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key !== "?" && document.querySelector("dialog[open]")) return; // "?" closes it, and so does Escape by itself
  event.preventDefault();
  act();
});
