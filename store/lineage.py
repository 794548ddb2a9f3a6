"""Which correction made which examples and trained which version, read from both ends. Writes nothing."""

from dataclasses import dataclass

from store import checks, feedback, runs, versions
from store.database import rows
from store.light_sqlite_utils import Database
from store.records import Check, Correction, Example, Version


@dataclass(frozen=True, slots=True)
class Taught:
    """One version that a correction went into: the examples made of it for that, and how its check went, if any."""

    version: Version
    examples: tuple[Example, ...]
    check: Check | None


@dataclass(frozen=True, slots=True)
class Content:
    """One correction in a version: whether it was `new` in that night, in how many wordings it was practised, and how
    its check went, if any."""

    correction: Correction
    new: bool
    practised: int
    check: Check | None


def went_into(db: Database, correction_id: int) -> list[Taught]:
    """The versions that were trained on a correction, newest first. Raises NotFound."""
    known = feedback.correction(db, correction_id)
    checked = {
        row["version"]: Check(known, row["asked"], row["right"], row["said"])
        for row in rows(db, "SELECT version, asked, right, said FROM checks WHERE correction_id = ?", known.id)
    }
    made: dict[str, list[Example]] = {}
    columns = "run_id, kind, question, answer, correction_id, message_id"
    for row in rows(db, f"SELECT {columns} FROM examples WHERE correction_id = ? ORDER BY number", known.id):
        made.setdefault(row.pop("run_id"), []).append(Example(**row))
    return [
        Taught(version, tuple(made.get(version.run_id or "", ())), checked.get(version.id))
        for version in reversed(versions.versions(db))
        if known.id in version.evaluation.get("corrections", ())
    ]


def contents(db: Database, version_id: str) -> list[Content]:
    """The corrections that a version was trained on, the new ones first, then newest first. Raises NotFound."""
    version = versions.version(db, version_id)
    run_id = version.run_id or ""
    new = set((runs.finished_phase(db, run_id, "collect") or {}).get("new", ()))
    checked = {each.correction.id: each for each in checks.checks(db, version.id)}
    practised = {
        row["correction_id"]: row["count"]
        for row in rows(
            db,
            """SELECT correction_id, count(DISTINCT question) AS count FROM examples
               WHERE run_id = ? AND kind = 'wording' GROUP BY correction_id""",
            run_id,
        )
    }
    held = set(version.evaluation.get("corrections", ()))
    found = [
        Content(each, each.id in new, practised.get(each.id, 0), checked.get(each.id))
        for each in feedback.corrections(db)
        if each.id in held
    ]
    return sorted(found, key=lambda each: (not each.new, -each.correction.id))


def example_counts(db: Database, run_id: str) -> dict[str, int]:
    """How many examples a run made, by kind; of everyday questions and neighbours too."""
    found = rows(db, "SELECT kind, count(*) AS count FROM examples WHERE run_id = ? GROUP BY kind", run_id)
    return {row["kind"]: row["count"] for row in found}
