// The parts of the page by name: messages, hidden fields that the server listens to, and what is under the cursor.

export const rows = () => [...document.querySelectorAll("#talk .message-row")];

/** Gradio's own buttons of a message. */
export const tools = (row) => [...row.querySelectorAll(".message-buttons button")];

export const messageOf = (row) => row.querySelector(".under")?.dataset.id;

/** The text of a whole message as it was written; what Gradio is given of it has its formulas marked. */
export const textOf = (row) => row.querySelector(".under")?.dataset.text;

/** The conversation that is shown, empty for a new one; null while the server does not say. */
export const shownTalk = () => document.querySelector("#under-data [data-talk]")?.dataset.talk ?? null;

/** The message at the end of the branch that is shown, empty without one. */
export const shownEnd = () => document.querySelector("#under-data [data-message]")?.dataset.message ?? "";

export const questionField = () => document.querySelector("#question textarea");

export const value = (id) => document.querySelector(`#${id} textarea, #${id} input`)?.value ?? "";

export function write(field, text) {
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Put a press into the hidden field of its tab, which the server hears as a change. */
export function asks(to, press) {
  const field = document.querySelector(`#${to}-act textarea, #${to}-act input`);
  if (field) write(field, JSON.stringify({ ...press, at: Date.now() }));
}

/** Whether the cursor can be taken: it stands in no field with something in it. */
export const idle = () => !document.activeElement?.value;

export const click = (found) => found && found.click();

/** The lines of a response, each as soon as it is whole. */
export async function* lines(response) {
  const parts = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (let part; !(part = await parts.read()).done; ) {
    const whole = (rest + part.value).split("\n");
    rest = whole.pop();
    yield* whole;
  }
  if (rest) yield rest;
}
