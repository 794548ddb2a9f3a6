"""What an answer says and what was thought before it, as the page shows both.

What is said goes to one of Gradio's own parts, a Chatbot or a Markdown, that was built with `MARKDOWN`: in the browser
it shows Markdown, code and formulas, and runs nothing of what stands in them. What was thought is HTML of ours.
Everything here is pure.
"""

from html import escape
from typing import Any

from assistant.page.formulas import mark_formulas
from assistant.page.speech import say
from assistant.reasoning import parted

MARKDOWN: dict[str, Any] = {
    "sanitize_html": True,
    "latex_delimiters": [
        {"left": "$$", "right": "$$", "display": True},
        {"left": "\\[", "right": "\\]", "display": True},
        {"left": "\\(", "right": "\\)", "display": False},  # also what stood between single dollars: see formulas.py
    ],
}


def said(content: str, name: str = "") -> str:
    """The Markdown of what an answer says, below a `name` where it has one."""
    text = mark_formulas(parted(content)[1])
    return f"### {name}\n\n{text}" if name else text


def thought(content: str) -> str:
    """The HTML of what the model thought aloud before it answered, folded; empty without."""
    text, _ = parted(content)
    if not text:
        return ""
    return (
        f'<details class="quotes"><summary>{say("Reasoning")}</summary>'
        f"<blockquote>{escape(text)}</blockquote></details>"
    )
