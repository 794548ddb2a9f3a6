// The focus stays with its button or field when the server draws that anew, or goes to the nearest that is left: without
// a mouse one would have to begin at the top of the page. Messages keep theirs in placing.js.
const PARTS = "button[data-do], .fields [name]";

let last = null; // what had the focus, its tab, and its place among the buttons and fields there

const partsOf = (tab) => [...tab.querySelectorAll(PARTS)].filter((part) => part.checkVisibility());

/** What a press of it carries, or of the button that its field is beside. */
const pressOf = (part) => (part.matches("button") ? part : part.closest(".fields").querySelector("button"))?.dataset ?? {};

/** The same where that is drawn anew: with the name of a field, without what may be asked before it is pressed. */
function named(part) {
  const { ask, kept, ...press } = pressOf(part);
  return JSON.stringify([part.name ?? "", press]);
}

const isOn = (part) => part.getAttribute("aria-pressed") === "true";

document.addEventListener("focusin", ({ target }) => {
  const tab = target.closest('[role="tabpanel"]');
  const ours = tab && target.matches(PARTS) && !target.closest(".message-row");
  const place = ours && partsOf(tab).indexOf(target);
  last = ours ? { part: target, tab, place, name: named(target), press: { ...pressOf(target) }, on: isOn(target) } : null;
});
document.addEventListener("pointerdown", ({ target }) => {
  if (!last?.part.contains(target)) last = null;
});

/** The field that `part` has just opened, to word something anew. */
const opened = (part) =>
  part.dataset.do === "edit" && isOn(part) && !last.on && part.closest("article")?.querySelector(".fields [name]");

/** After what was drawn anew; Gradio keeps some of what is the same in both, and the focus with it. */
export function putBackFocus() {
  const now = document.activeElement;
  if (!last || (now !== last.part && (now !== document.body || last.part.isConnected))) return;
  const part = last.part.isConnected ? now : sameOrNearest();
  const field = part && opened(part);
  if (field) field.focus();
  else if (part !== now) part?.focus({ preventScroll: true });
}

/** The same button or field, another of the same thing, one that does the same, or just the nearest. */
function sameOrNearest() {
  const { to, do: act, id } = last.press;
  const parts = partsOf(last.tab);
  const far = (part) => Math.abs(parts.indexOf(part) - last.place);
  const nearest = (fits) => parts.filter((part) => fits(pressOf(part), part)).sort((a, b) => far(a) - far(b))[0];
  return (
    nearest((_, part) => named(part) === last.name) ??
    nearest((press) => id && press.to === to && press.id === id) ??
    nearest((press) => press.to === to && press.do === act) ??
    nearest(() => true)
  );
}
