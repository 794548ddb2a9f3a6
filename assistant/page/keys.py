"""The keys of the page and what each does, shown on `?`. `script/keys.js` acts on them where nothing is being typed."""

from html import escape

from assistant.page.speech import later, say

KEYS = {
    "?": later("show or hide these keys"),
    "i": later("go to the question"),
    "n": later("new conversation"),
    "/": later("search conversations"),
    "c": later("correct the newest answer"),
    "r": later("try the newest answer again"),
    "g": later("go on with an answer that was stopped or cut"),
    "+": later("good answer"),
    "-": later("bad answer"),
    "Esc": later("stop the answer that is being written"),
    "1 2 3 4": later("chat, corrections, night, settings"),
}


def keys() -> str:
    """The dialog that lists them. Pure."""
    rows = "".join(
        f"<dt>{''.join(f'<kbd>{escape(key)}</kbd>' for key in names.split())}</dt><dd>{escape(say(does))}</dd>"
        for names, does in KEYS.items()
    )
    return (
        f'<dialog id="keys" aria-labelledby="keys-title"><h2 id="keys-title">{say("Keys")}</h2><dl>{rows}</dl>'
        f'<p class="none">{say("They act where nothing is being typed: press Esc to leave a field.")}</p></dialog>'
    )
