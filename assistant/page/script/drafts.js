// What is being written outlives a page that is loaded again, as after a restart of the server. It is kept by what it
// belongs to until the server has it or it is cancelled; `base` is what the server had when the writing began.
import { write } from "./parts.js";

export const drafts = JSON.parse(sessionStorage.getItem("drafts") ?? "{}");
export const found = new Set(Object.keys(drafts)); // those of an earlier page, until they are put back
export const handedIn = new Set(); // those that were saved, until the server says so

export function keepWriting(name, text, base) {
  found.delete(name);
  handedIn.delete(name);
  if (text === base) return drop(name);
  drafts[name] = { text, base };
  store();
}

export function drop(name) {
  handedIn.delete(name);
  delete drafts[name];
  store();
}

/** What is written in the fields that begin so, by the rest of their names. */
export function draftsOf(kind) {
  const of = Object.entries(drafts).filter(([name]) => name.startsWith(kind));
  return Object.fromEntries(of.map(([name, { text }]) => [name.slice(kind.length), text]));
}

const store = () => sessionStorage.setItem("drafts", JSON.stringify(drafts));

// Who logs out leaves nothing to whoever comes next.
document.addEventListener("submit", (event) => {
  if (event.target.getAttribute("action") !== "/logout") return;
  document.querySelectorAll("#question textarea").forEach((field) => write(field, ""));
  sessionStorage.clear();
});
