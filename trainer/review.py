"""The version that answers, examined once more in the night after its own, with questions it was not asked then.

Chance, or a fault in one examination, may let a bad version pass. One that surely does harm, or surely knows less than
it showed, is taken back and the owner told; what the owner put into service by hand is left alone. A night comes for it
though nothing is new.
"""

import logging
import random
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from models.catalogue import BaseModel
from models.engine import Engine
from models.promotion import promote, roll_back
from models.version_files import BASE, adapter_of, current
from store import feedback, runs, versions
from store.light_sqlite_utils import Database
from store.questions.key import question_key
from store.records import Correction, Example
from trainer.examine import Questions, examine
from trainer.gate import Decision, still_good
from trainer.neighbours import HELD_OUT_NAMES, neighbours
from trainer.replay import PROBE_ANSWER, answered_by

log = logging.getLogger(__name__)
PHASE = "review"
TAUGHT = 20
NEIGHBOURS = 40
NEIGHBOURS_OF_ONE = 8


def due(db: Database, home: Path, base: BaseModel) -> bool:
    """Whether what serves in `home` came by a night that no other night has looked back on.

    What was made of another base than `base` cannot be compared with it.
    """
    served = current(home)
    if served == BASE or not came_by_night(db, served) or adapter_of(home, served, base) is None:
        return False
    looked = [runs.finished_phase(db, run.id, PHASE) or {} for run in runs.runs(db)]
    return not any(each.get("version") == served and each["kept"] for each in looked)


def came_by_night(db: Database, served: str) -> bool:
    """Whether `served` is what a night promoted, and nobody went to another since."""
    moves = versions.promotions(db)
    return bool(moves) and (moves[-1].version, moves[-1].by) == (served, "night")


def take_back(db: Database, home: Path, reviewed: Mapping[str, Any]) -> None:
    """Take back what its review did not keep, unless that was done, or its owner chose it since.

    Where another serves already, it was broken off before that was on record.
    """
    if reviewed.get("kept", True) or not came_by_night(db, reviewed["version"]):
        return
    served = current(home)
    if served == reviewed["version"]:
        served = roll_back(db, home)
    else:
        promote(db, home, served, "rollback")
    log.warning("took back %s; %s serves", reviewed["version"], served)


def review(
    db: Database,
    served: str,
    engine: Engine,
    base: Engine,
    general: Sequence[Example],
    progress: Callable[[int, int, str], None] = lambda done, total, note: None,
) -> Decision:
    """Whether `served`, which `engine` runs, does no harm and knows what it was taught. `general` are the base's."""
    own = versions.version(db, served).evaluation
    taught = set(own.get("corrections", ()))
    active = feedback.active_corrections(db)
    asked = questions([c for c in active if c.id in taught], active, served)
    near = tuple(answered_by(base, "probe", asked[1], PROBE_ANSWER, progress))
    whole = Questions(tuple(active), frozenset(), tuple((c, c.question) for c in asked[0]), near, tuple(general))
    found = examine(engine, whole, base, progress)
    return still_good(found, examine(base, whole.rest, base), knew(own))


def knew(evaluation: Mapping[str, Any]) -> float:
    """The share of what it was taught that a version knew in its own examination, 1 where nothing was asked. Pure."""
    right, asked = (sum(evaluation.get(f"{kind}_{name}", 0) for kind in ("new", "old")) for name in ("right", "asked"))
    return right / asked if asked else 1.0


def questions(
    taught: Sequence[Correction], active: Sequence[Correction], served: str
) -> tuple[list[Correction], list[str]]:
    """Some of what was taught, and questions near it that no training and no other examination has. Pure."""
    rng = random.Random(f"review {served}")
    chosen = rng.sample(list(taught), min(TAUGHT, len(taught)))
    each = min(NEIGHBOURS_OF_ONE, -(-NEIGHBOURS // max(1, len(chosen))))
    near = [
        text
        for c in chosen
        for text in neighbours(
            c.question, [], [], each, rng, HELD_OUT_NAMES, taught=[a.question for a in active if a.id != c.id]
        )
    ]
    known = {question_key(c.question) for c in active}
    return chosen, [text for text in dict.fromkeys(near) if question_key(text) not in known]
