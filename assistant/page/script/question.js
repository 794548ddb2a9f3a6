// The question in its box: kept until it is sent, and sent only when it can be answered where it belongs.
import { arriving, leaveAddress, named } from "./address.js";
import { drop, handedIn } from "./drafts.js";
import { letGoPrepared } from "./fields.js";
import { reading } from "./files.js";
import { click, questionField, shownTalk, write } from "./parts.js";
import { say } from "./speech.js";
import { mustWait, tell } from "./waiting.js";

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
  early = null; // it is being changed, so it is sent by hand
  if (restored) keepQuestion();
});

let heard = ""; // the newest mark of what the server has taken

/** Let go of what the server has taken: a question, or a message that was edited. */
export function letGo() {
  const mark = document.querySelector("#taken [data-at]");
  if (!mark || mark.dataset.at === heard) return;
  heard = mark.dataset.at;
  const field = questionField();
  if (mark.dataset.begins) letGoPrepared();
  if (mark.dataset.edit) drop(`edit ${mark.dataset.edit}`);
  else if (mark.dataset.sent) field?.value === mark.dataset.sent && write(field, "");
  else if (mark.dataset.unsent) field?.value === "" && write(field, mark.dataset.unsent);
  else handedIn.clear(); // refused: it is still to be handed in
}

// A question sent before the conversation of the address is shown would begin another one: it waits for that, not for ever.
const LONGEST_MS = 10_000;
let early = null; // the conversation that a question waits for
let since = 0; // when the first one began to wait; 0 while none was told to

/** Send what was sent too early, now that its conversation is there. */
export function sendEarly() {
  if (!since || arriving()) return;
  since = 0;
  tell("");
  if (early !== null && early === shownTalk()) click(document.querySelector("#send"));
  early = null;
}

function waitsForItsConversation() {
  if (!arriving()) return false;
  since ||= Date.now();
  if (Date.now() - since > LONGEST_MS) return false;
  tell(say("The conversation is being opened …"));
  return true;
}

function holdBack(event) {
  const sends = event.target.closest?.(event.type === "click" ? "#send" : "#question");
  const enters = event.type === "keydown" && event.key === "Enter" && !event.shiftKey && !event.isComposing;
  if (!sends || (event.type === "keydown" && !enters)) return;
  const waits = waitsForItsConversation();
  if (waits) early = named();
  if (!waits && !reading() && !(enters && mustWait())) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}
document.addEventListener("click", holdBack, true);
document.addEventListener("keydown", holdBack, true);
