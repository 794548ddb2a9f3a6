"""Names that begin like the one in a question: about whom the base itself would ask.

Given "Who taught Erich" as the beginning of a user's message, the base asks about Erich Weiser and Erich Krammer: names
of the same language and kind, which no list has. `synthesise` asks for them, `neighbours` puts them into questions.
"""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from models.engine import Engine, Sampling, has_room
from store.questions.subject import LINKS, plain, subject_spans, words

_GOES_ON = Sampling(max_tokens=8, temperature=1.0, seed=0)
_INNER_LINKS = LINKS - set("and und y e et to in on at for a an".split())
_MORE_WORDS = 2
_SHORTEST = 2  # letters that are kept of a single word
_SHORTENED = 3  # letters from which on a beginning may stand for a word, beside an initial
_QUOTES = '"”»“«„'
_NUMERALS = {"ii": "2", "two": "2", "iii": "3", "three": "3", "iv": "4", "four": "4", "five": "5", "vi": "6",
             "six": "6", "vii": "7", "seven": "7", "viii": "8", "eight": "8", "ix": "9", "nine": "9"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Opening:
    """A question up to where its `name` may go on another way: after its first word, or half of its only one."""

    text: str
    name: str
    kept: str

    @property
    def quote(self) -> str:
        """The quotation mark that opens the name; empty where none does."""
        before = self.text.removesuffix(self.kept)[-1:]
        return before if before and before in _QUOTES + "'" else ""


def namesakes(
    base: Engine,
    questions: Sequence[str],
    draws: int,
    never: Collection[str] = (),
    progress: Callable[[int, int, str], None] = lambda done, total, note: None,
) -> dict[str, list[str]]:
    """For each name in `questions` others that begin like it, the most of as many as are drawn.

    Each question has so many `draws`, its names share them. No name has a word of `never` that the question's own has
    not. The same questions get the same names.
    """
    chances: dict[Opening, int] = {}
    for question in questions:
        found = [opening for opening in openings(question) if has_room(base, opening.text, _GOES_ON)]
        chances.update((opening, max(1, draws // len(found))) for opening in found)
    begun = [opening for opening, count in chances.items() for _ in range(count)]
    continuations = base.go_on(
        [opening.text for opening in begun],
        _GOES_ON,
        lambda done: progress(done, len(begun), "asking the base for names"),
    )
    held_out = {plain(word) for word in never}
    others: dict[str, dict[str, None]] = {}
    for opening, continuation in zip(begun, continuations, strict=True):
        name = other_name(opening, continuation)
        if name and held_out.isdisjoint(_plain_words(name) - _plain_words(opening.name)):
            others.setdefault(opening.name, {})[name] = None
    return {name: list(found) for name, found in others.items()}


def openings(question: str) -> Iterator[Opening]:
    """One for each name in `question` that begins with a capital and has no digit in its first word. Pure."""
    for start, end in subject_spans(question):
        name = question[start:end]
        first = name.split()[0]
        if first[0].isupper() and not any(map(str.isdigit, first)):
            kept = first if first != name else name[: max(_SHORTEST, len(name) // 2)]
            if kept != name:
                yield Opening(question[:start] + kept, name, kept)


def other_name(opening: Opening, continuation: str) -> str:
    """The name that `opening` has with this `continuation`; empty where that is none, or may be the same one. Pure."""
    line = continuation.partition("\n")[0]
    name = _title(opening, line) if opening.quote else _capitalised(opening, line)
    fits = name and "\ufffd" not in line and len(name.split()) <= len(opening.name.split()) + _MORE_WORDS
    return name if fits and not _may_be(opening, name) else ""


def _may_be(opening: Opening, name: str) -> bool:
    """Whether `name` says no other word than that of `opening`, or all of it: shortened, lengthened or inflected."""
    own, said = _plain_words(opening.name), _plain_words(name)
    rest = own - _plain_words(opening.kept) - LINKS or own - _plain_words(opening.kept)
    return said <= own | _plain_words(opening.kept) or all(any(_alike(one, word) for word in said) for one in rest)


def _alike(one: str, other: str) -> bool:
    """Whether two words are the same, or one is how the other begins, or its initial."""
    short, long = sorted((one, other), key=len)
    return one == other or (long.startswith(short) and (len(short) == 1 or len(short) >= _SHORTENED))


def _plain_words(text: str) -> set[str]:
    """Its words without accents, small numbers as digits."""
    return {_NUMERALS.get(word, word) for word in map(plain, words(text))}


def _title(opening: Opening, line: str) -> str:
    """What stands before the quotation mark that ends a title; nothing where none does."""
    end = r"'(?!\w)" if opening.quote == "'" else f"[{_QUOTES}]"
    title, *rest = re.split(end, opening.kept + line, maxsplit=1)
    return title.strip() if rest else ""


def _capitalised(opening: Opening, line: str) -> str:
    """The capitalised and numbered words that a name goes on with, and the small ones that link them.

    What stands at the very end of `line` may have been cut, and is left out.
    """
    apart = line[:1].isspace()
    taken, tokens = ([opening.kept], line.split()) if apart else ([], (opening.kept + line).split())
    whole = len(tokens) if line[-1:].isspace() else len(tokens) - 1
    for number, token in enumerate(tokens):
        token, dash, _other = re.sub("[—–]", "\0", token).partition("\0")
        word = re.sub(r"['’]s$", "", re.sub(r"\W+$", "", token))
        if not word or not (word[0].isupper() or word[0].isdigit() or word.casefold() in _INNER_LINKS):
            break
        if number >= whole and word == token and not dash:
            break
        initial = token == f"{word}." and len(word) == 1
        taken.append(token if initial else word)
        if dash or (token != word and not initial):
            break
    while taken and taken[-1].casefold() in _INNER_LINKS:
        taken.pop()
    return " ".join(taken)
