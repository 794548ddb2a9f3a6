"""Buttons that the server writes as HTML: what they carry, and how a press comes back.

`page.js` puts a press into a hidden text field of the tab, which Gradio then reports as changed.
"""

import json
from html import escape
from typing import Any

import gradio as gr

from store.errors import InputRefused


def button(to: str, do: str, text: str, *, name: str = "", kind: str = "", ask: str = "", on: bool | None = None, **carried: Any) -> str:
    """A button of the tab `to` that does `do`. `name` is its spoken name where `text` is a sign; `ask` is asked first.

    `on` makes it a switch; `carried` comes back with the press.
    """
    given = {"to": to, "do": do, **({"ask": ask} if ask else {}), **carried}
    data = "".join(f' data-{key}="{escape(str(value))}"' for key, value in given.items())
    spoken = f' aria-label="{escape(name)}" title="{escape(name)}"' if name else ""
    switch = f' aria-pressed="{str(on).lower()}"' if on is not None else ""
    return f'<button type="button" class="press {kind}"{data}{spoken}{switch}>{escape(text)}</button>'


def presses(to: str) -> gr.Textbox:
    """The hidden field through which presses of the tab `to` come."""
    return gr.Textbox(visible="hidden", elem_id=f"{to}-act", label="pressed")


def read_press(text: str) -> dict[str, str]:
    """What a press carries. Raises InputRefused for what no button of ours wrote."""
    try:
        press = json.loads(text)
    except ValueError as error:
        raise InputRefused("The page sent something unreadable. Load it again.") from error
    if not isinstance(press, dict) or "do" not in press:
        raise InputRefused("The page sent something unreadable. Load it again.")
    return {str(key): str(value) for key, value in press.items()}
