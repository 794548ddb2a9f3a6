"""What there is to learn, and from where: the corrections that count, and the adapter that a night goes on from."""

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile, zip_longest
from types import MappingProxyType
from typing import Any

from store import checks, feedback, ratings, runs
from store.light_sqlite_utils import Database
from store.questions.key import question_key
from store.questions.subject import words
from store.records import Correction, CorrectionStanding, Promotion, Version, Vote
from store.versions import promotions
from trainer.lengths import Fits
from trainer.reward import Reward, reward

WARM_FOR = timedelta(days=7)
FULL_MEASURE = 40
"""As many corrections as one night can teach at full measure."""
MOST_NEW = 100
MOST_OF_ONE = FULL_MEASURE
MOST_ALIKE = 5
"""How many new ones a night takes at the most, of one user where several teach, and with one and the same answer:
nobody moves the model alone, and what would teach one answer to everything is diluted."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """The active corrections that a night is about and the ids among them that need most: those `new` to the current
    version, and `weak` ones that it was trained on and does not know. `withdrawn` are those it knows and that no night
    may teach any more; what has another answer now is not among them. `votes` are all that were given, `fresh_votes`
    how many more than when the current version was made, and `rule` what they say of how answers should be, if
    anything. Those `too_long` to be taught are in none of these. Those of the new that are `held` wait until something
    else is to be taught: the owner went back from the version that had them."""

    corrections: tuple[Correction, ...]
    new: frozenset[int]
    weak: frozenset[int]
    withdrawn: frozenset[int]
    votes: tuple[Vote, ...] = ()
    fresh_votes: int = 0
    too_long: frozenset[int] = frozenset()
    held: frozenset[int] = frozenset()
    rule: Reward | None = None


def collect(
    db: Database, versions: Sequence[Version], current: str, fits: Fits = lambda question, answer: True
) -> Ledger:
    """The ledger as of the version `current`; what was tried in a refused version counts as new.

    What one night cannot take waits for the next, and memory carries it until then; so it does for good what does not
    fit into any night, and what no night may teach (`teachable_corrections`).
    """
    counting = feedback.teachable_corrections(db)
    every = tuple(c for c in counting if fits(c.question, c.answer))
    trained = set(_trained(versions, current))
    fresh = [c for c in every if c.id not in trained]
    ids = {c.id for c in every if c.id in trained} | taken(fresh, every, refusals(versions))
    active = tuple(c for c in every if c.id in ids)
    votes = tuple(ratings.votes(db))
    return Ledger(
        active,
        frozenset(ids - trained),
        _weak(checks.standings(db, current), trained & ids),
        _withdrawn(feedback.corrections(db), trained, counting),
        votes,
        len(votes) - _evaluation(versions, current).get("votes", 0),
        frozenset(c.id for c in counting) - {c.id for c in every},
        frozenset((ids - trained) & _put_aside(versions, promotions(db), _looked_back_on(db))),
        reward(votes),
    )


def _withdrawn(every: Sequence[Correction], trained: Set[int], counting: Sequence[Correction]) -> frozenset[int]:
    """Those of `trained` that were forgotten, made a wish, or are asked of oneself where others have come in since."""
    later = {c.id: c.superseded_by for c in every}
    ids, answered = {c.id for c in counting}, {question_key(c.question) for c in counting}

    def in_its_place(id: int) -> int:
        while (next_one := later[id]) is not None:
            id = next_one
        return id

    return frozenset(
        c.id
        for c in every
        if c.id in trained
        and question_key(c.question) not in answered
        and (c.forgotten or in_its_place(c.id) not in ids)
    )


def _put_aside(versions: Sequence[Version], moves: Sequence[Promotion], taken_back: Set[str]) -> set[int]:
    """What was in the versions that the owner went back from since a night last moved anything; not what nights took
    back."""
    by_hand = takewhile(lambda move: move.by != "night" and move.previous not in taken_back, reversed(moves))
    return {id for move in by_hand for id in _trained(versions, move.previous)}


def _looked_back_on(db: Database) -> set[str]:
    """The versions that nights took back."""
    return {back.version for run in runs.runs(db) if (back := runs.taken_back(db, run.id))}


def refusals(versions: Sequence[Version]) -> Counter[int]:
    """In how many refused versions each correction was since it was last in a promoted one. Pure.

    `versions` come oldest first.
    """
    found: Counter[int] = Counter()
    for version in versions:
        ids = version.evaluation.get("corrections", ())
        if version.decision == "refused":
            found.update(ids)
        else:
            for id in ids:
                del found[id]
    return found


def taken(
    fresh: Sequence[Correction], every: Sequence[Correction], refused: Mapping[int, int] = MappingProxyType({})
) -> set[int]:
    """The ids of those of `fresh` that one night takes: the oldest first, and of each user in turn. Pure.

    Those that were `refused` less often go before, lest some that cannot be learned keep all others waiting.
    """
    most_of_one = MOST_OF_ONE if len({c.by for c in every}) > 1 else MOST_NEW
    queues: dict[str, list[int]] = {}
    alike: Counter[tuple[str, ...]] = Counter()
    for correction in sorted(fresh, key=lambda c: (refused.get(c.id, 0), c.id)):
        answer, queue = tuple(words(correction.answer)), queues.setdefault(correction.by, [])
        if alike[answer] < MOST_ALIKE and len(queue) < most_of_one:
            alike[answer] += 1
            queue.append(correction.id)
    in_turn = [id for turn in zip_longest(*queues.values()) for id in turn if id is not None]
    return set(in_turn[:MOST_NEW])


def goes_on_from(versions: Sequence[Version], current: str, ledger: Ledger, now: str) -> str | None:
    """The version whose adapter the night trains on, None for a training from the pristine base.

    From the base when something was withdrawn, which is then truly gone, as long as one night can teach all the rest
    anew; beyond that it is trained back to what the base says. From the base also when a week has passed since that was
    last tried; and after two refusals in a row of what went on, lest a fault be repeated. What began with the base
    and was refused is not tried again before that: the version served is good, and going on from it costs least. Pure.
    """
    if current not in {v.id for v in versions} or (ledger.withdrawn and len(ledger.corrections) <= FULL_MEASURE):
        return None
    refused = [v.evaluation.get("from") for v in takewhile(lambda v: v.decision == "refused", reversed(versions))]
    if len(refused) >= 2 and all(refused[:2]):
        return None
    tried = max(datetime.fromisoformat(v.created) for v in versions if v.evaluation.get("from") is None)
    return current if datetime.fromisoformat(now) - tried < WARM_FOR else None


def _trained(versions: Sequence[Version], current: str) -> list[int]:
    found: list[int] = _evaluation(versions, current).get("corrections", [])
    return found


def _evaluation(versions: Sequence[Version], current: str) -> dict[str, Any]:
    return next((v.evaluation for v in versions if v.id == current), {})


def _weak(standings: Sequence[CorrectionStanding], trained: set[int]) -> frozenset[int]:
    return frozenset(s.correction.id for s in standings if s.standing == "not stuck" and s.correction.id in trained)
