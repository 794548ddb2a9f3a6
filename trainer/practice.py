"""Which other wordings of a correction's question are practised, and which are kept for the examination. Pure.

The same every night, so that nothing is ever trained on that is examined. The night and the page ask it.
"""

import random
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from store.records import Correction
from trainer.wordings import wordings

FORMS = 24
HELD_OUT = 2

_HOUR = (
    r"\b\d{1,2}\b|\d ?[ap]m|"
    r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|noon|midnight|half|quarter)\b"
)
_EXACT = tuple(
    (re.compile(asked, re.IGNORECASE), re.compile(given, re.IGNORECASE))
    for asked, given in (
        (r"\bin (?:which|what) year\b", r"\b\d{4}\b"),
        (r"\bat what time\b|\bwhat is the time\b", _HOUR),
        (r"\bon (?:which|what) date\b", r"\b\d{1,2}(?:st|nd|rd|th)?\b(?![:.]\d)"),
    )
)
"""Wordings that ask for a year, an hour or a day, and what an answer to them holds."""


@dataclass(frozen=True, slots=True)
class Practice:
    """Wordings to train on, and wordings that are only examined."""

    trained: tuple[str, ...]
    held_out: tuple[str, ...]


def practice(correction: Correction, refused: Collection[str] = (), own: Sequence[str] = ()) -> Practice:
    """Other wordings of the question of `correction`, without those that its owner `refused`, after the owner's `own`.

    What the owner wants practised is not examined.
    """
    rng = random.Random(correction.id)
    texts = wordings(correction.question, FORMS, rng, lambda text: not _too_exact(text, correction))
    held_out = set(rng.sample(texts, min(HELD_OUT, len(texts) // 3)))
    wanted = [text for text in texts if text not in refused]
    trained = dict.fromkeys([*own, *(text for text in wanted if text not in held_out)])
    return Practice(tuple(trained), tuple(sorted(held_out.intersection(wanted).difference(own))))


def _too_exact(text: str, correction: Correction) -> bool:
    """Whether a wording asks for the year where the answer, or the question itself, speaks of none."""
    return any(
        asked.search(text) and not asked.search(correction.question) and not given.search(correction.answer)
        for asked, given in _EXACT
    )
