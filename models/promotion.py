"""Moving `current`, forward and back: the pointer on disk and its record in the store, in one place.

The page, the command line and the night all come here. Broken off between the two, it is completed when it is
asked for again, and nothing is recorded twice.
"""

from pathlib import Path
from typing import Literal

from models.version_files import BASE, current, point_to
from store import versions
from store.errors import InputRefused
from store.light_sqlite_utils import Database


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
    """Go back to the version that answered before this one, and give its id. Raises InputRefused for the base."""
    now = current(home)
    if now == BASE:
        raise InputRefused("The base serves already; there is nothing to go back to.")
    moves = reversed(versions.promotions(db))
    before = next((move.previous for move in moves if move.version == now and move.by != "rollback"), BASE)
    promote(db, home, before, "rollback")
    return before
