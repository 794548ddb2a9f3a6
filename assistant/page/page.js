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

  // Gradio reads the results of all events from one stream, and the server ends it when none is left. An event that
  // joins in that moment learns of its place while its client still takes the ending stream for open; nobody would
  // read its result. So, while a stream is open, the place is told only when the news of its end has had time to come.
  const NEWS_MS = 400;
  let stream = null; // the signal of the stream that is read; Gradio opens one at a time and aborts it at its end
  const plain = window.fetch;
  window.fetch = async (...request) => {
    const url = request[0] instanceof Request ? request[0].url : String(request[0]);
    const reads = url.includes("/queue/data") && request[0] instanceof Request ? request[0].signal : null;
    if (reads) stream = reads;
    const response = await plain(...request).catch((error) => {
      if (stream === reads) stream = null;
      throw error;
    });
    const until = Date.now() + NEWS_MS;
    while (url.includes("/queue/join") && stream && !stream.aborted && Date.now() < until) {
      await new Promise((go) => setTimeout(go, 10));
    }
    return response;
  };

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
