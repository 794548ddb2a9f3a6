// Copies the text of an answer as it was written. A browser has a clipboard only for pages of this computer or of https;
// elsewhere the text is put into a field for a moment, and copied from there.
import { textOf } from "./parts.js";
import { say } from "./speech.js";
import { tell } from "./waiting.js";

export async function copy(row, button) {
  if (!(await copied(textOf(row) ?? ""))) return tell(say("This browser lets no page copy. Mark the text and copy it by hand."));
  button.textContent = say("Copied");
  setTimeout(() => (button.textContent = say("Copy")), 1500);
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedFromField(text);
  }
}

function copiedFromField(text) {
  const before = document.activeElement;
  const field = document.createElement("textarea");
  field.value = text;
  field.style.cssText = "position: fixed; opacity: 0";
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  before?.focus();
  return done;
}
