// A message opened for editing, through Gradio's own buttons.
import { drafts, drop, handedIn, keepWriting } from "./drafts.js";
import { idle, messageOf, rows, textOf, tools, write } from "./parts.js";
import { say } from "./speech.js";
import { busy, mustWait } from "./waiting.js";

let editing; // the message whose editor was opened last
let opening = 0;

/** Open the message of `row` and put the cursor into it. */
export function edit(row, byItself = false) {
  const open = tools(row).find((button) => button.getAttribute("aria-label") === "Edit") || tools(row).at(-1);
  editing = messageOf(row);
  open.click();
  let tries = 20;
  clearInterval(opening);
  opening = setInterval(() => {
    const field = row.querySelector("textarea.edit-textarea");
    if (field) {
      const answer = row.classList.contains("bot-row");
      field.setAttribute("aria-label", answer ? say("The answer as it should be") : say("The question in other words"));
      const text = drafts[`edit ${editing}`]?.text ?? textOf(row) ?? field.value;
      if (field.value !== text) write(field, text);
      field.rows = Math.min(16, Math.max(2, field.value.split("\n").length + 1));
      if (!byItself || idle()) field.focus();
      field.setSelectionRange(field.value.length, field.value.length);
    }
    if (field || --tries === 0) opening = clearInterval(opening);
  }, 25);
}

/** While a message is edited Gradio shows two buttons: submit, then cancel. */
export function end(row, save) {
  const [submit, cancel] = tools(row).slice(-2);
  if (save) handedIn.add(`edit ${editing}`);
  else drop(`edit ${editing}`);
  (save ? submit : cancel).click();
  const again = row.querySelector('.under [data-do="edit"]');
  setTimeout(() => again?.isConnected && document.activeElement === document.body && again.focus(), 50);
}

/** An editor goes with its message: closed where another is shown in its row, opened again where it was left. */
export function putBackEditor() {
  const open = document.querySelector("#talk .edit-textarea")?.closest(".message-row");
  if (open && messageOf(open) !== editing) tools(open).at(-1).click();
  if (open || opening || busy()) return;
  const left = rows().findLast((row) => `edit ${messageOf(row)}` in drafts && !handedIn.has(`edit ${messageOf(row)}`));
  if (left) edit(left, true);
}

document.addEventListener("input", ({ target: field }) => {
  if (field.matches(".edit-textarea") && editing) keepWriting(`edit ${editing}`, field.value, textOf(field.closest(".message-row")));
});

document.addEventListener("keydown", (event) => {
  const field = event.target;
  if (!(field instanceof HTMLTextAreaElement) || !field.classList.contains("edit-textarea")) return;
  const save = event.key === "Enter" && (event.ctrlKey || event.metaKey);
  if (event.isComposing || (!save && event.key !== "Escape")) return;
  event.preventDefault();
  if (!mustWait()) end(field.closest(".message-row"), save);
});
