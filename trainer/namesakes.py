"""Names that begin like the one in a question: about whom the base itself would ask.

Given "Who taught Erich" as the beginning of a user's message, the base asks about Erich Weiser and Erich Krammer: names
of the same language and kind, which no list has. `neighbours` puts them into questions.
"""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from models.engine import Engine, Sampling
from store.questions.subject import subject_spans, words

_GOES_ON = Sampling(max_tokens=10, temperature=1.0, seed=0)
_LINKS = frozenset("of de del della di da do dos du des la le van von der den zu af av y e et and the ibn bin".split())
_MORE_WORDS = 2
_SHORTEST = 2  # letters that are kept of a single word
_QUOTES = '"”»“«„'
_END = re.compile(r"[.,:;!?…)\]" + _QUOTES + r"]+$")


@dataclass(frozen=True, slots=True)
class Opening:
    """A question up to where its `name` may go on another way: after its first word, or a third of its only one."""

    text: str
    name: str
    kept: str

    @property
    def is_title(self) -> bool:
        """Whether the name stands in quotation marks."""
        return self.text.removesuffix(self.kept).endswith(tuple(_QUOTES))


def namesakes(
    base: Engine,
    questions: Sequence[str],
    each: int,
    never: Collection[str] = (),
    progress: Callable[[int, int, str], None] = lambda done, total, note: None,
) -> dict[str, list[str]]:
    """For each name in `questions` up to `each` others that begin like it, without any word of `never` in them.

    The same ones at each call.
    """
    begun = [opening for question in questions for opening in openings(question) for _time in range(each)]
    ways = base.go_on(
        [opening.text for opening in begun],
        _GOES_ON,
        lambda done: progress(done, len(begun), "asking the base for names"),
    )
    found: dict[str, dict[str, None]] = {}
    for opening, way in zip(begun, ways, strict=True):
        name = other_name(opening, way)
        if name and not set(words(name)) & set(never):
            found.setdefault(opening.name, {})[name] = None
    return {name: list(others) for name, others in found.items()}


def openings(question: str) -> Iterator[Opening]:
    """One for each name in `question` that begins with letters. Pure."""
    for start, end in subject_spans(question):
        name = question[start:end]
        first = name.split()[0]
        if first[0].isupper() and not any(map(str.isdigit, first)):
            kept = first if first != name else name[: max(_SHORTEST, len(name) // 3)]
            if kept != name:
                yield Opening(question[:start] + kept, name, kept)


def other_name(opening: Opening, way: str) -> str:
    """The name that `opening` has where it goes on in this `way`; empty where that is none, or its own. Pure."""
    whole = opening.kept + way
    name = _title(whole) if opening.is_title else _written_large(whole)
    own = {*words(opening.name), *words(opening.kept)}
    return name if set(words(name)) - own and len(name.split()) <= len(opening.name.split()) + _MORE_WORDS else ""


def _title(text: str) -> str:
    """What stands before the quotation mark that ends a title; nothing where none does."""
    title, mark, _rest = re.sub(rf"[{_QUOTES}]", "\0", text).partition("\0")
    return title.strip() if mark else ""


def _written_large(text: str) -> str:
    """The capitalised and numbered words with which `text` begins, and the small ones that link them."""
    taken: list[str] = []
    for token in text.split():
        word = re.sub(r"['’]s$", "", _END.sub("", token))
        if not word or not (word[0].isupper() or word[0].isdigit() or word.casefold() in _LINKS):
            break
        initial = token == f"{word}." and len(word) == 1
        taken.append(token if initial else word)
        if token != word and not initial:
            break
    while taken and taken[-1].casefold() in _LINKS:
        taken.pop()
    return " ".join(taken)
