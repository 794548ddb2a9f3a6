// Files that are dropped or chosen: documents for a conversation, and conversations to be taken in.
import { letGoPrepared, prepared } from "./fields.js";
import { asks, lines, value } from "./parts.js";
import { say } from "./speech.js";
import { plain } from "./stream.js";
import { tell } from "./waiting.js";

const waiting = []; // each file that is still to be read, with its place: `at` is its conversation, once there is one
let begins; // the place of files that came where no conversation was open, until all are read

/** How many documents are still to be read; meanwhile no question is sent, which would be answered without them. */
export const reading = () => waiting.length;

/** Documents, one after the other, each for the conversation that is shown when it comes. */
function read(files) {
  const at = value("talk-id");
  if (!at && document.querySelector("#stop")) return tell(say("Wait until the answer is there, or stop it."));
  const place = at ? { at } : (begins ??= { at });
  waiting.push(...files.map((file) => ({ file, place })));
  if (files.length && waiting.length === files.length) readAll();
}

async function readAll() {
  const faults = [];
  for (; waiting.length; waiting.shift()) {
    const { file, place } = waiting[0];
    tell(say("Reading {name} …", { name: file.name }));
    const query = new URLSearchParams({ name: file.name, conversation: place.at });
    try {
      const headers = { "content-type": "application/octet-stream" };
      const response = await plain(`/documents?${query}`, { method: "POST", headers, body: file });
      let told = {};
      for await (const line of lines(response)) {
        told = JSON.parse(line);
        if (told.reading) tell(told.reading);
      }
      if (told.error) faults.push(told.error);
      else if (!told.id) throw new Error("broken off");
      else if (!place.at) await begun((place.at = told.conversation));
    } catch {
      faults.push(say("{name} could not be sent. Is the server still running?", { name: file.name }));
    }
  }
  begins = undefined;
  tell(faults.join(" "));
  asks("shelf", { do: "look" });
}

/** A document that comes before any question begins a conversation as it was prepared; it is opened, unless another one
 * was meanwhile. */
async function begun(conversation) {
  if (value("talk-id")) return asks("chat", { do: "list" });
  asks("chat", { ...prepared(), do: "begin", id: conversation });
  for (let tries = 200; tries && value("talk-id") !== conversation; tries--) await new Promise((go) => setTimeout(go, 25));
  if (value("talk-id") === conversation) letGoPrepared();
}

/** Conversations to be taken in; what came of it is said below the button, and the list is read anew. */
async function bring(input) {
  const [file] = input.files;
  if (!file) return;
  const answer = (text) => (document.getElementById("brought").textContent = text);
  answer(say("Reading {name} …", { name: file.name }));
  try {
    const to = `/conversations?name=${encodeURIComponent(file.name)}`;
    const response = await fetch(to, { method: "POST", body: file });
    for await (const line of lines(response)) answer(line); // how far it is, and in the end what came of it
  } catch {
    answer(say("The file did not reach the server. Is it running?"));
  }
  input.value = "";
  asks("chat", { do: "list" });
}

document.addEventListener("change", ({ target: input }) => {
  if (input.id === "bring") bring(input);
  if (input.id !== "attached") return;
  read([...input.files]);
  input.value = "";
});

const carriesFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");

function dragged(event) {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  event.stopPropagation();
  const out = event.type === "drop" || (event.type === "dragleave" && !event.relatedTarget);
  const taken = !!document.querySelector("#composer")?.offsetParent;
  document.body.classList.toggle("dropping", !out && taken);
  if (event.type === "drop" && taken) read([...event.dataTransfer.files]);
}
for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) document.addEventListener(kind, dragged, true);
