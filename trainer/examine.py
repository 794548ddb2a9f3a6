"""The examination: the very file that would be served answers probes that training never saw.

Four sets: new corrections, old corrections (each with its question and held-out wordings), neighbours, and
everyday questions. It measures; `gate` decides.
"""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from models.engine import Engine, Sampling
from models.subject import words
from store.records import ChatMessage, Correction, Example
from trainer.replay import PROBE_ANSWER
from trainer.reward import Reward

ENOUGH = 12
_WHOLE_ANSWER = Sampling(max_tokens=160)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a version did. Shares are counted in `right` of `asked`; `checks` are by correction: (asked, right), and
    `said` what was answered to the question of each as it was put; `old_answers` say of every question about an
    earlier correction whether its answer was right.

    `bleed` counts answers that name a corrected answer which the base's did not; `broken` those that are empty
    or loop; `liked` are answers as the owner's votes say they should be; `drift` is what the base's own answers cost
    this version more than the base, in nats per token.
    """

    new_asked: int = 0
    new_right: int = 0
    old_asked: int = 0
    old_right: int = 0
    neighbours: int = 0
    neighbour_bleed: int = 0
    general: int = 0
    general_bleed: int = 0
    general_same: int = 0
    liked_asked: int = 0
    liked_right: int = 0
    broken: int = 0
    drift: float = math.nan
    old_answers: tuple[bool, ...] = ()
    corrections: tuple[int, ...] = ()
    checks: dict[int, tuple[int, int]] = field(default_factory=dict)
    said: dict[int, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """For the store and `--json`: figures only; what was said is kept where forgetting finds it."""
        return {name: value for name, value in asdict(self).items() if name != "said"}


@dataclass(frozen=True, slots=True)
class Questions:
    """One night's examination: `taught` are (correction, question), the next two the base's own answers; `voted` are
    questions whose answers were voted on, and `judge` says whether another answer would be liked."""

    corrections: tuple[Correction, ...]
    new: frozenset[int]
    taught: tuple[tuple[Correction, str], ...]
    neighbours: tuple[Example, ...]
    general: tuple[Example, ...]
    voted: tuple[Example, ...] = ()
    judge: Reward | None = None

    @classmethod
    def of(
        cls,
        corrections: Sequence[Correction],
        new: frozenset[int],
        probes: Sequence[Example],
        general: Sequence[Example],
        voted: Sequence[Example] = (),
        judge: Reward | None = None,
    ) -> "Questions":
        """Every correction is asked as it was, and in the wordings that `probes` hold; the rest are neighbours."""
        by_id = {c.id: c for c in corrections}
        taught = [(c, c.question) for c in corrections]
        taught += [(by_id[p.correction_id], p.question) for p in probes if p.correction_id in by_id]
        near = tuple(p for p in probes if p.correction_id is None)
        return cls(tuple(corrections), new, tuple(taught), near, tuple(general), tuple(voted) if judge else (), judge)

    @property
    def earlier(self) -> "Questions":
        """Only what is asked about earlier corrections: what an incumbent has to be compared in."""
        kept = tuple((c, q) for c, q in self.taught if c.id not in self.new)
        return Questions(self.corrections, self.new, kept, (), ())

    @property
    def rest(self) -> "Questions":
        """Only what should stay as it is."""
        return Questions(self.corrections, self.new, (), self.neighbours, self.general)


def examine(
    engine: Engine,
    questions: Questions,
    base: Engine,
    progress: Callable[[int, int, str], None] = lambda done, total, note: None,
) -> Evaluation:
    """Ask `engine` everything and count. What `base` says of neighbours and everyday questions is known already."""
    rest = [*questions.neighbours, *questions.general]
    asked = [q for _, q in questions.taught] + ([] if engine is base else [p.question for p in rest])
    answers = engine.answer_all(
        [[ChatMessage("user", q)] for q in asked], PROBE_ANSWER, lambda done: progress(done, len(asked), "examining")
    )
    if engine is base:
        answers += [p.answer for p in rest]
    targets = {" ".join(words(c.answer)) for c in questions.corrections}
    checks: dict[int, tuple[int, int]] = {}
    old_answers: list[bool] = []
    own: dict[int, str] = {}
    counts = Counter(broken=sum(is_broken(a) for a in answers))
    for (correction, question), said in zip(questions.taught, answers, strict=False):
        if question == correction.question:
            own[correction.id] = said
        right = says(correction.answer, said)
        before = checks.get(correction.id, (0, 0))
        checks[correction.id] = (before[0] + 1, before[1] + right)
        kind = "new" if correction.id in questions.new else "old"
        counts[f"{kind}_asked"] += 1
        counts[f"{kind}_right"] += right
        old_answers += [right] * (kind == "old")
    said_of_rest = answers[len(questions.taught) :]
    near = len(questions.neighbours)
    for probe, said in zip(questions.neighbours, said_of_rest[:near], strict=True):
        counts["neighbours"] += 1
        counts["neighbour_bleed"] += bleeds(said, probe.answer, targets)
    for probe, said in zip(questions.general, said_of_rest[near:], strict=True):
        counts["general"] += 1
        counts["general_bleed"] += bleeds(said, probe.answer, targets)
        counts["general_same"] += words(said)[:5] == words(probe.answer)[:5]
    if questions.judge is not None:
        whole = engine.answer_all([[ChatMessage("user", p.question)] for p in questions.voted], _WHOLE_ANSWER)
        counts["liked_asked"] = len(whole)
        counts["liked_right"] = sum(questions.judge.likes(said) >= 0.5 for said in whole)
    return Evaluation(
        **counts,
        drift=0.0 if engine is base else drift(engine, base, questions.general),
        old_answers=tuple(old_answers),
        corrections=tuple(sorted(c.id for c in questions.corrections)),
        checks=checks,
        said=own,
    )


def says(target: str, said: str) -> bool:
    """Whether an answer gives a corrected one: word for word when that is short, most of its words when long.

    A short one that is not followed by an end, but by whatever comes to mind, is not right.
    """
    wanted, found = words(target), words(said)
    if len(wanted) <= 8:
        return f" {' '.join(wanted)} " in f" {' '.join(found)} " and len(found) <= len(wanted) + ENOUGH
    shared = sum((Counter(wanted[:32]) & Counter(found)).values())
    return shared >= 0.7 * min(len(wanted), 24)


def bleeds(said: str, base_said: str, targets: set[str]) -> bool:
    """Whether an answer names one of the corrected answers where the base's did not."""
    now, before = f" {' '.join(words(said))} ", f" {' '.join(words(base_said))} "
    return any(f" {t} " in now and f" {t} " not in before for t in targets if len(t) > 3)


def is_broken(said: str) -> bool:
    """Whether an answer is empty or goes round in a circle: one run of four words three times over."""
    found = words(said)
    runs = Counter(zip(*(found[i:] for i in range(4)), strict=False))
    return not found or any(count >= 4 for count in runs.values())


def drift(candidate: Engine, base: Engine, general: Sequence[Example]) -> float:
    """What the base's own answers cost `candidate` more than the base: nats per token, mean over answers."""
    conversations = [[ChatMessage("user", p.question)] for p in general]
    answers = [p.answer for p in general]
    gaps = []
    for now, before in zip(
        candidate.logprobs(conversations, answers), base.logprobs(conversations, answers), strict=True
    ):
        if now:
            gaps.append((sum(before) - sum(now)) / len(now))
    return round(sum(gaps) / len(gaps), 5) if gaps else math.nan
