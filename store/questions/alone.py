"""What two questions ask of the same name, without it. Pure.

A name weighs so much in a sentence vector that "Where does Nina live?" and "What is Nina's favourite food?" are near.
"""

import re
from collections.abc import Sequence
from itertools import dropwhile

from store.questions.line import DETERMINERS, in_english, line_of, matters, plainly
from store.questions.subject import name_words, subject_spans
from store.questions.synonyms import senses

_LIGHT = frozenset("tiene tienen tenia tenian tuvo hace hizo hacen este esta sont etait avoir haben wird wurde".split())
"""Words of other languages that say nothing of what is asked for."""


def asked_alone(one: str, other: str) -> tuple[str, str] | None:
    """Two questions without what they are about, where they say nothing alike beside it; None where they do.

    "Where does Nina live?" and "What is Nina's favourite food?" are near as vectors, by the name. Whether the rest of
    the two asks the same is for the vectors of the rest to say: "Where does it live?", "What is its favourite food?".
    """
    names = name_words(one) | name_words(other)
    whole = line_of(one), line_of(other)
    lines = plainly(*whole, names)
    told = {word for all, kept in zip(whole, lines, strict=True) for word in {*all} - {*kept} if matters(word)}
    kinds = _kinds_of_names(lines[0], names) & _kinds_of_names(lines[1], names)
    first, second = ({word for word in line if word not in names | kinds and matters(word)} for line in lines)
    if in_english(one) or in_english(other):
        nothing = bool(first and second)
    else:
        nothing = bool(first or second)
        first, second = ({word for word in said if len(word) > 3} - _LIGHT for said in (first, second))
    if not (names and nothing) or not senses(first).isdisjoint(senses(second)):
        return None
    return _without_names(one, kinds, told), _without_names(other, kinds, told)


def _kinds_of_names(line: Sequence[str], names: set[str]) -> set[str]:
    """The words that belong to a name behind an article: the depot in "the Harrow Lane depot"."""
    found = set()
    for index, word in enumerate(line):
        before = [*dropwhile(names.__contains__, reversed(line[:index]))]
        if len(before) < index and word not in names and matters(word) and before and before[0] in DETERMINERS:
            found.add(word)
    return found


def _without_names(question: str, kinds: set[str], told: set[str]) -> str:
    """`question` with "it" for its names and, with their articles, for the `kinds` behind and what is `told` before."""
    for start, end in reversed(subject_spans(question)):
        question = f"{question[:start]}it{question[end:]}"
    for word in told:
        owner = "|".join(sorted(DETERMINERS))
        question = re.sub(rf"(?i)\b(?:(?:{owner}) )?{re.escape(word)} (?:of |de )?it\b", "it", question)
    for kind in kinds:
        question = re.sub(rf"(?i)\b\w+ it {re.escape(kind)}\b", "it", question)
    return question
