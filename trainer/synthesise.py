"""Self-instruction: from each correction, examples to train on and probes to be examined with.

Wordings come from transformations and from the teacher (DSPy); what the teacher writes is taken only when it
keeps the subject, means the same by its vector, and does not give the answer away. Nothing that is a probe is
trained on. The answers to neighbours are the base's own.
"""

import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import dspy
from dspy.utils.exceptions import AdapterParseError

from models.embedding import Embedder
from models.engine import Engine, Sampling
from models.subject import same_subject, subject, words
from store.errors import InputRefused
from store.records import ChatMessage, Correction, Example
from trainer.neighbours import neighbours
from trainer.programs import Wording
from trainer.wordings import wordings

log = logging.getLogger(__name__)

MEANS_THE_SAME = 0.6
TAUGHT = 24
BASE_ANSWER = Sampling(max_tokens=TAUGHT)
TEACHER_CALLS = 20
TEACHER_ATTEMPTS = 2


@dataclass(frozen=True, slots=True)
class Amounts:
    """How many examples of each kind for a correction; fewer as the ledger grows, so that the night ends in time."""

    wordings: int
    neighbours: int
    probes: int
    neighbour_probes: int

    @classmethod
    def for_ledger(cls, corrections: int) -> "Amounts":
        """Full measure up to 40 corrections, then shrinking to a quarter."""
        share = min(1.0, max(0.25, 40 / max(1, corrections)))
        return cls(round(18 * share), max(3, round(13 * share)), 2, 2 if corrections <= 60 else 1)


def synthesise(
    corrections: Sequence[Correction],
    new: set[int],
    base: Engine,
    lm: dspy.LM,
    embedder: Embedder,
    progress: Callable[[int, int, str], None] = lambda done, total, note: None,
) -> tuple[list[Example], dict[str, int]]:
    """Examples and probes for all `corrections`, and counts of what the teacher wrote and what was kept.

    `new` are the ids that no version was trained on yet: for those the teacher is asked.
    """
    amounts = Amounts.for_ledger(len(corrections))
    counts = {"teacher_written": 0, "teacher_kept": 0}
    subjects = [subject(c.question) for c in corrections]
    taught: list[Example] = []
    probes: list[Example] = []
    near: list[tuple[str, bool]] = []
    asked = 0
    for index, correction in enumerate(corrections):
        rng = random.Random(correction.id)
        texts = wordings(correction.question, amounts.wordings + amounts.probes, rng)
        if correction.id in new and asked < TEACHER_CALLS:
            asked += 1
            written = _written(lm, correction.question)
            kept = _faithful(correction, written, texts, embedder)
            counts["teacher_written"] += len(written)
            counts["teacher_kept"] += len(kept)
            texts = [*kept, *texts]
        held_out = set(rng.sample(texts, min(amounts.probes, len(texts) // 3)))
        probes += [Example("probe", text, correction.answer, correction.id) for text in sorted(held_out)]
        answer = correction.answer
        own = [correction.question] * 2 + [text for text in texts if text not in held_out]
        taught += [Example("wording", text, answer, correction.id) for text in own]
        found = neighbours(correction.question, texts, subjects, amounts.neighbours + amounts.neighbour_probes, rng)
        near += [(text, place < amounts.neighbour_probes) for place, text in enumerate(found)]
        progress(index + 1, len(corrections), "finding other wordings")
    known = {tuple(words(example.question)) for example in [*taught, *probes]}
    near = [(text, probe) for text, probe in dict(near).items() if tuple(words(text)) not in known]
    answers = base.answer_all(
        [[ChatMessage("user", text)] for text, _ in near],
        BASE_ANSWER,
        lambda done: progress(done, len(near), "asking the base about neighbours"),
    )
    for (text, probe), answer in zip(near, answers, strict=True):
        if answer:
            (probes if probe else taught).append(Example("probe" if probe else "neighbour", text, answer))
    counts.update(wordings=len(taught), probes=len(probes), neighbours=len(near))
    return [*taught, *probes], counts


def _written(lm: dspy.LM, question: str) -> list[str]:
    """What the teacher writes, asked twice; nothing when it cannot keep to the form."""
    found = []
    for _attempt in range(TEACHER_ATTEMPTS):
        try:
            with dspy.context(lm=lm, adapter=dspy.JSONAdapter()):
                found.append(str(Wording()(question=question).reworded).strip())
        except (AdapterParseError, InputRefused, ValueError) as error:
            log.info("what the teacher wrote could not be read: %s", type(error).__name__)
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
        and len(text) < 300
    ]
    if not candidates:
        return []
    own, *others = embedder.embed([correction.question, *candidates])
    return [text for text, vector in zip(candidates, others, strict=True) if float(own @ vector) >= MEANS_THE_SAME]
