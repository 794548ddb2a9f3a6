// The question in its box: kept until it is sent, and sent only when it can be answered where it belongs.
import { arriving, leaveAddress } from "./address.js";
import { drop, handedIn } from "./drafts.js";
import { reading } from "./files.js";
import { click, questionField, write } from "./parts.js";
import { mustWait } from "./waiting.js";

let restored = false;

export function keepQuestion() {
  const field = questionField();
  if (!field) return;
  const draft = sessionStorage.getItem("draft");
  if (!restored && draft && !field.value) write(field, draft);
  restored = true;
  sessionStorage.setItem("draft", field.value);
}

document.addEventListener("input", (event) => {
  if (!event.target.closest("#question")) return;
  leaveAddress();
  if (restored) keepQuestion();
});

let heard = ""; // the newest mark of what the server has taken

/** Let go of what the server has taken: a question, or a message that was edited. */
export function letGo() {
  const mark = document.querySelector("#taken [data-at]");
  if (!mark || mark.dataset.at === heard) return;
  heard = mark.dataset.at;
  const field = questionField();
  if (mark.dataset.edit) drop(`edit ${mark.dataset.edit}`);
  else if (mark.dataset.sent) field?.value === mark.dataset.sent && write(field, "");
  else handedIn.clear(); // refused: it is still to be handed in
}

let early = false; // sent before the conversation of the address was shown: it would begin another one

/** Send what was sent too early, now that its conversation is there. */
export function sendEarly() {
  if (!early || arriving()) return;
  early = false;
  click(document.querySelector("#send"));
}

function holdBack(event) {
  const sends = event.target.closest?.(event.type === "click" ? "#composer button" : "#question");
  const enters = event.type === "keydown" && event.key === "Enter" && !event.shiftKey && !event.isComposing;
  if (!sends || (event.type === "keydown" && !enters)) return;
  const first = arriving();
  if (!first && !reading() && !(enters && mustWait())) return;
  early ||= first && (enters || sends.id === "send");
  event.preventDefault();
  event.stopImmediatePropagation();
}
document.addEventListener("click", holdBack, true);
document.addEventListener("keydown", holdBack, true);
