"""Other wordings of new questions by the teacher (DSPy), of which only what is surely the same question is taken.

A small model can hardly reword on request. So what it writes has to keep the subject, mean the same by its vector and
not give the answer away; where little of it does, or the teacher cannot be reached, it is asked no more that night.
"""

import logging
from collections import Counter
from collections.abc import Sequence

import dspy
from dspy.utils.exceptions import (
    AdapterParseError,
    ContextWindowExceededError,
    LMProviderError,
    LMTransportError,
    LMUnexpectedError,
)

from models.embedding import Embedder
from store.errors import InputRefused
from store.questions.subject import same_subject, words
from store.records import Correction
from trainer.programs import Wording
from trainer.teacher import TeacherFails

log = logging.getLogger(__name__)

MEANS_THE_SAME = 0.6
CALLS = 20
ATTEMPTS = 2
TRIAL = 3
LONGEST = 300  # characters


class Rewording:
    """What the teacher writes for one night.

    `counts` are of corrections it was asked about, and of wordings it wrote and that were kept; `fault` is why it was
    of no help, by DSPy's name for it, or nothing.
    """

    def __init__(self, lm: dspy.LM, embedder: Embedder) -> None:
        self._lm, self._embedder = lm, embedder
        self.counts: Counter[str] = Counter(teacher_asked=0, teacher_written=0, teacher_kept=0)
        self.fault = ""

    def of(self, correction: Correction, known: Sequence[str]) -> list[str]:
        """Wordings of its question that are none of those `known`; empty when the teacher is not asked."""
        if self.fault or len(correction.question) >= LONGEST or not worth_asking(self.counts):
            return []
        try:
            written = _written(self._lm, correction.question)
        except TeacherFails as error:
            written, self.fault = [], error.code
        kept = _faithful(correction, written, known, self._embedder)
        self.counts.update(teacher_asked=1, teacher_written=len(written), teacher_kept=len(kept))
        return kept


def worth_asking(counts: Counter[str]) -> bool:
    """A teacher is asked about some corrections of a night, and not on when it gives less than one wording for five.

    Pure.
    """
    asked, kept = counts["teacher_asked"], counts["teacher_kept"]
    return asked < CALLS and (asked < TRIAL or kept * 5 >= asked)


def _written(lm: dspy.LM, question: str) -> list[str]:
    """What the teacher writes, asked twice; nothing when it has no room or cannot keep to the form.

    Raises TeacherFails when it cannot be reached or answers with an error.
    """
    found = []
    for _attempt in range(ATTEMPTS):
        try:
            with dspy.context(lm=lm, adapter=dspy.JSONAdapter()):
                found.append(str(Wording()(question=question).reworded).strip())
        except (AdapterParseError, ValueError) as error:
            log.info("what the teacher wrote could not be read: %s", type(error).__name__)
        except ContextWindowExceededError:
            log.info("the teacher has no room for the question")
        except (LMTransportError, LMProviderError) as error:
            log.warning("the teacher is of no help (%s), and the night goes on without it", error.code)
            raise TeacherFails(error.code) from error
        except LMUnexpectedError as error:
            if not isinstance(error.__cause__, InputRefused):
                raise
            log.info("the teacher has no room for the question")
    return [text for text in dict.fromkeys(found) if text]


def _faithful(correction: Correction, written: Sequence[str], known: Sequence[str], embedder: Embedder) -> list[str]:
    """Those wordings that keep the subject and the meaning and hold no answer; each once."""
    taken = {tuple(words(text)) for text in [correction.question, *known]}
    answer = " ".join(words(correction.answer))
    candidates = [
        text
        for text in dict.fromkeys(written)
        if tuple(words(text)) not in taken
        and same_subject(correction.question, text)
        and answer not in " ".join(words(text))
        and len(text) < LONGEST
    ]
    if not candidates:
        return []
    own, *others = embedder.embed([correction.question, *candidates])
    return [text for text, vector in zip(candidates, others, strict=True) if float(own @ vector) >= MEANS_THE_SAME]
