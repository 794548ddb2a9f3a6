"""The keys of the page and what each does, shown on `?`. `page.js` acts on them where nothing is being typed."""

from html import escape

KEYS = {
    "?": "show or hide these keys",
    "i": "go to the question",
    "n": "new conversation",
    "/": "search conversations",
    "c": "correct the newest answer",
    "r": "try the newest answer again",
    "g": "go on with an answer that was stopped or cut",
    "+": "good answer",
    "-": "bad answer",
    "1 2 3": "chat, corrections, night",
}


def keys() -> str:
    """The dialog that lists them. Pure."""
    rows = "".join(
        f"<dt>{''.join(f'<kbd>{escape(key)}</kbd>' for key in names.split())}</dt><dd>{escape(does)}</dd>"
        for names, does in KEYS.items()
    )
    return (
        f'<dialog id="keys" aria-labelledby="keys-title"><h2 id="keys-title">Keys</h2><dl>{rows}</dl>'
        '<p class="none">They act where nothing is being typed: press Esc to leave a field.</p></dialog>'
    )
