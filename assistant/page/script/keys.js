// Single keys, where nothing is being typed. Listed for people in keys.py.
import { click } from "./parts.js";

const newest = (what) => [...document.querySelectorAll(`#talk .bot-row .under ${what}`)].at(-1);

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

const KEYS = {
  "?": () => {
    const list = document.getElementById("keys");
    list.open ? list.close() : list.showModal();
  },
  i: () => focus("#question textarea"),
  n: () => click(document.querySelector("#new-talk")),
  "/": () => focus("#side input, #side textarea"),
  c: () => click(newest('[data-do="edit"]')),
  r: () => click(newest('[data-do="retry"]')),
  g: () => click(newest('[data-do="continue"]')),
  "+": () => click(newest('[data-do="rate"][data-value="1"]')),
  "-": () => click(newest('[data-do="rate"][data-value="-1"]')),
  Escape: () => click(document.querySelector("#stop")),
  1: () => click(tab(0)),
  2: () => click(tab(1)),
  3: () => click(tab(2)),
  4: () => click(tab(3)),
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
