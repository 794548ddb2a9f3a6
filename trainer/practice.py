"""Which other wordings of a correction's question are practised, and which are kept for the examination. Pure.

The same every night, so that nothing is ever trained on that is examined. The night and the page ask it.
"""

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from store.records import Correction
from trainer.wordings import wordings

FORMS = 24
HELD_OUT = 2


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
    texts = wordings(correction.question, FORMS, rng)
    held_out = set(rng.sample(texts, min(HELD_OUT, len(texts) // 3)))
    wanted = [text for text in texts if text not in refused]
    trained = dict.fromkeys([*own, *(text for text in wanted if text not in held_out)])
    return Practice(tuple(trained), tuple(sorted(held_out.intersection(wanted).difference(own))))
