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

_ANSWER = Sampling(max_tokens=32)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a version did. Shares are counted in `right` of `asked`; `checks` are by correction: (asked, right).

    `bleed` counts answers that name a corrected answer which the base's did not; `broken` those that are empty
    or loop; `drift` is what the base's own answers cost this version more than the base, in nats per token.
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
    broken: int = 0
    drift: float = math.nan
    corrections: tuple[int, ...] = ()
    checks: dict[int, tuple[int, int]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """For the store and `--json`."""
        return asdict(self)


def examine(
    candidate: Engine,
    base: Engine,
    corrections: Sequence[Correction],
    new: frozenset[int],
    probes: Sequence[Example],
    general: Sequence[Example],
    progress: Callable[[int, int, str], None] = lambda done, total, note: None,
) -> Evaluation:
    """Ask `candidate` everything and count. `probes` with a correction are wordings, without one neighbours."""
    by_id = {c.id: c for c in corrections}
    taught = [(c.id, c.question) for c in corrections]
    taught += [(p.correction_id, p.question) for p in probes if p.correction_id in by_id]
    near = [p for p in probes if p.correction_id is None]
    questions = [q for _, q in taught] + [p.question for p in near] + [p.question for p in general]
    answers = candidate.answer_all(
        [[ChatMessage("user", q)] for q in questions], _ANSWER, lambda done: progress(done, len(questions), "examining")
    )
    checks: dict[int, tuple[int, int]] = {}
    counts = Counter(broken=sum(is_broken(a) for a in answers))
    for (id, _), said in zip(taught, answers, strict=False):
        right = says(by_id[id].answer, said)
        asked, before = checks.get(id, (0, 0))
        checks[id] = (asked + 1, before + right)
        kind = "new" if id in new else "old"
        counts[f"{kind}_asked"] += 1
        counts[f"{kind}_right"] += right
    targets = {" ".join(words(c.answer)) for c in corrections}
    rest = answers[len(taught) :]
    for probe, said in zip(near, rest, strict=False):
        counts["neighbours"] += 1
        counts["neighbour_bleed"] += bleeds(said, probe.answer, targets)
    for probe, said in zip(general, rest[len(near) :], strict=True):
        counts["general"] += 1
        counts["general_bleed"] += bleeds(said, probe.answer, targets)
        counts["general_same"] += words(said)[:5] == words(probe.answer)[:5]
    return Evaluation(**counts, drift=drift(candidate, base, general), corrections=tuple(sorted(by_id)), checks=checks)


def says(target: str, said: str) -> bool:
    """Whether an answer gives a corrected one: word for word when that is short, most of its words when long."""
    wanted, found = words(target), words(said)
    if len(wanted) <= 8:
        return f" {' '.join(wanted)} " in f" {' '.join(found)} "
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
