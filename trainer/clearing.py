"""What nights leave on the disk that is needed no more: the work of runs that ended, and the files of old versions.

A night clears up when it begins and when it ends. What the store knows of a version stays; only its files go.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path

from models.version_files import clear_files, current, discard_version, has_files
from store import runs, versions
from store.light_sqlite_utils import Database
from store.records import Promotion, Version

REFUSED = 2
"""Of how many refused versions the files are kept, to be asked beside the one that serves."""


def clear_ended(db: Database, home: Path) -> None:
    """Delete what runs that ended left of their work, but for their logs, and versions that none put on record.

    A run that failed for want of room must not leave less of it, and one that was cancelled had no time to clear up.
    """
    going_on = runs.unfinished_run(db)
    known = {version.id for version in versions.versions(db)}
    for work in (home / "runs").glob("*/"):
        if going_on and work.name == going_on.id:
            continue
        discard_version(home, work / "version", known)
        for name in ("adapter", "checkpoints"):
            shutil.rmtree(work / name, ignore_errors=True)
        (work / "full.gguf").unlink(missing_ok=True)


def clear_old(db: Database, home: Path, kept: int) -> None:
    """Delete the files of all but the newest versions; of none where `kept` is 0."""
    there = [version for version in versions.versions(db) if has_files(home, version.id)]
    for id in needless(there, versions.promotions(db), current(home), kept):
        clear_files(home, id)


def needless(every: Sequence[Version], moves: Sequence[Promotion], serving: str, kept: int) -> list[str]:
    """Those of `every` version, oldest first, beyond the newest `kept` promoted ones and the last refused ones. Pure.

    The one that serves is needed, and so is the one that served before it.
    """
    if kept == 0:
        return []
    promoted = [version.id for version in every if version.decision == "promoted"]
    refused = [version.id for version in every if version.decision == "refused"]
    needed = {serving, *promoted[-kept:], *refused[-REFUSED:], *(move.previous for move in moves[-1:])}
    return [version.id for version in every if version.id not in needed]
