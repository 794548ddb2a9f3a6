// Mends two races of Gradio's. It reads the results of all events from one stream, and the server ends it when none is left.
// An event that joins in that moment is told its place while the client still takes the ending stream for open; nobody
// would read its result. So this reads along: an end that comes while an event is unanswered is not passed on, and the
// stream is opened anew, once for each event. Where the end was passed on, the place is told when the client knows of it.
// And an event's results are shown when its place is known: where that of a later one came first, the older result was
// drawn over the newer. So an event joins when the one before it has its place.

/** The browser's own `fetch`. */
export const plain = window.fetch.bind(window);

const unanswered = new Map(); // event id -> whether the stream was opened anew for it

/** Whether some event has no answer yet. */
export const waiting = () => unanswered.size > 0;

const early = new Set(); // events that were answered before their place was told
let ended = null; // the signal of the stream whose end was passed on last; the client aborts it when it knows
const LONGEST_MS = 5000;
let joining = Promise.resolve(); // settled when the event before has its place
window.fetch = async (...request) => {
  const url = request[0] instanceof Request ? request[0].url : String(request[0]);
  if (!url.includes("/queue/join")) return fetched(url, request);
  const response = joining.then(() => fetched(url, request));
  joining = response.catch(() => {});
  return response;
};

let started = null; // which start of the server this page came from

async function fetched(url, request) {
  const response = await plain(...request);
  const now = response.headers.get("aprendiz-started");
  started ??= now;
  const restarted = now && now !== started; // this tab may have given up its stream, and would show nothing any more
  if (response.status === 403 && url.includes("/queue/")) {
    sessionStorage.clear(); // another user has come in by another tab, for whom nothing of this one is
    window.location.reload();
  }
  if (response.status === 401 || restarted) window.location.reload(); // logged out meanwhile: the server shows the login
  if (response.ok && url.includes("/queue/join")) await joined(await response.clone().json());
  if (!response.ok || !response.body || !url.includes("/queue/data")) return response;
  const signal = request[0] instanceof Request ? request[0].signal : request[1] && request[1].signal;
  return lasting(response, signal, () => plain(...request));
}

async function joined(place) {
  if (!early.delete(place.event_id)) unanswered.set(place.event_id, false);
  const until = Date.now() + LONGEST_MS;
  while (ended && !ended.aborted && Date.now() < until) await new Promise((go) => setTimeout(go, 5));
}

/** `response`, a stream of events, without an end as long as one is unanswered that `again` can still bring. */
function lasting(response, signal, again) {
  const decoder = new TextDecoder();
  const encoder = new TextEncoder();
  let reader = response.body.getReader();
  let rest = "";
  const body = new ReadableStream({
    async pull(controller) {
      for (let out = ""; !out; ) {
        const { value, done } = await reader.read();
        if (done) return controller.close();
        const events = (rest + decoder.decode(value, { stream: true })).split("\n\n");
        rest = events.pop();
        for (const event of events) {
          if (event.includes('"close_stream"') && goesOn(event, signal)) {
            reader = (await again()).body.getReader();
            rest = "";
            break;
          }
          noted(event);
          out += event + "\n\n";
        }
        if (out) controller.enqueue(encoder.encode(out));
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
  return new Response(body, { status: response.status, headers: response.headers });
}

const read = (event) => JSON.parse(event.slice(event.indexOf("{")));

function noted(event) {
  if (!event.includes('"process_completed"')) return;
  const { msg, event_id: id } = read(event);
  if (msg === "process_completed" && id && !unanswered.delete(id)) early.add(id);
}

/** Whether the stream goes on though the server ended it; otherwise the client will hear of the end. */
function goesOn(event, signal) {
  if (read(event).msg !== "close_stream") return false;
  const waiting = [...unanswered].filter(([, again]) => !again);
  waiting.forEach(([id]) => unanswered.set(id, true));
  if (!waiting.length) {
    unanswered.clear();
    ended = signal;
  }
  return waiting.length > 0;
}
