// The address names the conversation that is shown, so that it can be kept, opened again, and gone back to.
import { asks, shownTalk } from "./parts.js";

export const named = () => new URLSearchParams(location.search).get("talk") || "";

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
  if (shown === null || awaited !== null || shown === named()) return;
  const address = new URL(location.href);
  if (shown) address.searchParams.set("talk", shown);
  else address.searchParams.delete("talk");
  history.pushState(history.state, "", address);
}

window.addEventListener("popstate", () => {
  const id = (awaited = named());
  asks("chat", id ? { do: "open", id } : { do: "new" });
});
