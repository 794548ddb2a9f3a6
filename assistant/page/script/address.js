// The address names the conversation that is shown and the end of its branch, so that they can be kept, opened again, and
// gone back to. Other branches of one conversation are no steps to go back.
import { asks, shownEnd, shownTalk } from "./parts.js";

const inAddress = (what) => new URLSearchParams(location.search).get(what) || "";

export const named = () => inAddress("talk");

let awaited = null; // the conversation that an address gone back to names, until it is shown or another is pressed

/** Another conversation than the one gone back to is wanted now. */
export const leaveAddress = () => (awaited = null);

let arrived = false;

/** Whether the page was opened by the address of a conversation that the server has not shown yet. */
export function arriving() {
  arrived ||= named() === "" || shownTalk() !== null;
  return !arrived;
}

export function tellAddress() {
  const shown = shownTalk(); // null again while a question is on its way
  if (shown !== null) arrived = true;
  if (shown === awaited) awaited = null;
  const end = shownEnd();
  const stays = shown === named();
  if (shown === null || awaited !== null || (stays && end === inAddress("message"))) return;
  const address = new URL(location.href);
  for (const [name, id] of Object.entries({ talk: shown, message: end }))
    id ? address.searchParams.set(name, id) : address.searchParams.delete(name);
  stays ? history.replaceState(history.state, "", address) : history.pushState(history.state, "", address);
}

window.addEventListener("popstate", () => {
  const id = (awaited = named());
  asks("chat", id ? { do: "open", id, message: inAddress("message") } : { do: "new" });
});
