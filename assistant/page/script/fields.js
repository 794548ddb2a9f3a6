// Fields of ours beside their buttons, and those about the conversation. What is being written in one goes on in a page
// that is loaded again, unless the server has another text by now.
import { drafts, drop, found, handedIn, keepWriting } from "./drafts.js";
import { asks, idle, value, write } from "./parts.js";

/** What stands in the fields beside a button, by their names. */
export function writtenBeside(button) {
  const fields = button.closest(".fields")?.querySelectorAll("[name]") || [];
  return Object.fromEntries([...fields].map((field) => [field.name, field.value]));
}

const fieldName = (field) => {
  const { to, do: act, id } = field.closest(".fields").querySelector("button").dataset;
  return `${to} ${act} ${id} ${field.name}`;
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
    if (to !== "teaching" || open.has(name)) continue;
    const folded = document.querySelector(`[data-to="teaching"][data-do="edit"][data-id="${id}"]`);
    if (handedIn.has(name)) drop(name);
    else if (folded) asks("teaching", { do: "edit", id });
    if (folded) found.delete(name);
  }
}

const shownAbout = () => JSON.parse(value("about-was") || "{}");

export function putBackAbout() {
  const shown = shownAbout();
  for (const [name, { text, base }] of Object.entries(drafts)) {
    const [kind, talk, part] = name.split(" ");
    if (kind !== "about" || talk !== shown.id) continue;
    const field = document.querySelector(`#about-${part} :is(input, textarea)`);
    if (String(shown[part]) !== base) drop(name);
    else if (!field) document.querySelector("#instructions .label-wrap:not(.open)")?.click();
    else if (field.value !== text) {
      write(field, text);
      if (idle()) field.focus();
      if (field.value === text) setTimeout(putBackAbout, 200); // Gradio may fill a field after it has drawn it
    }
  }
}

document.addEventListener("input", ({ target: field }) => {
  const about = field.closest("[id^='about-']")?.id.slice("about-".length);
  const shown = about && shownAbout();
  if (field.matches(".fields [name]")) keepWriting(fieldName(field), field.value, field.defaultValue);
  else if (shown?.id) keepWriting(`about ${shown.id} ${about}`, field.value, String(shown[about]));
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
