"""What a question asks as a statement: "does Ada live in" as "Ada lives in". English. Pure."""

import re

from store.questions.subject import subject_spans
from store.questions.verbs import PREPOSITIONS, may_be, past, third_person

_DETERMINERS = frozenset("the a an my our your his her its their this that these those".split())
_PRONOUN = re.compile(r"^(I|you|we|they|he|she|it) (.+)$")


def statement(auxiliary: str, rest: str, named: str) -> str:
    """`rest` of a question as a statement: "does", "Ada live in" and "Ada" give "Ada lives in". Pure.

    Empty where it is not sure what its subject is, and where its verb.
    """
    parted = _parted(auxiliary, rest, named)
    if parted is None:
        return ""
    head, tail = parted
    if auxiliary in ("does", "did"):
        lemma, *others = tail
        return " ".join([head, third_person(lemma) if auxiliary == "does" else past(lemma), *others])
    return " ".join([head, *([] if auxiliary == "do" else [auxiliary]), *tail])


def _parted(auxiliary: str, rest: str, named: str) -> tuple[str, list[str]] | None:
    """The subject of `rest`, and the words from its verb on; None where that is not sure."""
    if match := _PRONOUN.match(rest):
        tail = match.group(2).split(" ")
        return (match.group(1), tail) if _follows(auxiliary, tail, True) else None
    start, end = _first_name(rest, named)
    before = rest[:start].split()
    owns = rest[end:].startswith(("'s ", "’s "))
    end += 2 if owns else 0
    head, tail = [rest[:end]], rest[end:].split()
    if not head[0] or (tail and not rest[end].isspace()) or not _before_a_name(auxiliary, before):
        return None
    described = owns or bool(before and before[0].lower() in _DETERMINERS)
    if owns:
        head.append(tail.pop(0))
    while described and tail and not _follows(auxiliary, tail, owns) and may_be(tail[0], "noun"):
        head.append(tail.pop(0))
    sure = _follows(auxiliary, tail, owns) if tail else auxiliary in ("is", "was", "are", "were")
    return (" ".join(head), tail) if sure else None


def _first_name(rest: str, named: str) -> tuple[int, int]:
    """Start and end of the first name in `rest`, with its quotation marks; an end of 0 where there is none."""
    start = rest.find(named) if named else -1
    end = start + len(named)
    if start < 0 or re.search(r"[A-Z]", rest[:start]):
        start, end = min(subject_spans(rest[:start] if start >= 0 else rest), default=(0, 0))
    return start, end + (start > 0 and rest[start - 1] in "\"“«„'‘" and rest[end : end + 1] in tuple("\"”»“'’"))


def _before_a_name(auxiliary: str, before: list[str]) -> bool:
    """Whether no verb stands among the words before the first name: "my boss meet Ana" and "used in Kelso" are none."""
    if auxiliary in ("is", "was", "are", "were"):
        return not (before and may_be(before[0], "participle"))
    return not any(
        may_be(word, "verb") and last.lower() not in _DETERMINERS
        for last, word in zip(["", *before], before, strict=False)
    )


def _follows(auxiliary: str, tail: list[str], owns: bool) -> bool:
    """Whether what follows a subject begins with its verb, or with what is said of it."""
    first, second = tail[0], (*tail, "", "")[1]
    if auxiliary in ("is", "was", "are", "were"):
        placed = first in PREPOSITIONS or first in ("a", "an", "the") or second == "of"
        return may_be(first, "participle") or (placed and not owns)
    if auxiliary in ("has", "have", "had"):
        return first == "been" or may_be(first, "participle")
    doubtful = first != "take" and may_be(first, "noun") and second not in PREPOSITIONS and may_be(second, "verb")
    return may_be(first, "verb") and not doubtful
