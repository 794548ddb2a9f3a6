"""What a night looks at before it goes on where it was broken off: what is otherwise since, and how often it died.

`night` asks it before it goes by what an earlier process of the same run did.
"""

import logging
import shutil
from collections.abc import Sequence
from pathlib import Path

from models.version_files import discard_version
from store import examples, feedback, runs, versions
from store.errors import NightFailed
from store.journal import died_in, journal
from store.light_sqlite_utils import Database

log = logging.getLogger(__name__)
MOST_DEATHS = 3


def outdated(db: Database, run_id: str, base: str) -> str:
    """Why what an earlier process of the run did must not be used, empty when it can be.

    Some of what it collected was forgotten since, none of it counts any more, or `base` is another model. Once its
    version is on record it stays, with what it was trained on.
    """
    found = runs.finished_phase(db, run_id, "collect")
    if found is None or runs.finished_phase(db, run_id, "decide"):
        return ""
    collected = set(found["corrections"])
    if not collected.isdisjoint(c.id for c in feedback.corrections(db) if c.forgotten):
        return "leaving out what was forgotten"
    if found.get("base", base) != base:  # an earlier program's run lacks it
        return "beginning anew with another model"
    if collected and collected.isdisjoint(c.id for c in feedback.active_corrections(db)):
        return "beginning anew, since all of it was corrected again"
    return ""


def begin_anew(db: Database, home: Path, run_id: str, work: Path, phases: Sequence[str]) -> None:
    """Undo what an earlier process of the run did in `phases`, in the store and in its directory `work`."""
    discard_version(home, work / "version", {version.id for version in versions.versions(db)})
    for name in ("adapter", "checkpoints"):
        shutil.rmtree(work / name, ignore_errors=True)
    for name in ("trained.json", "log.jsonl", "full.gguf"):
        (work / name).unlink(missing_ok=True)
    examples.clear_examples(db, run_id)
    runs.drop_phases(db, run_id, phases)
    log.info("run %s begins anew", run_id)


def not_for_ever(db: Database, run_id: str, phase: str, work: Path) -> None:
    """Raise NightFailed where the process of the run ended too often in `phase`, with nobody having ended it."""
    since = ""
    if phase == "finetune":
        from trainer.finetune import last_kept

        since = last_kept(work)
    if died_in(journal(db, run_id), phase, since) >= MOST_DEATHS:
        raise NightFailed(
            f"The night {run_id} was ended by the system three times in {phase}, perhaps for want of memory. "
            "The served version is unchanged. Close other programs, or choose a smaller model, before the next."
        )
