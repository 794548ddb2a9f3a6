// The script of the page. It decides nothing and keeps only what was not handed in yet: the server renders, this places,
// and hands presses of the buttons to the server.
import { leaveAddress, tellAddress } from "./address.js";
import { copy } from "./copying.js";
import { edit, end, putBackEditor } from "./editor.js";
import { fillAbout, leaveFields, putBackAbout, putBackCorrections, putBackFields, settleAbout, writtenBeside } from "./fields.js";
import { bringFound, seek } from "./finding.js";
import { putBackFocus } from "./focus.js";
import { follow } from "./following.js";
import { listKeys } from "./keys.js";
import { asks, value } from "./parts.js";
import { makeReachable, nameParts, place } from "./placing.js";
import { keepQuestion, letGo, sendEarly } from "./question.js";
import { openNamed } from "./tabs.js";
import { mustWait, untell } from "./waiting.js";

/** Hand a press to the tab it is of. */
function hand(button) {
  const { ask, to, kept, ...press } = button.dataset;
  const safe = kept !== undefined && kept.trim() === value("about-instructions").trim(); // nothing is lost, so nothing is asked
  if (ask && !safe && !window.confirm(ask)) return;
  leaveAddress();
  leaveFields(button);
  seek(press.do === "open" ? press.message : undefined);
  if (to === "about") press.do === "fill" ? fillAbout(press) : settleAbout(press);
  else asks(to, { ...press, ...writtenBeside(button) });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-do]");
  if (!button) return;
  const row = button.closest(".message-row");
  const act = button.dataset.do;
  if (act === "keys") listKeys();
  else if (act === "attach") document.getElementById("attached").click();
  else if (row && ["edit", "save", "cancel", "retry", "continue"].includes(act) && mustWait()) return;
  else if (row && act === "edit") edit(row);
  else if (row && (act === "save" || act === "cancel")) end(row, act === "save");
  else if (row && act === "copy") copy(row, button);
  else if (act === "fold") {
    const open = document.body.classList.toggle("talks-open");
    button.setAttribute("aria-expanded", String(open));
  } else {
    if (act === "open") {
      document.body.classList.remove("talks-open");
      document.querySelector('[data-do="fold"]')?.setAttribute("aria-expanded", "false");
    }
    hand(button);
  }
});

let placing = false;
const watched = ["data-row", "data-talk", "data-message", "data-at", "disabled"];

/** After whatever Gradio has drawn anew, once a frame. */
function drawn() {
  if (placing) return;
  placing = true;
  requestAnimationFrame(() => {
    placing = false;
    openNamed();
    place();
    bringFound();
    nameParts();
    tellAddress();
    keepQuestion();
    letGo();
    sendEarly();
    putBackFields(document);
    putBackCorrections();
    putBackAbout();
    putBackEditor();
    putBackFocus();
    untell();
    makeReachable();
    follow();
  });
}

const whole = { childList: true, subtree: true, attributes: true, attributeFilter: watched };
new MutationObserver(drawn).observe(document.documentElement, whole);
drawn();
