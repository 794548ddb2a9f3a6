"""Buttons that the server writes as HTML: what they carry, and how a press comes back.

`script/page.js` puts a press into a hidden text field of the tab, which Gradio then reports as changed.
"""

import json
from html import escape
from typing import Any

import gradio as gr

from assistant.page.speech import later
from store.errors import InputRefused

_UNREADABLE = later("The page sent something unreadable. Load it again.")
_THUMB = (
    '<svg viewBox="0 0 24 24" aria-hidden="true"{turned}><path d="M7 11v9H3v-9zM7 11l4-8c1.7 0 2.6 1.2 2.3 2.8L12.7 9'
    'H19c1.3 0 2.2 1.2 1.9 2.4l-1.7 7c-.2 1-1 1.6-2 1.6H7z"/></svg>'
)
ICONS = {"👍": _THUMB.format(turned=""), "👎": _THUMB.format(turned=' style="transform: rotate(180deg)"')}


def button(
    to: str,
    do: str,
    text: str,
    *,
    name: str = "",
    kind: str = "",
    ask: str = "",
    html: str = "",
    on: bool | None = None,
    **carried: Any,
) -> str:
    """A button of the tab `to` that does `do`. `name` is its spoken name where `text` is a sign; `ask` is asked first.

    `on` makes it a switch; `carried` comes back with the press. `html` is what it shows instead of `text`.
    """
    given = {"to": to, "do": do, **({"ask": ask} if ask else {}), **carried}
    data = "".join(f' data-{key}="{escape(str(value))}"' for key, value in given.items())
    spoken = f' aria-label="{escape(name)}" title="{escape(name)}"' if name else ""
    switch = f' aria-pressed="{str(on).lower()}"' if on is not None else ""
    inner = html or ICONS.get(text) or escape(text)
    return f'<button type="button" class="press {kind}"{data}{spoken}{switch}>{inner}</button>'


def in_order(name: str) -> dict[str, Any]:
    """How the quick acts of a tab are listened to: one after the other, so that no late answer covers a newer one.

    What an act leaves for one that comes by itself (a timer, a change) belongs in a `gr.State`: that is read when the
    act's turn comes, a field of the page when it was asked for.
    """
    return {
        "api_visibility": "private",
        "show_progress": "hidden",
        "trigger_mode": "multiple",
        "concurrency_id": name,
        "concurrency_limit": 1,
    }


def presses(to: str) -> gr.Textbox:
    """The hidden field through which presses of the tab `to` come."""
    return gr.Textbox("", visible="hidden", elem_id=f"{to}-act", label="pressed")


def read_press(text: str) -> dict[str, str]:
    """What a press carries. Raises InputRefused for what no button of ours wrote."""
    try:
        press = json.loads(text)
    except ValueError as error:
        raise InputRefused(_UNREADABLE) from error
    if not isinstance(press, dict) or "do" not in press:
        raise InputRefused(_UNREADABLE)
    return {str(key): str(value) for key, value in press.items()}
