"""Moving `current`, forward and back: the pointer on disk and its record in the store, in one place.

The page, the command line and the night all come here. Broken off between the two, it is completed when it is
asked for again, and nothing is recorded twice.
"""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Literal

from models.version_files import BASE, current, has_files, point_to
from store import versions
from store.errors import InputRefused
from store.light_sqlite_utils import Database
from store.records import Promotion


def promote(db: Database, home: Path, version: str, by: Literal["night", "promote", "rollback"] = "promote") -> str:
    """Have `version` answer from the next turn on; gives the one that answered before.

    Raises NotFound for an unknown one, and ModelRefused for one whose files are damaged.
    """
    versions.version(db, version)
    moves = versions.promotions(db)
    recorded = moves[-1].version if moves else BASE
    served = current(home)
    if served != version:
        point_to(home, version)
    before = served if served != version else recorded
    if recorded != version:
        versions.record_promotion(db, version, before, by)
    return before


def roll_back(db: Database, home: Path) -> str:
    """Go back to the version that answered before this one, and give its id. Raises InputRefused for the base.

    A version whose files are gone is passed over for the one before it.
    """
    if current(home) == BASE:
        raise InputRefused("The base serves already; there is nothing to go back to.")
    before = before_current(db, home)
    promote(db, home, before, "rollback")
    return before


def before_current(db: Database, home: Path) -> str:
    """The version that answered before the one that does now, of those whose files are there."""
    moves = versions.promotions(db)
    there = {move.previous for move in moves if has_files(home, move.previous)}
    return version_before(moves, current(home), there)


def version_before(moves: Sequence[Promotion], version: str, there: Collection[str]) -> str:
    """The version that answered before `version` did, of those that are `there`; the base where there is none. Pure."""
    asked = version
    for move in reversed(moves):
        if move.version == asked and move.by != "rollback":
            asked = move.previous
            if asked in there and asked != version:
                return asked
    return BASE
