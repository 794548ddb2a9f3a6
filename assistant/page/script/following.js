// An answer that is being written, but not for this tab, as after the page was loaded anew, is looked at again until it is whole.
// Not while an event is unanswered or was just caused: what was pressed last decides what is shown.
import { asks } from "./parts.js";
import { waiting } from "./stream.js";

const EVERY_MS = 1000;
const looked = () => document.querySelector("#under-data [data-writing]")?.dataset.writing;

let seen; // when the server looked last, as far as that was drawn
let timer;
let acted = 0;
for (const act of ["click", "keydown", "popstate"]) window.addEventListener(act, () => (acted = Date.now()), true);

/** Look again some time after what was seen last; without an answer from the server no more. */
export function follow() {
  if (!looked() || looked() === seen) return;
  seen = looked();
  wait();
}

function wait() {
  clearTimeout(timer);
  timer = setTimeout(look, EVERY_MS);
}

function look() {
  if (!looked()) return;
  if (waiting() || Date.now() - acted < EVERY_MS) wait();
  else asks("follow", { do: "look" });
}
