"""The gate: whether a version may be served. Pure, and it fails closed.

Harm is measured against the base, so that small nightly losses cannot add up; what was known before against the
incumbent, question by question. What was asked decides by its plain share: a version has to be seen to be harmless, and
too few questions never speak for it. What was found fit is judged anew by what is beyond chance alone, or good versions
would come and go.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from scipy.stats import binomtest

from trainer.examine import Evaluation


@dataclass(frozen=True, slots=True)
class GateConfig:
    """The margins, as shares of what was asked; `drift` in nats per token.

    `learned` and `general_same` are the least that is asked for, all others the most that is allowed. The neighbours
    asked here are made to be hard: where 16 % of them got a corrected answer, 10 % of a person's did, and without
    neighbours in training nearly all do.
    """

    learned: float = 0.7
    forgotten: float = 0.05
    neighbour_bleed: float = 0.25
    general_bleed: float = 0.025
    general_same: float = 0.4
    broken: float = 0.05
    drift: float = 0.1
    significance: float = 0.05


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict, and every reason in words, those that spoke for it too."""

    promoted: bool
    reasons: tuple[str, ...]


def decide(
    candidate: Evaluation, incumbent: Evaluation | None, base: Evaluation, gate: GateConfig = GateConfig()
) -> Decision:
    """Say whether `candidate` may replace `incumbent` (None when the base serves).

    Nothing asked about what was taught, no everyday questions, or a missing drift refuse. Manner learned from votes has
    to show where the night taught nothing else, and must not get worse where it did. Neighbours cannot be asked where
    no correction has any (`trainer.neighbours`); the reasons then say so. `base` is the same examination of the base:
    what it breaks by itself is not held against a version.
    """
    taught = candidate.new_asked + candidate.old_asked
    if not (taught or candidate.liked_asked) or not candidate.general or not math.isfinite(candidate.drift):
        return Decision(False, ("the examination could not be held: questions are missing",))
    notes: list[str] = []
    against: list[str] = []

    def weigh(fault: bool, text: str) -> None:
        (against if fault else notes).append(text)

    if candidate.new_asked:
        share = candidate.new_right / candidate.new_asked
        weigh(
            share < gate.learned,
            f"new corrections: {candidate.new_right} of {candidate.new_asked} answered as they should",
        )
    if candidate.old_asked:
        lost, gained = _changed(candidate, incumbent)
        weigh(
            _forgets(lost, gained, candidate.old_asked, gate),
            f"earlier corrections: {candidate.old_right} of {candidate.old_asked} answered as they should, "
            f"{lost} lost and {gained} gained since the version before",
        )
    for fault, text in _harm(candidate, base, gate):
        weigh(fault, text)
    if taught:
        weigh(
            candidate.new_right + candidate.old_right <= base.new_right + base.old_right,
            f"the base knew {base.new_right + base.old_right} of the {taught}",
        )
    if candidate.liked_asked:
        liked, before = candidate.liked_right, base.liked_right
        weigh(
            liked < before or (liked == before and not taught),
            f"answers as you like them: {liked} of {candidate.liked_asked}, the base's {before}",
        )
    return Decision(not against, tuple(against or notes))


def still_good(served: Evaluation, base: Evaluation, knew: float = 1.0, gate: GateConfig = GateConfig()) -> Decision:
    """Say whether the version that is `served` may go on, by an examination after its own; `base` is the base's.

    It may unless it surely does harm, or surely knows less of what it was taught than was asked for, or than the share
    that it `knew` in its own examination where that was less (binomial tests).
    """
    found = [*_harm(served, base, gate, surely=True)]
    if served.old_asked:
        wrong, expected = served.old_asked - served.old_right, min(gate.learned, knew)
        text = f"what it was taught: {served.old_right} of {served.old_asked} answered as they should"
        found.append((_surely_above(wrong, served.old_asked, 1 - expected, gate), text))
    against = tuple(text for fault, text in found if fault)
    return Decision(not against, against or tuple(text for _, text in found))


def _harm(
    candidate: Evaluation, base: Evaluation, gate: GateConfig, *, surely: bool = False
) -> Iterator[tuple[bool, str]]:
    """Everything that should have stayed as it is: whether it moved too far, and how far in words.

    Counts are held against it beyond their margin, or only where they are `surely` beyond it.
    """

    def over(count: int, of: int, margin: float) -> bool:
        return _surely_above(count, of, margin, gate) if surely else count > max(1.0, of * margin)

    asked = candidate.new_asked + candidate.old_asked + candidate.neighbours + candidate.general
    worse = max(0, candidate.broken - base.broken)
    for name, count, of, margin in (
        ("neighbouring", candidate.neighbour_bleed, candidate.neighbours, gate.neighbour_bleed),
        ("everyday", candidate.general_bleed, candidate.general, gate.general_bleed),
    ):
        few = "" if of * margin >= 1 or surely else " (too few to tell; one is let pass)"
        none = "" if of else " (none could be asked)"
        yield over(count, of, margin), f"{name} questions given a corrected answer: {count} of {of}{none or few}"
    yield over(worse, asked, gate.broken), f"empty or circling answers more than the base's: {worse} of {asked}"
    same = f"everyday answers that begin as the base's: {candidate.general_same} of {candidate.general}"
    yield candidate.general_same < gate.general_same * candidate.general, same
    yield not candidate.drift <= gate.drift, f"drift from the base: {candidate.drift:.3f} nats per token"


def _surely_above(count: int, of: int, share: float, gate: GateConfig) -> bool:
    """Whether so many are more than chance makes of a `share` (binomial test)."""
    return of > 0 and bool(binomtest(count, of, share, alternative="greater").pvalue < gate.significance)


def _changed(candidate: Evaluation, incumbent: Evaluation | None) -> tuple[int, int]:
    """How many questions about earlier corrections are no longer answered right, and how many newly are."""
    before = incumbent.old_answers if incumbent else ()
    pairs = list(zip(before, candidate.old_answers, strict=False))
    return sum(b and not c for b, c in pairs), sum(c and not b for b, c in pairs)


def _forgets(lost: int, gained: int, asked: int, gate: GateConfig) -> bool:
    """Whether more was lost than the margin, or surely more than gained (McNemar's exact test)."""
    if lost <= gained:
        return False
    surely = binomtest(lost, lost + gained, 0.5, alternative="greater").pvalue < gate.significance
    return lost - gained > max(1.0, gate.forgotten * asked) or (surely and lost - gained > gate.forgotten * asked / 2)
