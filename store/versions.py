"""The record of model versions and of promotions; append-only, which the database itself enforces.

Which version is served is the pointer in the home, that of `models.version_files`; here stands how it came to that.
"""

import json
from typing import Literal

from store.database import rows, writing
from store.errors import NotFound
from store.light_sqlite_utils import Database
from store.records import Promotion, Version, now

BASE = Version("base", "", None, "", "promoted", (), {})


def add_version(db: Database, version: Version) -> None:
    """Put a version on record. One that is there stays as it is, since an id names its very bytes."""
    db.execute(
        """INSERT INTO versions (id, parent, run_id, created, decision, reasons, evaluation)
           VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING""",
        (
            version.id, version.parent, version.run_id, version.created, version.decision,
            json.dumps(version.reasons), json.dumps(version.evaluation),
        ),
    )  # fmt: skip


def version(db: Database, id: str) -> Version:
    """The version `id`; `base` is the base model, which has no parent. Raises NotFound."""
    known = {each.id: each for each in (BASE, *versions(db))}
    if id not in known:
        raise NotFound.among("version", id, list(known))
    return known[id]


def versions(db: Database) -> list[Version]:
    """The versions that nights made, promoted and refused, oldest first."""
    found = rows(db, "SELECT id, parent, run_id, created, decision, reasons, evaluation FROM versions ORDER BY rowid")
    return [
        Version(**{**row, "reasons": tuple(json.loads(row["reasons"])), "evaluation": json.loads(row["evaluation"])})
        for row in found
    ]


def record_promotion(
    db: Database, version: str, previous: str, by: Literal["night", "promote", "rollback"]
) -> Promotion:
    """Put on record that the pointer was moved from `previous` to `version`.

    The same right after itself is one move, told again by a night that was killed in between: it is recorded once.
    """
    with writing(db):
        last = promotions(db)[-1:]
        if last and (last[0].version, last[0].previous, last[0].by) == (version, previous, by):
            return last[0]
        made = Promotion(version, previous, by, now())
        db.execute(
            "INSERT INTO promotions (version, previous, by, created) VALUES (?, ?, ?, ?)",
            (made.version, made.previous, made.by, made.created),
        )
        return made


def promotions(db: Database) -> list[Promotion]:
    """Every move of the pointer, oldest first."""
    found = rows(db, "SELECT version, previous, by, created FROM promotions ORDER BY number")
    return [Promotion(**row) for row in found]
