"""What changed between an answer and its correction, word by word. Pure."""

import difflib
import re
from html import escape

_WORD = re.compile(r"\s*\S+|\s+$")
SHOWN_WORDS = 12


def difference(before: str, after: str) -> str:
    """HTML: what went in <del>, what came in <ins>, and of the rest the words next to a change."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    parts = list[str]()
    for kind, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            parts.append(escape(_shortened(old[a:b], first=a == 0, last=b == len(old))))
            continue
        parts.append(_marked("del", "".join(old[a:b])))
        parts.append(_marked("ins", "".join(new[c:d])))
    return "".join(parts).strip()


def _marked(tag: str, text: str) -> str:
    stripped = text.lstrip()
    return f"{escape(text[: len(text) - len(stripped)]) or ' '}<{tag}>{escape(stripped)}</{tag}>" if stripped else ""


def _shortened(words: list[str], *, first: bool, last: bool) -> str:
    if len(words) <= 2 * SHOWN_WORDS:
        return "".join(words)
    head = "" if first else "".join(words[:SHOWN_WORDS])
    tail = "" if last else "".join(words[-SHOWN_WORDS:])
    return f"{head} … {tail.lstrip()}"
