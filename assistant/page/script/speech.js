// What the page says. SPEECH is put before this file by the server, in the language it speaks to this browser.
document.documentElement.lang = SPEECH.language;

/** `text` in the language of the page, with `values` in place of the names in braces. */
export const say = (text, values = {}) =>
  (SPEECH.said[text] ?? text).replace(/\{(\w+)\}/g, (_, name) => values[name]);
