"""What two spellings of one question have in common.

The store keeps it beside every correction, and memory looks questions up by it. Pure.
"""

import re
from collections.abc import Sequence

_AROUND_WORDS = " .,;:!?¿¡…\"'`´‘’‚“”„«»()[]{}–—"
_QUOTES = "\"'`´‘’‚“”„«»"
_ENDS = "?!.…"
_PAUSES = frozenset({",", "–", "—", "…", "..."})
_STOPS = frozenset(".,;:!?¿¡…")
_OPTION = re.compile(r"-[^\W\d_]+")
_DOTS = re.compile(r"\.+$")


def question_key(question: str) -> str:
    """The words of a question without case, spacing and the punctuation around them.

    Signs that carry a meaning stay: inside words, alone between words, and before a number or an option. So C, C# and
    C++, 5 and .5, -d and -D, or {} and [] are in different questions.
    """
    chunks = question.replace("’", "'").split()
    words = (_word(chunk) or lone_sign(chunks, index) for index, chunk in enumerate(chunks))
    return " ".join(word for word in words if word) or question.strip()


def lone_sign(chunks: Sequence[str], index: int) -> str:
    """The sign that stands alone as one of the `chunks` between spaces; "" for a word or for mere punctuation.

    Mere punctuation are dashes and commas, and what ends the question, or a sentence before one in capitals.
    """
    if any(c.isalnum() for c in chunks[index]):
        return ""
    sign = chunks[index].strip(_QUOTES)
    last = index == len(chunks) - 1
    if last:
        return sign.lstrip("¿¡").rstrip(_ENDS + _QUOTES)
    ends = _STOPS.issuperset(sign) and (chunks[index + 1].strip(_AROUND_WORDS)[:1].isupper() or sign in ("¿", "¡"))
    return "" if ends or sign in _PAUSES else sign


def _word(chunk: str) -> str:
    """A chunk with a letter or digit in it, without the punctuation around it; "" for another one."""
    if not any(c.isalnum() for c in chunk):
        return ""
    word = chunk.strip(_AROUND_WORDS)
    dots = _DOTS.search(chunk[: chunk.index(word)])
    if dots and (len(dots.group()) == 1 or word.startswith("/")):
        word = dots.group() + word
    return word if _OPTION.fullmatch(word) else word.casefold()
