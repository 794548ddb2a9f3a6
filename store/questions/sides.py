"""Who did what to whom: whether two questions of the same words ask for the two sides of a relation. Pure."""

import re
from collections.abc import Sequence

from store.questions.line import ARTICLES, BE, OWNERS, beyond, matters, says
from store.questions.synonyms import roots
from store.questions.verbs import PREPOSITIONS

_MUTUAL = frozenset("married related engaged connected linked friends similar casado casada casados".split())
_STRANDED = (PREPOSITIONS - {"at"}) | {"of"}
_ASKING = frozenset("which what who whom whose where when how that".split())
_QUIEN, _A_QUIEN = re.compile(r"\bquien(?:es)?\b"), re.compile(r"\ba quien(?:es)?\b")
_BOTH_WAYS = frozenset("and or with y o e u con between entre versus vs".split())
_REACH = 5
"""So many words may stand between two that are in a relation."""
_AUXILIARY = "do|does|did|is|are|was|were|has|have|had|can|could|will|would|should"
_NOUN = rf"(?:which|what)(?: (?!(?:{_AUXILIARY})\b)\w+){{1,3}}?"
_DONE = (
    r"(?:\w+ed|taught|bitten|beaten|led|made|written|given|sold|bought|paid|sent|told|chosen|driven|taken|held|met|"
    r"found|built|lent)"
)
_OF_OBJECT = re.compile(
    rf"\b(?:who|whom|what|{_NOUN}) (?:do|does|did) \w|\bwho (?:is|are|was|were) (?:\w+ )?{_DONE} by \w"
)
_OF_SUBJECT = re.compile(rf"\bwho (?!(?:{_AUXILIARY})\b)\w|^{_NOUN} (?!(?:{_AUXILIARY})\b)\w(?!.*\b(?:{_AUXILIARY})\b)")
_WHOSE = re.compile(r"\bwhose\b|\bde quien(?:es)?\b|\bwessen\b")


def turned_round(one: Sequence[str], other: Sequence[str], names: set[str]) -> bool:
    """Whether two words changed their places around the same relation: from Kelso to Denby, from Denby to Kelso."""
    first, second = _relations(one, names), _relations(other, names)

    def there(a: str, between: tuple[str, ...], b: str) -> bool:
        return any(between == also and _forms(a, c) and _forms(b, d) for c, also, d in second)

    return any(there(b, between, a) and not there(a, between, b) for a, between, b in first if not _forms(a, b))


def _forms(one: str, other: str) -> bool:
    """Whether two words are forms of one: ounce and ounces."""
    return one == other or not roots(one).isdisjoint(roots(other))


def _relations(line: Sequence[str], names: set[str]) -> set[tuple[str, tuple[str, ...], str]]:
    """Every two words that say something, with what stands between them but articles, possessives and other names."""
    speaking = [word in names or says(word) for word in line]
    found = set()
    for start, one in enumerate(line):
        for end in range(start + 2, min(start + _REACH + 2, len(line)) if speaking[start] else 0):
            inside = [word for word in line[start + 1 : end] if word not in names]
            between = tuple(word for word in inside if word not in ARTICLES | BE | OWNERS) or tuple(inside)
            if speaking[end] and between and _BOTH_WAYS.isdisjoint(between) and one != line[end]:
                found.add((one, between, line[end]))
    return found


def other_side(one: Sequence[str], other: Sequence[str], names: set[str]) -> bool:
    """Whether one asks who did it and the other to whom, or the one whose and the other of whom."""
    first, second = " ".join(one), " ".join(other)
    if bool(_WHOSE.search(first)) != bool(_WHOSE.search(second)):
        return {word for word in one if says(word)} == {word for word in other if says(word)}
    if one[:1] == other[:1] and not _shares(one, other, names):
        return False
    if _stranded(one, other) or _stranded(other, one):
        return True
    if _QUIEN.search(first) and _QUIEN.search(second) and bool(_A_QUIEN.search(first)) != bool(_A_QUIEN.search(second)):
        return True
    return any(_OF_SUBJECT.search(a) and _OF_OBJECT.search(b) for a, b in ((first, second), (second, first)))


def _shares(one: Sequence[str], other: Sequence[str], names: set[str]) -> bool:
    """Whether both say something alike beside names, or the one nothing, so that one may be the other turned round."""
    first, second = ({word for word in line if word not in names and matters(word)} for line in (one, other))
    return not (first and second) or beyond(first, second) != first


def _stranded(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether the one asks with whom she is angry ("who is she angry with"), and the other who is with her."""
    if {word for word in one if says(word)} != {word for word in other if says(word)} or not _MUTUAL.isdisjoint(one):
        return False
    end = one[-1] if one else ""
    behind = [other[place + 1] for place, word in enumerate(other[:-1]) if word == end]
    if end not in _STRANDED or other[-1:] == [end] or not _ASKING.isdisjoint(behind):
        return False
    return other[:1] != [end] and not PREPOSITIONS.issuperset(behind)
