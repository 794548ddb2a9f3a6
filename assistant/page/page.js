// Puts what the server wrote about each message under it, and hands presses of those buttons to the server.
// It decides nothing and keeps only what was not handed in yet: the server renders, this places. The last part mends a
// race of Gradio's.
// What it says comes before it as SPEECH, in the language that the server speaks to this browser.
(() => {
  "use strict";

  document.documentElement.lang = SPEECH.language;
  const say = (text, values = {}) => (SPEECH.said[text] ?? text).replace(/\{(\w+)\}/g, (_, name) => values[name]);

  const plain = window.fetch;
  const rows = () => [...document.querySelectorAll("#talk .message-row")];
  const written = () => [...document.querySelectorAll("#under-data .under")];

  /** Hand a press to the hidden field of its tab, which the server hears as a change. */
  function hand(button) {
    const { ask, to, ...press } = button.dataset;
    if (ask && !window.confirm(ask)) return;
    awaited = null;
    leaveFields(button);
    asks(to, { ...press, ...writtenBeside(button) });
  }

  function asks(to, press) {
    const field = document.querySelector(`#${to}-act textarea, #${to}-act input`);
    if (field) write(field, JSON.stringify({ ...press, at: Date.now() }));
  }

  function write(field, text) {
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** What stands in the fields beside a button, by their names. */
  function writtenBeside(button) {
    const fields = button.closest(".fields")?.querySelectorAll("[name]") || [];
    return Object.fromEntries([...fields].map((field) => [field.name, field.value]));
  }

  /** Every message row gets what was written for it; what is there already stays, with the focus in it. */
  function place() {
    const parts = new Map(written().map((part) => [Number(part.dataset.row), part]));
    rows().forEach((row, index) => {
      const home = row.querySelector(".flex-wrap") || row;
      const old = home.querySelector(":scope > .under");
      const part = parts.get(index);
      if (old && part && old.written === part.outerHTML) return;
      const focused = old && old.contains(document.activeElement) ? key(document.activeElement) : "";
      const fresh = part && part.cloneNode(true);
      if (fresh) fresh.written = part.outerHTML; // as the server wrote it, whatever a press changes here
      if (old && fresh) keepOpen(old, fresh);
      if (old && fresh) old.replaceWith(fresh);
      else if (old) old.remove();
      else if (fresh) home.append(fresh);
      if (fresh) putBackFields(fresh);
      if (focused && fresh) {
        const again = [...fresh.querySelectorAll("button, [name]")].find((found) => key(found) === focused);
        if (again) again.focus();
      }
    });
  }

  /** Gradio says these in English whatever the language. */
  function nameParts() {
    const name = (part, text) => part && part.getAttribute("aria-label") !== text && part.setAttribute("aria-label", text);
    const all = (what) => document.querySelectorAll(what);
    const text = (part) => part.getAttribute("aria-label").replace(/^\w+'s message: /, "");
    all("#talk [role='log']").forEach((part) => name(part, say("Conversation")));
    all(`#talk [aria-label^="bot's "]`).forEach((part) => name(part, say("bot's message: {text}", { text: text(part) })));
    all(`#talk [aria-label^="user's "]`).forEach((part) => name(part, say("user's message: {text}", { text: text(part) })));
    all("[data-testid='toast-close']").forEach((part) => name(part, say("Close")));
    for (const { firstChild: head } of all(".toast-title")) if (head?.data?.trim() === "Warning") head.data = say("Warning");
  }

  const named = (address) => new URLSearchParams(address).get("talk") || "";

  let awaited = null; // the conversation that an address gone back to names, until it is shown or another is pressed

  /** The address names the conversation that is shown, so that it can be kept, opened again, and gone back to. */
  function tellAddress() {
    const mark = document.querySelector("#under-data [data-talk]");
    if (mark && mark.dataset.talk === awaited) awaited = null;
    if (!mark || awaited !== null || mark.dataset.talk === named(location.search)) return;
    const address = new URL(location.href);
    if (mark.dataset.talk) address.searchParams.set("talk", mark.dataset.talk);
    else address.searchParams.delete("talk");
    history.pushState(history.state, "", address);
  }

  window.addEventListener("popstate", () => {
    const id = named(location.search);
    awaited = id;
    asks("chat", id ? { do: "open", id } : { do: "new" });
  });

  /** A question that is not sent yet outlives a page that is loaded again, as after a restart of the server. */
  let restored = false;
  function keepDraft() {
    const field = document.querySelector("#question textarea");
    if (!field) return;
    const draft = sessionStorage.getItem("draft");
    if (!restored && draft && !field.value) write(field, draft);
    restored = true;
    sessionStorage.setItem("draft", field.value);
  }

  // What is written in an editor, a field of ours or one about the conversation outlives that too. It is kept by what it
  // belongs to until the server has it or it is cancelled; `base` is what the server had when the writing began.
  const drafts = JSON.parse(sessionStorage.getItem("drafts") ?? "{}");
  const found = new Set(Object.keys(drafts)); // those of an earlier page, until they are put back
  const handedIn = new Set(); // those that were saved, until the server says so

  function keepWriting(name, text, base) {
    found.delete(name);
    handedIn.delete(name);
    if (text === base) return drop(name);
    drafts[name] = { text, base };
    sessionStorage.setItem("drafts", JSON.stringify(drafts));
  }

  function drop(name) {
    handedIn.delete(name);
    delete drafts[name];
    sessionStorage.setItem("drafts", JSON.stringify(drafts));
  }

  const fieldName = (field) => {
    const { to, do: act, id } = field.closest(".fields").querySelector("button").dataset;
    return `${to} ${act} ${id} ${field.name}`;
  };

  /** Saved, the fields beside a button are kept until they are gone or say what the server has; cancelled, no longer. */
  function leaveFields(button) {
    const beside = button.closest(".fields");
    const saves = beside && button === beside.querySelector("button");
    for (const field of beside ? beside.querySelectorAll("[name]") : [])
      saves ? handedIn.add(fieldName(field)) : drop(fieldName(field));
  }

  /** What was being written goes on, unless the server has another text by now. */
  function putBackFields(part) {
    for (const field of part.querySelectorAll(".fields [name]")) {
      const name = fieldName(field);
      if (!(name in drafts)) continue;
      if (drafts[name].base !== field.defaultValue) drop(name);
      else if (field.value === field.defaultValue) field.value = drafts[name].text;
    }
  }

  /** The field of a correction is folded away in a page that is loaded again: it is unfolded once more. */
  function putBackCorrections() {
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

  function putBackAbout() {
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

  /** An editor goes with its message: closed where another is shown in its row, opened again where it was left. */
  function putBackEditor() {
    const open = document.querySelector("#talk .edit-textarea")?.closest(".message-row");
    if (open && messageOf(open) !== editing) tools(open).at(-1).click();
    if (open || opening || busy()) return;
    const left = rows().findLast((row) => `edit ${messageOf(row)}` in drafts && !handedIn.has(`edit ${messageOf(row)}`));
    if (left) edit(left, true);
  }

  let told = ""; // the newest mark of what the server has taken
  function letGo() {
    const mark = document.querySelector("#taken [data-at]");
    if (!mark || mark.dataset.at === told) return;
    told = mark.dataset.at;
    const question = document.querySelector("#question textarea");
    if (mark.dataset.edit) drop(`edit ${mark.dataset.edit}`);
    else if (mark.dataset.sent) question?.value === mark.dataset.sent && write(question, "");
    else handedIn.clear(); // refused: it is still to be handed in
  }

  document.addEventListener("input", ({ target: field }) => {
    const about = field.closest("[id^='about-']")?.id.slice("about-".length);
    const shown = about && shownAbout();
    if (field.matches(".edit-textarea") && editing) keepWriting(`edit ${editing}`, field.value);
    else if (field.matches(".fields [name]")) keepWriting(fieldName(field), field.value, field.defaultValue);
    else if (shown?.id) keepWriting(`about ${shown.id} ${about}`, field.value, String(shown[about]));
  });

  // Who logs out leaves nothing to whoever comes next.
  document.addEventListener("submit", (event) => {
    if (event.target.getAttribute("action") !== "/logout") return;
    document.querySelectorAll("#question textarea").forEach((field) => write(field, ""));
    sessionStorage.clear();
  });

  /** Send a file to be taken in; what came of it is said below the button, and the list is read anew. */
  async function bring(input) {
    const [file] = input.files;
    if (!file) return;
    const tell = (text) => (document.getElementById("brought").textContent = text);
    tell(say("Reading {name} …", { name: file.name }));
    try {
      const to = `/conversations?name=${encodeURIComponent(file.name)}`;
      const response = await fetch(to, { method: "POST", body: file });
      tell(await response.text());
    } catch {
      tell(say("The file did not reach the server. Is it running?"));
    }
    input.value = "";
    asks("chat", { do: "list" });
  }

  document.addEventListener("change", (event) => {
    if (event.target.id === "bring") bring(event.target);
  });
  document.addEventListener("input", (event) => {
    if (!event.target.closest("#question")) return;
    awaited = null;
    if (restored) keepDraft();
  });

  /** What somebody has unfolded in `old` is unfolded in `fresh` too. */
  function keepOpen(old, fresh) {
    const folds = [...fresh.querySelectorAll("details")];
    [...old.querySelectorAll("details")].forEach((fold, index) => folds[index]?.toggleAttribute("open", fold.open));
  }

  const key = (button) => (button.getAttribute("aria-label") || "") + button.textContent;

  const tools = (row) => [...row.querySelectorAll(".message-buttons button")];

  /** Whether an answer is being written: Gradio lets no message be edited then. */
  const busy = () => rows().some((row) => tools(row).some((button) => button.disabled));

  let toldToWait = false;

  /** Say why nothing happens while an answer is being written; whether one is. */
  function mustWait() {
    if (busy()) tell(say("Wait until the answer is there, or stop it."));
    toldToWait ||= busy();
    return busy();
  }

  function untell() {
    if (!toldToWait || busy()) return;
    toldToWait = false;
    tell("");
  }

  /** Whether the cursor can be taken: it stands in no field with something in it. */
  const idle = () => !document.activeElement?.value;

  const messageOf = (row) => row.querySelector('.under [data-do="edit"]')?.dataset.id;

  let editing; // the message whose editor was opened last
  let opening = 0;

  /** Open the message for editing through Gradio's own button, and put the cursor into it. */
  function edit(row, byItself = false) {
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
        if (drafts[`edit ${editing}`]) write(field, drafts[`edit ${editing}`].text);
        field.rows = Math.min(16, Math.max(2, field.value.split("\n").length + 1));
        if (!byItself || idle()) field.focus();
        field.setSelectionRange(field.value.length, field.value.length);
      }
      if (field || --tries === 0) opening = clearInterval(opening);
    }, 25);
  }

  /** While a message is edited Gradio shows two buttons: submit, then cancel. */
  function end(row, save) {
    const [submit, cancel] = tools(row).slice(-2);
    if (save) handedIn.add(`edit ${editing}`);
    else drop(`edit ${editing}`);
    (save ? submit : cancel).click();
    const again = row.querySelector('.under [data-do="edit"]');
    setTimeout(() => again?.isConnected && document.activeElement === document.body && again.focus(), 50);
  }

  async function copy(row, button) {
    const text = row.querySelector(".message-content");
    await navigator.clipboard.writeText(text ? text.innerText : "");
    button.textContent = say("Copied");
    setTimeout(() => (button.textContent = say("Copy")), 1500);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-do]");
    if (!button) return;
    const row = button.closest(".message-row");
    const act = button.dataset.do;
    if (act === "attach") document.getElementById("attached").click();
    else if (row && ["edit", "save", "cancel", "retry", "continue"].includes(act) && mustWait()) return;
    else if (row && act === "edit") edit(row);
    else if (row && (act === "save" || act === "cancel")) end(row, act === "save");
    else if (row && act === "copy") copy(row, button);
    else if (act === "print") window.print();
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
    if (!mustWait()) end(field.closest(".message-row"), save);
  });

  // Files that are dropped or chosen are read one after the other; meanwhile no question is sent, which would be answered
  // without them. A file that comes before any question begins a conversation, which is then opened.
  let reading = 0;
  const value = (id) => document.querySelector(`#${id} textarea, #${id} input`)?.value ?? "";
  const tell = (text) => (document.getElementById("reading").textContent = text);

  async function readAll(files) {
    if (!files.length || reading) return;
    reading = files.length;
    const faults = [];
    for (const file of files) {
      tell(say("Reading {name} …", { name: file.name }));
      const at = value("talk-id");
      const query = new URLSearchParams({ name: file.name, conversation: at });
      try {
        const headers = { "content-type": "application/octet-stream" };
        const response = await plain(`/documents?${query}`, { method: "POST", headers, body: file });
        const told = await response.json();
        if (told.error) faults.push(told.error);
        else if (!at) await opened(told.conversation);
      } catch {
        faults.push(say("{name} could not be sent. Is the server still running?", { name: file.name }));
      }
      reading -= 1;
    }
    tell(faults.join(" "));
    asks("shelf", { do: "look" });
  }

  async function opened(conversation) {
    asks("chat", { do: "open", id: conversation });
    for (let tries = 200; tries && value("talk-id") !== conversation; tries--) await new Promise((go) => setTimeout(go, 25));
  }

  document.addEventListener("change", (event) => {
    if (event.target.id !== "attached") return;
    readAll([...event.target.files]);
    event.target.value = "";
  });

  const carriesFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) {
    document.addEventListener(
      kind,
      (event) => {
        if (!carriesFiles(event)) return;
        event.preventDefault();
        event.stopPropagation();
        const out = kind === "drop" || (kind === "dragleave" && !event.relatedTarget);
        document.body.classList.toggle("dropping", !out && !!document.querySelector("#composer")?.offsetParent);
        if (kind === "drop" && document.querySelector("#composer")?.offsetParent) readAll([...event.dataTransfer.files]);
      },
      true,
    );
  }

  function holdBack(event) {
    const sends = event.type === "click" ? event.target.closest("#composer button") : event.target.closest("#question");
    const enters = event.type === "keydown" && event.key === "Enter" && !event.shiftKey && !event.isComposing;
    if (!sends || !(enters ? reading || mustWait() : reading && event.type === "click")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }
  document.addEventListener("click", holdBack, true);
  document.addEventListener("keydown", holdBack, true);

  // In fields of ours: Enter saves, in a field of several lines with Ctrl; Esc cancels where something can be cancelled.
  document.addEventListener("keydown", (event) => {
    const beside = event.target.closest?.(".fields [name]") && event.target.closest(".fields");
    if (!beside) return;
    const enter = event.key === "Enter" && (event.target instanceof HTMLInputElement || event.ctrlKey || event.metaKey);
    if (!enter && event.key !== "Escape") return;
    const [save, cancel] = beside.querySelectorAll("button");
    const press = enter ? save : cancel;
    if (!press) return;
    event.preventDefault();
    press.click();
  });

  const newest = (what) => [...document.querySelectorAll(`#talk .bot-row .under ${what}`)].at(-1);
  const click = (found) => found && found.click();

  /** Put the cursor somewhere; what a change of tab is just bringing up is waited for, some frames long. */
  function focus(selector, tries = 30) {
    const found = document.querySelector(selector);
    found?.focus();
    if (found && document.activeElement !== found && tries) requestAnimationFrame(() => focus(selector, tries - 1));
  }

  function tab(number) {
    const found = document.querySelectorAll('[role="tab"]')[number];
    return found && getComputedStyle(found).display !== "none" && found; // some are for the first user alone
  }

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
    g: () => click(newest('[data-do="continue"]')),
    "+": () => click(newest('[data-do="rate"][data-value="1"]')),
    "-": () => click(newest('[data-do="rate"][data-value="-1"]')),
    Escape: () => click(document.querySelector("#stop")),
    1: () => click(tab(0)),
    2: () => click(tab(1)),
    3: () => click(tab(2)),
    4: () => click(tab(3)),
  };

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (typing) {
      if (event.key === "Escape" && !typing.classList.contains("edit-textarea")) typing.blur();
      return;
    }
    const act = KEYS[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && document.querySelector("dialog[open]")) return; // which it closes
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

  /** What Gradio leaves to be reached by keyboard: code that is scrolled, and a message beside its button to close. */
  function reachable() {
    for (const code of document.querySelectorAll("#talk pre:not([tabindex])")) code.tabIndex = 0;
    for (const head of document.querySelectorAll(".toast-header[role]")) {
      const title = head.querySelector(".toast-title-row");
      for (const name of ["role", "tabindex"]) {
        title.setAttribute(name, head.getAttribute(name)); // a button may not hold another one
        head.removeAttribute(name);
      }
    }
  }

  let placing = false;
  new MutationObserver(() => {
    if (placing) return;
    placing = true;
    requestAnimationFrame(() => {
      placing = false;
      place();
      nameParts();
      tellAddress();
      keepDraft();
      letGo();
      putBackFields(document);
      putBackCorrections();
      putBackAbout();
      putBackEditor();
      untell();
      reachable();
    });
  }).observe(document.documentElement, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-row", "data-talk", "data-at", "disabled"] });
})();
