"""What changed between an answer and its correction, word by word. Pure."""

import difflib
import re
from html import escape

_WORD = re.compile(r"\s*\S+|\s+$")
SHOWN_WORDS = 12
SHARED_WORDS = 3


def difference(before: str, after: str) -> str:
    """HTML: what went in <del>, what came in <ins>, and of the rest the words next to a change."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    parts = list[str]()
    for same, a, b, c, d in _stretches(old, new):
        if same:
            parts.append(escape(_shortened(old[a:b], first=a == 0, last=b == len(old))))
        else:
            parts += [_marked("del", "".join(old[a:b])), _marked("ins", "".join(new[c:d]))]
    return "".join(parts).strip()


def _stretches(old: list[str], new: list[str]) -> list[tuple[bool, int, int, int, int]]:
    """What is the same and what is not, in turn; a word or two that two changes happen to share are no stretch."""
    found = list[tuple[bool, int, int, int, int]]()
    for kind, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        between = a > 0 and b < len(old) and b - a < SHARED_WORDS
        same = kind == "equal" and not between
        if found and found[-1][0] == same:
            _, first, _, second, _ = found.pop()
            found.append((same, first, b, second, d))
        else:
            found.append((same, a, b, c, d))
    return found


def _marked(tag: str, text: str) -> str:
    stripped = text.lstrip()
    return f"{escape(text[: len(text) - len(stripped)]) or ' '}<{tag}>{escape(stripped)}</{tag}>" if stripped else ""


def _shortened(words: list[str], *, first: bool, last: bool) -> str:
    if len(words) <= 2 * SHOWN_WORDS:
        return "".join(words)
    head = "" if first else "".join(words[:SHOWN_WORDS])
    tail = "" if last else "".join(words[-SHOWN_WORDS:])
    return f"{head} … {tail.lstrip()}"
