// The message that a search found is brought into view when its branch is shown.
import { messageOf, rows } from "./parts.js";

const HELD_MS = 1000; // Gradio goes to the end of what it has drawn, 300 ms later
let sought; // the message to be brought into view; undefined for none

export const seek = (message) => (sought = message);

export function bringFound() {
  const row = sought && rows().find((row) => messageOf(row) === sought);
  if (!row) return;
  sought = undefined;
  const log = row.closest("[role='log']");
  const bring = () => (log.scrollTop += row.getBoundingClientRect().top - log.getBoundingClientRect().top);
  bring();
  log.addEventListener("scroll", bring);
  setTimeout(() => log.removeEventListener("scroll", bring), HELD_MS);
}
