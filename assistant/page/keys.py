"""The keys of the page and what each does, shown on `?` or by a button at the head of the page.

`script/keys.js` acts on those that act where nothing is being typed.
"""

from collections.abc import Mapping
from html import escape

from assistant.page.pressed import button
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
    "1 2 3 4 5": later("chat, corrections, night, compare, settings"),
}

IN_FIELDS = {
    "Enter": later("send the question"),
    "Shift+Enter": later("begin a new line in the question"),
    "Ctrl+Enter": later("save what is being corrected"),
}


def keys() -> str:
    """The dialog that lists them, and the button that opens it. Pure."""
    way = button("page", "keys", say("Keys"), kind="plain")
    where = say("They act where nothing is being typed: press Esc to leave a field.")
    return (
        f'{way}<dialog id="keys" aria-labelledby="keys-title"><h2 id="keys-title">{say("Keys")}</h2>{_list(KEYS)}'
        f'<p class="none">{where}</p><h3>{say("While something is being typed")}</h3>{_list(IN_FIELDS)}'
        f'<form method="dialog"><button class="press plain">{say("Close")}</button></form></dialog>'
    )


def _list(keys: Mapping[str, str]) -> str:
    rows = "".join(
        f"<dt>{''.join(f'<kbd>{escape(key)}</kbd>' for key in names.split())}</dt><dd>{escape(say(does))}</dd>"
        for names, does in keys.items()
    )
    return f"<dl>{rows}</dl>"
