"""Whether two questions ask the same, by all that their words say. Pure.

Sentence vectors say which two are near; this says which of those are not the same for all that.
"""

from store.questions.aspect import asks_for, contrary, other_kind
from store.questions.difference import one_thing_else
from store.questions.subject import HALF, same_subject, subject

WHOLE = 800
"""Characters of a question of which the vector surely knows all: of a longer one it may not know what is asked."""


def same_question(known: str, asked: str, share: float = HALF) -> bool:
    """Whether two questions whose vectors are near ask for the same: of the same subject, and the same of it.

    Where they name nothing, a `share` of their content words is to be in both.
    """
    return (
        max(len(known), len(asked)) <= WHOLE
        and same_subject(known, asked, share)
        and asks_for(known) == asks_for(asked)
        and not other_kind(known, asked)
        and not contrary(known, asked, subject(known))
        and not one_thing_else(known, asked)
    )
