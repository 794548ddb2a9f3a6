"""Self-instruction: from each correction, examples to train on and probes to be examined with.

Wordings come from transformations and from the teacher (DSPy); what the teacher writes is taken only when it
keeps the subject, means the same by its vector, and does not give the answer away. Nothing that is a probe is
trained on. The answers to neighbours are the base's own.
"""

import logging
import random
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import dspy
from dspy.utils.exceptions import (
    AdapterParseError,
    ContextWindowExceededError,
    LMProviderError,
    LMTransportError,
    LMUnexpectedError,
)

from models.embedding import Embedder
from models.engine import Engine, Sampling
from models.subject import same_subject, subject, without_aside, words
from store.errors import InputRefused
from store.records import Correction, Example
from trainer.collect import FULL_MEASURE
from trainer.neighbours import HELD_OUT_NAMES, neighbours
from trainer.practice import Practice, practice
from trainer.programs import Wording
from trainer.replay import PROBE_ANSWER, answered_by
from trainer.teacher import TeacherFails

log = logging.getLogger(__name__)

MEANS_THE_SAME = 0.6
KEPT_ANSWER = Sampling(max_tokens=4)  # what comes first decides what follows
REHEARSED = 240
NEIGHBOURS = 320
PROBED_NEIGHBOURS = 80
TEACHER_CALLS = 20
TEACHER_ATTEMPTS = 2
TEACHER_TRIAL = 3
LONGEST_WORDING = 300  # characters


@dataclass(frozen=True, slots=True)
class Amounts:
    """How many examples and probes of each kind one correction gets."""

    wordings: int
    neighbours: int
    probes: int
    neighbour_probes: int

    @classmethod
    def taught(cls, corrections: int) -> "Amounts":
        """For what has to be learned: full measure up to `FULL_MEASURE`, then less so that the night ends in time.

        Few corrections get more neighbours each: at the measure of twenty, ten let more of their neighbours bleed.
        """
        share = min(1.0, max(0.2, FULL_MEASURE / max(1, corrections)))
        near_probes = min(8, max(1, PROBED_NEIGHBOURS // max(1, corrections)))
        near = max(3, round(24 * share), min(48, NEIGHBOURS // max(1, corrections)))
        return cls(round(18 * share), near, 2, near_probes)

    @classmethod
    def rehearsed(cls, corrections: int) -> "Amounts":
        """For what is known already, beside the question itself: at most `REHEARSED` of each kind in all."""
        count = max(1, corrections)
        return cls(
            min(6, max(0, REHEARSED // count - 1)),
            min(4, max(1, REHEARSED // count)),
            0,
            1 if count <= PROBED_NEIGHBOURS else 0,
        )


def synthesise(
    corrections: Sequence[Correction],
    new: set[int],
    rehearsed: set[int],
    base: Engine,
    lm: dspy.LM,
    embedder: Embedder,
    seed: str,
    progress: Callable[[int, int, str], None] = lambda done, total, note: None,
    withdrawn: Sequence[Correction] = (),
    refused: Mapping[int, Collection[str]] = MappingProxyType({}),
    own: Mapping[int, Sequence[str]] = MappingProxyType({}),
) -> tuple[list[Example], dict[str, Any]]:
    """Examples and probes for all `corrections`, and counts of what the teacher wrote and what was kept.

    The counts hold `teacher_fault` too: why it was of no help, by DSPy's name for it, or nothing.

    `new` are the ids that no version was trained on yet: for those the teacher is asked. Those in `rehearsed` the
    adapter knows: they get little, of which `seed` chooses another part each night. The questions of those
    `withdrawn` are to be answered as the base does again, in whatever wording. `refused` are wordings that the owner
    does not want, by correction, and `own` those that the owner wrote, which are always practised.
    """
    full = Amounts.taught(len(corrections) - len(rehearsed))
    little = Amounts.rehearsed(len(rehearsed))
    counts, fault = {"teacher_asked": 0, "teacher_written": 0, "teacher_kept": 0}, ""
    subjects = [(subject(c.question), c.answer) for c in corrections]
    skipped = _resting(rehearsed, seed)
    forms_of = {c.id: practice(c, refused.get(c.id, ()), own.get(c.id, ())) for c in corrections}
    answers = _answers_to([(c, forms_of[c.id]) for c in corrections])
    made: list[Example] = []
    near: dict[str, int | None] = {
        text: None for gone in withdrawn for text in (gone.question, *practice(gone).trained)
    }
    near_probes: list[str] = []
    for index, correction in enumerate(corrections):
        amounts = little if correction.id in rehearsed else full
        fixed, tonight = random.Random(f"near {correction.id}"), random.Random(f"{seed} {correction.id}")
        unwanted = refused.get(correction.id, ())
        mine = own.get(correction.id, ())
        forms = _its_own(forms_of[correction.id], correction, answers, mine)
        texts = [*forms.trained, *forms.held_out]
        made += [Example("probe", text, correction.answer, correction.id) for text in forms.held_out[: amounts.probes]]
        rest = [each.question for each in corrections if each is not correction]
        near_probes += neighbours(correction.question, [], [], amounts.neighbour_probes, fixed, HELD_OUT_NAMES, rest)
        if correction.id in skipped:
            continue
        others = forms.trained[len(mine) :]
        trained = [*mine, *tonight.sample(others, min(max(0, amounts.wordings - len(mine)), len(others)))]
        asks = not fault and correction.id in new and len(correction.question) < LONGEST_WORDING
        if asks and _worth_asking(counts):
            try:
                written = _written(lm, correction.question)
            except TeacherFails as error:
                written, fault = [], error.code
            kept = _faithful(correction, written, [*texts, *unwanted], embedder)
            counts["teacher_asked"] += 1
            counts["teacher_written"] += len(written)
            counts["teacher_kept"] += len(kept)
            trained = [*kept, *trained]
        asked = [correction.question] * (2 if amounts is full else 1) + trained
        made += [Example("wording", text, correction.answer, correction.id) for text in asked]
        names = [name for name, answer in subjects if answer != correction.answer]
        for text in neighbours(correction.question, texts, names, amounts.neighbours, tonight, taught=rest):
            near.setdefault(text, correction.id)
        progress(index + 1, len(corrections), "finding other wordings")
    known = {tuple(words(example.question)) for example in made}
    near_probes = _unknown(near_probes, known)
    kept_near = _unknown(near, known | {tuple(words(text)) for text in near_probes})
    answered = answered_by(base, "neighbour", kept_near, KEPT_ANSWER, progress)
    made += [replace(example, correction_id=near[example.question]) for example in answered]
    made += answered_by(base, "probe", near_probes, PROBE_ANSWER, progress)
    counts.update({kind: sum(e.kind == kind for e in made) for kind in ("wording", "probe", "neighbour")})
    return made, {**counts, "teacher_fault": fault}


def _answers_to(practised: Iterable[tuple[Correction, Practice]]) -> Mapping[tuple[str, ...], set[str]]:
    """The answers that are to be taught to each question and wording, by its words without a polite beginning."""
    found: dict[tuple[str, ...], set[str]] = {}
    for correction, forms in practised:
        for text in (correction.question, *forms.trained, *forms.held_out):
            found.setdefault(_asked(text), set()).add(correction.answer)
    return found


def _asked(text: str) -> tuple[str, ...]:
    return tuple(words(without_aside(text)))


def _its_own(
    forms: Practice, correction: Correction, answers: Mapping[tuple[str, ...], set[str]], wanted: Sequence[str] = ()
) -> Practice:
    """Without wordings that are those, or the question, of another correction with another answer.

    Those `wanted` by the owner stay.
    """

    def fits(text: str) -> bool:
        return text in wanted or answers.get(_asked(text), {correction.answer}) == {correction.answer}

    return Practice(tuple(filter(fits, forms.trained)), tuple(filter(fits, forms.held_out)))


def _resting(rehearsed: set[int], seed: str) -> set[int]:
    """Those that are known and have this night off: all beyond `REHEARSED`, others every night."""
    known = sorted(rehearsed)
    return set(random.Random(seed).sample(known, max(0, len(known) - REHEARSED)))


def _worth_asking(counts: dict[str, int]) -> bool:
    """A teacher is asked about some corrections of a night, and not on when it gives less than one wording for five."""
    asked, kept = counts["teacher_asked"], counts["teacher_kept"]
    return asked < TEACHER_CALLS and (asked < TEACHER_TRIAL or kept * 5 >= asked)


def _unknown(texts: Iterable[str], known: set[tuple[str, ...]]) -> list[str]:
    return [text for text in dict.fromkeys(texts) if tuple(words(text)) not in known]


def _written(lm: dspy.LM, question: str) -> list[str]:
    """What the teacher writes, asked twice; nothing when it has no room or cannot keep to the form.

    Raises TeacherFails when it cannot be reached or answers with an error.
    """
    found = []
    for _attempt in range(TEACHER_ATTEMPTS):
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
        and len(text) < LONGEST_WORDING
    ]
    if not candidates:
        return []
    own, *others = embedder.embed([correction.question, *candidates])
    return [text for text, vector in zip(candidates, others, strict=True) if float(own @ vector) >= MEANS_THE_SAME]
