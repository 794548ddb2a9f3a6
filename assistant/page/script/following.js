// An answer that is being written, but not for this tab, as after the page was loaded anew, is looked at again until it is whole.
import { asks } from "./parts.js";

const EVERY_MS = 1000;
const followed = () => document.querySelector("#under-data [data-writing]");

let looking = null;

export function follow() {
  if (looking || !followed()) return;
  looking = setInterval(() => {
    if (followed()) return asks("chat", { do: "look" });
    clearInterval(looking);
    looking = null;
  }, EVERY_MS);
}
