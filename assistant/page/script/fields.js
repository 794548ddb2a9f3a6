// Fields of ours beside their buttons, and those about the conversation. What is being written in one goes on in a page
// that is loaded again, unless the server has another text by now.
import { drafts, draftsOf, drop, found, handedIn, keepWriting } from "./drafts.js";
import { asks, idle, value, write } from "./parts.js";

/** What stands in the fields beside a button, by their names. */
export function writtenBeside(button) {
  const fields = button.closest(".fields")?.querySelectorAll("[name]") || [];
  return Object.fromEntries([...fields].map((field) => [field.name, field.value]));
}

const fieldName = (field) => {
  const { to, do: act, id, wording = "" } = field.closest(".fields").querySelector("button").dataset;
  return `${to} ${act} ${id} ${field.name} ${wording}`.trimEnd();
};

/** Saved, the fields beside a button are kept until they are gone or say what the server has; cancelled, no longer. */
export function leaveFields(button) {
  const beside = button.closest(".fields");
  const saves = beside && button === beside.querySelector("button");
  for (const field of beside ? beside.querySelectorAll("[name]") : [])
    saves ? handedIn.add(fieldName(field)) : drop(fieldName(field));
}

export function putBackFields(part) {
  for (const field of part.querySelectorAll(".fields [name]")) {
    const name = fieldName(field);
    if (field.of && field.of !== name) field.value = field.defaultValue; // Gradio made it another one's
    field.of = name;
    if (!(name in drafts)) continue;
    if (drafts[name].base !== field.defaultValue) drop(name);
    else if (field.value === field.defaultValue) field.value = drafts[name].text;
  }
}

/** The field of a correction is folded away in a page that is loaded again: it is unfolded once more. */
export function putBackCorrections() {
  const open = new Set([...document.querySelectorAll("article .fields [name]")].map(fieldName));
  for (const name of [...handedIn, ...found]) {
    const [to, , id] = name.split(" ");
    if (to !== "teaching") continue;
    if (open.has(name)) lately(name) || found.delete(name);
    else if (handedIn.has(name)) drop(name);
    else if (document.querySelector(`[data-to="teaching"][data-do="edit"][data-id="${id}"]`)) unfold(name, id);
  }
}

const AGAIN_MS = 1500;
const TIMES = 3;
const asked = new Map(); // name -> when it was asked to be unfolded

const lately = (name) => Date.now() - (asked.get(name)?.at(-1) ?? 0) < AGAIN_MS;

/** Ask for the field, and again while it is not there: the list may be drawn anew meanwhile, without it. */
function unfold(name, id) {
  if (lately(name)) return;
  const times = asked.get(name) ?? [];
  if (times.length === TIMES) return found.delete(name);
  asked.set(name, [...times, Date.now()]);
  asks("teaching", { do: "editing", id });
  setTimeout(putBackCorrections, AGAIN_MS + 50);
}

const shownAbout = () => JSON.parse(value("about-was") || "{}");

const aboutField = (part) => document.querySelector(`#about-${part} :is(input, textarea)`);

/** What a field was last seen to say is `text`: what it says itself is then told apart from that. */
const seeAbout = (part, text) => write(aboutField("was"), JSON.stringify({ ...shownAbout(), [part]: text }));

export function putBackAbout() {
  const shown = shownAbout();
  for (const [name, { text, base }] of Object.entries(drafts)) {
    const [kind, talk, part] = name.split(" ");
    if (kind !== "about" || talk !== shown.id) continue;
    const field = aboutField(part);
    if (String(shown[part]) !== base) {
      if (found.has(name) && String(shown[part]) !== text) seeAbout(part, base); // so the server tells of both
      else drop(name);
      found.delete(name);
    }
    else if (!field) document.querySelector("#instructions .label-wrap:not(.open)")?.click();
    else if (field.value !== text) {
      write(field, text);
      if (idle()) field.focus();
      if (field.value === text) setTimeout(putBackAbout, 200); // Gradio may fill a field after it has drawn it
    }
  }
}

const NEW = "about  "; // the fields of a conversation that has not begun, which has no id

/** What is set for the conversation that begins next. */
export const prepared = () => draftsOf(NEW);

/** It has begun. */
export const letGoPrepared = () => Object.keys(prepared()).forEach((part) => drop(NEW + part));

/** Write what a preset says for it into the fields; the server hears of it as of a field that is left. */
export function fillAbout(values) {
  const parts = Object.keys(shownAbout()).filter((part) => part in values && part !== "id");
  for (const part of parts) write(aboutField(part), values[part]);
  setTimeout(() => aboutField(parts[0]).dispatchEvent(new Event("blur")));
}

/** Of a field that another tab has changed too, keep what is written here, or take what is stored. */
export function settleAbout(press) {
  const stored = JSON.parse(press.stored);
  const field = aboutField(press.field);
  seeAbout(press.field, stored);
  if (press.do === "take") write(field, String(stored));
  setTimeout(() => field.dispatchEvent(new Event("blur")));
}

// The field is not left by a press that settles it: what it said before might reach the server after what was chosen.
document.addEventListener("mousedown", (event) => {
  if (event.target.closest("#clash button")) event.preventDefault();
});

document.addEventListener("input", ({ target: field }) => {
  const about = field.closest("[id^='about-']")?.id.slice("about-".length);
  const shown = about && shownAbout();
  if (field.matches(".fields [name]")) keepWriting(fieldName(field), field.value, field.defaultValue);
  else if (shown?.id !== undefined) keepWriting(`about ${shown.id} ${about}`, field.value, String(shown[about]));
});

// Enter saves, in a field of several lines with Ctrl; Esc cancels where something can be cancelled.
document.addEventListener("keydown", (event) => {
  const beside = event.target.closest?.(".fields [name]") && event.target.closest(".fields");
  if (!beside || event.isComposing) return;
  const enter = event.key === "Enter" && (event.target instanceof HTMLInputElement || event.ctrlKey || event.metaKey);
  if (!enter && event.key !== "Escape") return;
  const [save, cancel] = beside.querySelectorAll("button");
  const press = enter ? save : cancel;
  if (!press) return;
  event.preventDefault();
  press.click();
});
