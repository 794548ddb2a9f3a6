"""Self-instruction: from each correction, examples to train on and probes to be examined with.

Wordings come from transformations (`practice`) and from the teacher (`rewording`). Nothing that is a probe is trained
on. The answers to neighbours are the base's own.
"""

import random
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any

from models.engine import Engine, Sampling
from store.questions.subject import subject, without_aside, words
from store.records import Correction, Example
from trainer.collect import FULL_MEASURE
from trainer.namesakes import namesakes
from trainer.neighbours import HELD_OUT_NAMES, HELD_OUT_WORDS, neighbours
from trainer.practice import Practice, practice
from trainer.replay import PROBE_ANSWER, answered_by
from trainer.rewording import Rewording

KEPT_ANSWER = Sampling(max_tokens=4)  # what comes first decides what follows
REHEARSED = 240
NEIGHBOURS = 320
PROBED_NEIGHBOURS = 80


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

    @property
    def namesakes(self) -> int:
        """How many names are drawn for a question; half of its neighbours take one, in some wording or other."""
        return max(2, self.neighbours // 2)

    @classmethod
    def rehearsed(cls, corrections: int) -> "Amounts":
        """For what is known already, beside the question itself; `REHEARSED` of them at the most, others each night.

        Without another wording each, wordings fade while questions stay.
        """
        count = max(1, corrections)
        return cls(
            min(6, max(1, REHEARSED // count - 1)),
            min(4, max(2, REHEARSED // count)),
            0,
            1 if count <= PROBED_NEIGHBOURS else 0,
        )


@dataclass(frozen=True, slots=True)
class Lessons:
    """What one night is to teach.

    `new` are the ids of corrections that no version was trained on yet: for those the teacher is asked. Those `known`
    the adapter knows: they get little. The questions of those `withdrawn` are to be answered as the base does again, in
    whatever wording. `refused` are wordings that the owner does not want, by correction, and `own` those that the owner
    wrote, which are always practised.
    """

    corrections: Sequence[Correction]
    new: Set[int] = frozenset()
    known: Set[int] = frozenset()
    withdrawn: Sequence[Correction] = ()
    refused: Mapping[int, Collection[str]] = field(default_factory=dict)
    own: Mapping[int, Sequence[str]] = field(default_factory=dict)

    @property
    def to_learn(self) -> list[Correction]:
        """Those that the adapter does not know yet."""
        return [each for each in self.corrections if each.id not in self.known]

    def forms(self, correction: Correction) -> Practice:
        """In which wordings `correction` may be practised, and in which it may be examined."""
        return practice(correction, self.refused.get(correction.id, ()), self.own.get(correction.id, ()))


@dataclass(frozen=True, slots=True)
class Plan:
    """What is made of one correction: questions to train on, with its answer (`asked`) and with the base's (`near`),
    and questions for the examination of both kinds; `avoided` are wordings that the teacher need not write again."""

    correction: Correction
    asked: Sequence[str]
    near: Sequence[str]
    probes: Sequence[str]
    near_probes: Sequence[str]
    avoided: Sequence[str]


def planned(lessons: Lessons, seed: str, made_up: Mapping[str, Sequence[str]]) -> Iterator[Plan]:
    """A plan for each of the corrections; of what is known, `seed` chooses another part each night. Pure.

    `made_up` are the namesakes of the names in their questions, by name.
    """
    forms_of = {c.id: lessons.forms(c) for c in lessons.corrections}
    answers = _answers_to([(c, forms_of[c.id]) for c in lessons.corrections])
    own_forms = {c.id: _its_own(forms_of[c.id], c, answers, lessons.own.get(c.id, ())) for c in lessons.corrections}
    resting = _resting(lessons.known, seed)
    for correction in lessons.corrections:
        yield _plan(correction, own_forms[correction.id], lessons, seed, correction.id in resting, made_up)


def _plan(
    correction: Correction,
    forms: Practice,
    lessons: Lessons,
    seed: str,
    rests: bool,
    made_up: Mapping[str, Sequence[str]],
) -> Plan:
    known = correction.id in lessons.known
    amounts = Amounts.rehearsed(len(lessons.known)) if known else Amounts.taught(len(lessons.to_learn))
    fixed, tonight = random.Random(f"near {correction.id}"), random.Random(f"{seed} {correction.id}")
    rest = [each.question for each in lessons.corrections if each is not correction]
    probes = forms.held_out[: amounts.probes]
    near_probes = neighbours(correction.question, [], [], amounts.neighbour_probes, fixed, HELD_OUT_NAMES, rest)
    if rests:
        return Plan(correction, (), (), probes, near_probes, ())
    mine, texts = lessons.own.get(correction.id, ()), [*forms.trained, *forms.held_out]
    others = forms.trained[len(mine) :]
    trained = [*mine, *tonight.sample(others, min(max(0, amounts.wordings - len(mine)), len(others)))]
    asked = [correction.question] * (1 if known else 2) + trained
    names = [subject(each.question) for each in lessons.corrections if each.answer != correction.answer]
    near = neighbours(correction.question, texts, names, amounts.neighbours, tonight, taught=rest, namesakes=made_up)
    return Plan(correction, asked, near, probes, near_probes, [*texts, *lessons.refused.get(correction.id, ())])


def synthesise(
    lessons: Lessons,
    base: Engine,
    rewording: Rewording,
    seed: str,
    progress: Callable[[int, int, str], None] = lambda done, total, note: None,
) -> tuple[list[Example], dict[str, Any]]:
    """Examples and probes for all `lessons`, and counts of them and of what the teacher wrote (`Rewording`).

    The counts hold `teacher_fault` too.
    """
    made: list[Example] = []
    near: dict[str, int | None] = {
        text: None for gone in lessons.withdrawn for text in (gone.question, *practice(gone).trained)
    }
    near_probes: list[str] = []
    drawn = Amounts.taught(len(lessons.to_learn)).namesakes
    made_up = namesakes(base, [each.question for each in lessons.to_learn], drawn, HELD_OUT_WORDS, progress)
    for number, plan in enumerate(planned(lessons, seed, made_up), 1):
        correction = plan.correction
        written = rewording.of(correction, plan.avoided) if correction.id in lessons.new else []
        made += [Example("probe", text, correction.answer, correction.id) for text in plan.probes]
        made += [Example("wording", text, correction.answer, correction.id) for text in (*plan.asked, *written)]
        near_probes += plan.near_probes
        for text in plan.near:
            near.setdefault(text, correction.id)
        progress(number, len(lessons.corrections), "finding other wordings")
    known = {tuple(words(example.question)) for example in made}
    near_probes = _unknown(near_probes, known)
    kept_near = _unknown(near, known | {tuple(words(text)) for text in near_probes})
    answered = answered_by(base, "neighbour", kept_near, KEPT_ANSWER, progress)
    made += [replace(example, correction_id=near[example.question]) for example in answered]
    made += answered_by(base, "probe", near_probes, PROBE_ANSWER, progress)
    counts = {kind: sum(e.kind == kind for e in made) for kind in ("wording", "probe", "neighbour")}
    return made, {**rewording.counts, **counts, "teacher_fault": rewording.fault}


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


def _resting(known: Set[int], seed: str) -> set[int]:
    """Those that are `known` and have this night off: all beyond `REHEARSED`, others every night."""
    return set(random.Random(seed).sample(sorted(known), max(0, len(known) - REHEARSED)))


def _unknown(texts: Iterable[str], known: set[tuple[str, ...]]) -> list[str]:
    return [text for text in dict.fromkeys(texts) if tuple(words(text)) not in known]
