// The line above the question, and saying in it why nothing happens while an answer is being written.
import { rows, tools } from "./parts.js";
import { say } from "./speech.js";

export const tell = (text) => (document.getElementById("reading").textContent = text);

/** Whether an answer is being written: Gradio lets no message be edited then. */
export const busy = () => rows().some((row) => tools(row).some((button) => button.disabled));

let told = false;

/** Say why nothing happens while an answer is being written; whether one is. */
export function mustWait() {
  if (busy()) tell(say("Wait until the answer is there, or stop it."));
  told ||= busy();
  return busy();
}

export function untell() {
  if (!told || busy()) return;
  told = false;
  tell("");
}
