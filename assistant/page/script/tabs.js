// The tab that is open stands in the address after the #, so that it can be kept and opened again; the chat has no name there.
const ENDING = "-tab-button";
const buttons = () => document.querySelectorAll(`[role="tab"][id$="${ENDING}"]`);
const nameOf = (button) => button.id.slice(0, -ENDING.length);

let opened = false;

/** Open the tab that the address names, once it is there and shown to this user. */
export function openNamed() {
  if (opened) return;
  const wanted = location.hash.slice(1);
  const found = [...buttons()].find((button) => nameOf(button) === wanted);
  if (!wanted || found) opened = true;
  if (found && getComputedStyle(found).display !== "none") found.click();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest('[role="tab"]');
  if (!button || !button.id.endsWith(ENDING)) return;
  opened = true;
  const address = new URL(location.href);
  address.hash = nameOf(button) === "chat" ? "" : nameOf(button);
  history.replaceState(history.state, "", address);
});

window.addEventListener("hashchange", () => {
  opened = false;
  openNamed();
});
