"""What a question says, word by word, laid out so that two can be compared; which of the words say something. Pure."""

import re
from collections.abc import Sequence
from itertools import dropwhile

from store.questions.subject import is_content, plainly_put, terms
from store.questions.synonyms import meanings
from store.questions.verbs import PREPOSITIONS, may_be

_IS = re.compile(r"\b(who|what|where|when|how|why|that|it|there|he|she)['’]s\b", re.IGNORECASE)
_NOT = re.compile(r"\b(ca|wo)n['’]t\b|n['’]t\b", re.IGNORECASE)
_OWNING = re.compile(r"(?<=\w)['’]s?(?=\s)")
_CLEFT = re.compile(r"\b(?:is|was) it (?:true |so )?(?:that|who)\b", re.IGNORECASE)
_INITIALS = re.compile(r"\b(?:[A-Z]\.\s?){2,}")
_HOW_TO = re.compile(
    r"\bhow (?:exactly )?(?:(?:(?:do|can|could|should|would|must) )?(?:i|you|we|one)|to)\b", re.IGNORECASE
)
ARTICLES = frozenset("a an the el la los las un una unos unas s".split())
OWNERS = frozenset("my our your his her its their mi mis tu tus su sus".split())
DETERMINERS = (ARTICLES | OWNERS | frozenset("this that este esta ese esa".split())) - {"s"}
FREE = frozenset(
    "in on at of for by within during en please exactly precisely specifically specific particular actually really "
    "currently presently now just located situated found again also ever favor type kind sort prestigious notable "
    "official officially formal formally commonly typically generally usually normally".split()
)
"""Words that may come or go, or stand for one another, without another question being asked."""
_TELLING = frozenset("list name write describe explain tell give say".split())
"""Words that connect nothing and ask nothing, unless a question begins with them."""
BE = frozenset("is are was were es son".split())
AUXILIARIES = frozenset("do does did is are was were has have had".split())
CLASSES = frozenset(
    "book novel work film movie song album poem piece play painting town city village country river lake island "
    "company firm band libro novela obra pelicula cancion ciudad pueblo empresa".split()
)
"""What may stand before a name to say what it is the name of."""
_ENGLISH = frozenset(
    "who whom whose what which where when why how is are were does did do has have had can could will tell".split()
)


def line_of(question: str) -> list[str]:
    """The words of a question in order, without a polite beginning; "s" behind an owner."""
    text = _CLEFT.sub("", _IS.sub(r"\1 is", plainly_put(question)))
    text = _NOT.sub(lambda match: {"ca": "cannot", "wo": "will not"}.get((match[1] or "").casefold(), " not"), text)
    text = _INITIALS.sub(lambda match: re.sub(r"[.\s]", "", match.group()) + " ", text)
    return terms(_OWNING.sub(" s", _HOW_TO.sub("how to", text)))


def plainly(one: list[str], other: list[str], names: set[str]) -> tuple[list[str], list[str]]:
    """Both lines without what their names are the names of: "where is Rex" for "where is our dog Rex".

    Where one says our dog Rex and the other our cat Rex both stay.
    """
    found = [[i for i, word in enumerate(line) if _names_it(line, i, names)] for line in (one, other)]
    said, also = ({line[i] for i in at} for line, at in zip((one, other), found, strict=True))
    if said and also and said.isdisjoint(also):
        return one, other
    first, second = (_without(line, at) for line, at in zip((one, other), found, strict=True))
    return first, second


def _names_it(line: Sequence[str], index: int, names: set[str]) -> bool:
    """Whether the word there says what the name behind it is of: our dog Rex, uncle Bob, the village of Kelso."""
    word, before, behind = line[index], line[index - 1] if index else "", list(line[index + 1 : index + 4])
    if word in names or not matters(word) or before == "s":
        return False
    if behind[:1] in (["of"], ["de"]) and word in CLASSES:
        behind = behind[1:]
    if behind[:1] != ["s"]:
        behind = [*dropwhile(ARTICLES.__contains__, behind)]
    if not behind or behind[0] not in names:
        return False
    if before in DETERMINERS | {"del", "al"}:
        return True
    follows = before in AUXILIARIES | PREPOSITIONS
    return follows and not may_be(word, "verb") and not _ENGLISH.isdisjoint(line)


def _without(line: Sequence[str], at: Sequence[int]) -> list[str]:
    """`line` without the words `at` some places, their articles before and an "of" behind them."""
    gone = {place for i in at for place in (i, i - (line[i - 1] in DETERMINERS), i + (line[i + 1] in ("of", "de")))}
    return [word for i, word in enumerate(line) if i not in gone]


def matters(word: str) -> bool:
    return word not in FREE and says(word)


def says(word: str) -> bool:
    return (is_content(word) or word in _TELLING) and word not in ARTICLES


def beyond(words: set[str], others: set[str]) -> set[str]:
    """Those `words` of which none of the `others` means the same."""
    meant = {meaning for other in others for meaning in meanings(other)}
    return {word for word in words if meant.isdisjoint(meanings(word))}


def in_english(question: str) -> bool:
    """Whether `question` begins with words that ask in English."""
    return not _ENGLISH.isdisjoint(terms(plainly_put(question))[:4])
