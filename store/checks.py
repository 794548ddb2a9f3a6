"""What versions know of each correction, and so where each stands."""

from store.database import rows, storable
from store.feedback import correction, corrections, teachable_corrections
from store.light_sqlite_utils import Database
from store.records import Check, Correction, CorrectionStanding, Standing, now

STUCK_SHARE = 0.5


def record_check(db: Database, correction_id: int, version: str, asked: int, right: int, said: str = "") -> None:
    """Keep how often `version` answered the questions about a correction rightly, and what it `said` to its own.

    The newest check counts. That of a correction which was forgotten meanwhile is left out.
    """
    if not 0 <= right <= asked:
        raise ValueError(f"{right} of {asked} cannot be right")
    correction(db, correction_id)
    db.execute(
        """INSERT OR REPLACE INTO checks (correction_id, version, asked, right, created, said)
           SELECT id, ?, ?, ?, ?, ? FROM corrections WHERE id = ? AND forgotten IS NULL""",
        (version, asked, right, now(), storable(said), correction_id),
    )


def checks(db: Database, version: str) -> list[Check]:
    """How `version` did with every correction that it was examined on and that is not forgotten, oldest first."""
    found = {row["correction_id"]: row for row in rows(db, "SELECT * FROM checks WHERE version = ?", version)}
    return [
        Check(each, *(found[each.id][name] for name in ("asked", "right", "said")))
        for each in corrections(db)
        if each.id in found
    ]


def standings(db: Database, current: str) -> list[CorrectionStanding]:
    """Where every correction stands while `current` is served, oldest first."""
    checked = {
        row["correction_id"]: (row["asked"], row["right"], row["said"])
        for row in rows(db, "SELECT * FROM checks WHERE version = ? AND asked > 0", current)
    }
    training = {
        row["correction_id"]
        for row in rows(
            db,
            """SELECT DISTINCT correction_id FROM examples JOIN runs ON runs.id = run_id
               WHERE state = 'running' AND correction_id IS NOT NULL""",
        )
    }
    teachable = {each.id for each in teachable_corrections(db)}
    result = []
    for each in corrections(db):
        asked, right, said = checked.get(each.id, (0, 0, ""))
        standing = standing_of(each, each.id in training, asked, right)
        alone = each.active and not each.manner and not each.context and each.id not in teachable
        result.append(CorrectionStanding(each, standing, current if asked else None, asked, right, said, alone=alone))
    return result


def standing_of(each: Correction, in_training: bool, asked: int, right: int) -> Standing:
    """Where a correction stands, from whether a night is at it and how a check of the served version went. Pure."""
    if each.forgotten is not None:
        return "forgotten"
    if each.superseded_by is not None:
        return "superseded"
    if in_training:
        return "in training"
    if asked > 0:
        return "stuck" if right / asked >= STUCK_SHARE else "not stuck"
    return "remembered"
