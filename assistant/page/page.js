// Puts what the server wrote about each message under it, and hands presses of those buttons to the server.
// It decides nothing and keeps nothing: the server renders, this places. The last part mends a race of Gradio's.
(() => {
  "use strict";

  const rows = () => [...document.querySelectorAll("#talk .message-row")];
  const written = () => [...document.querySelectorAll("#under-data .under")];

  /** Hand a press to the hidden field of its tab, which the server hears as a change. */
  function hand(button) {
    const { ask, to, ...press } = button.dataset;
    if (ask && !window.confirm(ask)) return;
    const field = document.querySelector(`#${to}-act textarea, #${to}-act input`);
    field.value = JSON.stringify({ ...press, at: Date.now() });
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** Every message row gets what was written for it; what is there already stays, with the focus in it. */
  function place() {
    const parts = new Map(written().map((part) => [Number(part.dataset.row), part]));
    rows().forEach((row, index) => {
      const home = row.querySelector(".flex-wrap") || row;
      const old = home.querySelector(":scope > .under");
      const part = parts.get(index);
      if (old && part && old.outerHTML === part.outerHTML) return;
      const focused = old && old.contains(document.activeElement) ? key(document.activeElement) : "";
      const fresh = part && part.cloneNode(true);
      if (old && fresh) old.replaceWith(fresh);
      else if (old) old.remove();
      else if (fresh) home.append(fresh);
      if (focused && fresh) {
        const again = [...fresh.querySelectorAll("button")].find((button) => key(button) === focused);
        if (again) again.focus();
      }
    });
  }

  const key = (button) => (button.getAttribute("aria-label") || "") + button.textContent;

  const tools = (row) => [...row.querySelectorAll(".message-buttons button")];

  /** Open the message for editing through Gradio's own button, and put the cursor into it. */
  function edit(row) {
    const open = tools(row).find((button) => button.getAttribute("aria-label") === "Edit") || tools(row).at(-1);
    open.click();
    let tries = 20;
    const ready = setInterval(() => {
      const field = row.querySelector("textarea.edit-textarea");
      if (field) {
        const answer = row.classList.contains("bot-row");
        field.setAttribute("aria-label", answer ? "The answer as it should be" : "The question in other words");
        field.rows = Math.min(16, Math.max(2, field.value.split("\n").length + 1));
        field.focus();
        field.setSelectionRange(field.value.length, field.value.length);
      }
      if (field || --tries === 0) clearInterval(ready);
    }, 25);
  }

  /** While a message is edited Gradio shows two buttons: submit, then cancel. */
  function end(row, save) {
    const [submit, cancel] = tools(row).slice(-2);
    (save ? submit : cancel).click();
    const again = row.querySelector('.under [data-do="edit"]');
    setTimeout(() => again && again.isConnected && again.focus(), 50);
  }

  async function copy(row, button) {
    const text = row.querySelector(".message-content");
    await navigator.clipboard.writeText(text ? text.innerText : "");
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = "Copy"), 1500);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-do]");
    if (!button) return;
    const row = button.closest(".message-row");
    const act = button.dataset.do;
    if (row && act === "edit") edit(row);
    else if (row && (act === "save" || act === "cancel")) end(row, act === "save");
    else if (row && act === "copy") copy(row, button);
    else if (act === "fold") {
      const open = document.body.classList.toggle("talks-open");
      button.setAttribute("aria-expanded", String(open));
    } else {
      if (act === "open") document.body.classList.remove("talks-open");
      hand(button);
    }
  });

  document.addEventListener("keydown", (event) => {
    const field = event.target;
    if (!(field instanceof HTMLTextAreaElement) || !field.classList.contains("edit-textarea")) return;
    const save = event.key === "Enter" && (event.ctrlKey || event.metaKey);
    if (!save && event.key !== "Escape") return;
    event.preventDefault();
    end(field.closest(".message-row"), save);
  });

  const newest = (what) => [...document.querySelectorAll(`#talk .bot-row .under ${what}`)].at(-1);
  const click = (found) => found && found.click();
  const focus = (selector) => document.querySelector(selector)?.focus();
  const named = (role, number) => document.querySelectorAll(`[role="${role}"]`)[number];

  // Listed for people in keys.py.
  const KEYS = {
    "?": () => {
      const list = document.getElementById("keys");
      list.open ? list.close() : list.showModal();
    },
    i: () => focus("#question textarea"),
    n: () => click(document.querySelector("#new-talk")),
    "/": () => focus("#side input, #side textarea"),
    c: () => click(newest('[data-do="edit"]')),
    r: () => click(newest('[data-do="retry"]')),
    "+": () => click(newest('[data-do="rate"][data-value="1"]')),
    "-": () => click(newest('[data-do="rate"][data-value="-1"]')),
    1: () => click(named("tab", 0)),
    2: () => click(named("tab", 1)),
    3: () => click(named("tab", 2)),
  };

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (typing) {
      if (event.key === "Escape" && !typing.classList.contains("edit-textarea")) typing.blur();
      return;
    }
    const act = KEYS[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  });

  // Gradio reads the results of all events from one stream, and the server ends it when none is left. An event that
  // joins in that moment is told its place while the client still takes the ending stream for open; nobody would read
  // its result. So this reads along: an end that comes while an event is unanswered is not passed on, and the stream is
  // opened anew, once for each event. Where the end was passed on, the place is told when the client knows of it.
  const unanswered = new Map(); // event id -> whether the stream was opened anew for it
  const early = new Set(); // events that were answered before their place was told
  let ended = null; // the signal of the stream whose end was passed on last; the client aborts it when it knows
  const LONGEST_MS = 5000;
  const plain = window.fetch;

  window.fetch = async (...request) => {
    const url = request[0] instanceof Request ? request[0].url : String(request[0]);
    const response = await plain(...request);
    if (response.status === 401) window.location.reload(); // logged out meanwhile: the server shows the login
    if (response.ok && url.includes("/queue/join")) await joined(await response.clone().json());
    if (!response.ok || !response.body || !url.includes("/queue/data")) return response;
    const signal = request[0] instanceof Request ? request[0].signal : request[1] && request[1].signal;
    return lasting(response, signal, () => plain(...request));
  };

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

  let placing = false;
  new MutationObserver(() => {
    if (placing) return;
    placing = true;
    requestAnimationFrame(() => {
      placing = false;
      place();
    });
  }).observe(document.documentElement, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-row"] });
})();
