"""The gate: whether a version may be served. Pure, and it fails closed.

Harm is measured against the base, so that small nightly losses cannot add up; what was known before against the
incumbent. Where a set is too small for its test, the plain share decides, and the reasons say so.
"""

import math
from dataclasses import dataclass

from scipy.stats import binom

from trainer.examine import Evaluation


@dataclass(frozen=True, slots=True)
class GateConfig:
    """The margins. Shares are of what was asked; a harm is refused when it is surely above its margin.

    `confidence` is one-sided: at 0.995 a night that harms nothing is refused by chance once in 200.
    """

    learned: float = 0.5
    forgotten: float = 0.1
    neighbour_bleed: float = 0.15
    general_bleed: float = 0.02
    drift: float = 0.15
    broken: float = 0.1
    confidence: float = 0.995


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict, and every reason in words, those that spoke for it too."""

    promoted: bool
    reasons: tuple[str, ...]


def decide(
    candidate: Evaluation, incumbent: Evaluation | None, base: Evaluation, gate: GateConfig = GateConfig()
) -> Decision:
    """Say whether `candidate` may replace `incumbent` (None when the base serves).

    Every set must have been asked; a figure that is missing refuses. `base` is the same examination of the base:
    what it breaks by itself is not held against a version.
    """
    against: list[str] = []
    notes: list[str] = []
    if not candidate.neighbours or not candidate.general or not (candidate.new_asked or candidate.old_asked):
        notes.append("one of the four sets is empty")
    if not candidate.general or not (candidate.new_asked + candidate.old_asked) or math.isnan(candidate.drift):
        return Decision(False, ("the examination could not be held: questions are missing",))
    if candidate.new_asked:
        share = candidate.new_right / candidate.new_asked
        text = f"new corrections: {candidate.new_right} of {candidate.new_asked} answered right"
        (notes if share >= gate.learned else against).append(text)
    if candidate.old_asked:
        before = incumbent.old_right / incumbent.old_asked if incumbent and incumbent.old_asked else 0.0
        share = candidate.old_right / candidate.old_asked
        text = f"earlier corrections: {candidate.old_right} of {candidate.old_asked} answered right"
        lost = round(max(0.0, before - share) * candidate.old_asked)
        (against if _above(lost, candidate.old_asked, gate.forgotten, gate) else notes).append(text)
    harms = (
        (
            "neighbouring questions now given a corrected answer",
            candidate.neighbour_bleed,
            candidate.neighbours,
            gate.neighbour_bleed,
        ),
        (
            "everyday questions now given a corrected answer",
            candidate.general_bleed,
            candidate.general,
            gate.general_bleed,
        ),
    )
    for name, count, asked, margin in harms:
        text = f"{name}: {count} of {asked}"
        (against if asked and _above(count, asked, margin, gate) else notes).append(text)
    asked = candidate.new_asked + candidate.old_asked + candidate.neighbours + candidate.general
    worse = max(0, candidate.broken - base.broken)
    text = f"empty or circling answers: {candidate.broken} of {asked}, the base {base.broken}"
    (against if _above(worse, asked, gate.broken, gate) else notes).append(text)
    text = f"drift from the base: {candidate.drift:.3f} nats per token, allowed {gate.drift:.2f}"
    (against if candidate.drift > gate.drift else notes).append(text)
    if candidate.new_right + candidate.old_right <= base.new_right + base.old_right:
        against.append("it knows no more of the corrections than the base: nothing was learned")
    return Decision(not against, tuple(against or notes))


def _above(count: int, asked: int, margin: float, gate: GateConfig) -> bool:
    """Whether `count` of `asked` is more than chance allows at a true share of `margin` (exact binomial test)."""
    return bool(asked and binom.sf(count - 1, asked, margin) < 1 - gate.confidence)
