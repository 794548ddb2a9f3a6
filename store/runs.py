"""Nights: each run with its phases, how far it is, and how it ended.

A run that was killed stays `running` until it is taken up again: what its finished phases gave is here, and
that is where it goes on. A run that ended stays as it ended.
"""

import json
import sqlite3
from collections.abc import Sequence
from typing import Any, Literal

from store.database import rows, storable, writing
from store.errors import NightRefused, NotFound
from store.journal import write
from store.light_sqlite_utils import Database
from store.records import Phase, Run, RunState, TakenBack, Verdict, now


def begin_run(db: Database, trigger: Literal["schedule", "command", "page"], local_date: str | None = None) -> Run:
    """Begin a run. Its id is the UTC date and a count: `2026-01-31-1`.

    Raises NightRefused when the scheduled run of `local_date` exists already.
    """
    started = now()
    date = started[:10]
    with writing(db):
        counts = [int(row["id"][11:]) for row in rows(db, "SELECT id FROM runs WHERE id LIKE ?", f"{date}-%")]
        made = f"{date}-{max(counts, default=0) + 1}"
        try:
            db.execute(
                """INSERT INTO runs (id, trigger, local_date, state, started, reasons)
                   VALUES (?, ?, ?, 'running', ?, '[]')""",
                (made, trigger, local_date, started),
            )
        except sqlite3.IntegrityError as error:
            if local_date is None or not ran_on(db, local_date):
                raise
            raise _had_its_run(local_date) from error
        write(db, made, "begun", trigger)
        return run(db, made)


def go_on(db: Database, run_id: str, local_date: str) -> Run:
    """Let an unfinished run, gone on with by the schedule, be that of a later local date: its own is over.

    Raises NightRefused when another run was that date's.
    """
    with writing(db):
        if run(db, run_id).local_date != local_date:
            if ran_on(db, local_date):
                raise _had_its_run(local_date)
            db.execute("UPDATE runs SET local_date = ? WHERE id = ? AND state = 'running'", (local_date, run_id))
        return run(db, run_id)


def unfinished_run(db: Database) -> Run | None:
    """The newest run that is running, or was when it was killed."""
    found = _runs(db, "WHERE state = 'running' ORDER BY rowid DESC LIMIT 1")
    return found[0] if found else None


def run(db: Database, id: str) -> Run:
    """The run `id`. Raises NotFound."""
    found = _runs(db, "WHERE id = ?", id)
    if not found:
        raise NotFound.among("run", id, [known.id for known in runs(db, 11)])
    return found[0]


def last_examined(db: Database) -> Run | None:
    """The newest run that ended and had examined a version, however it ended."""
    examined = "SELECT run_id FROM phases WHERE name = 'examine' AND state = 'finished'"
    found = _runs(db, f"WHERE state <> 'running' AND id IN ({examined}) ORDER BY rowid DESC LIMIT 1")
    return found[0] if found else None


def runs(db: Database, limit: int = 50) -> list[Run]:
    """The newest runs, newest first."""
    return _runs(db, "ORDER BY rowid DESC LIMIT ?", limit)


def ran_on(db: Database, local_date: str) -> bool:
    """Whether the scheduled run of a local date exists, however it went."""
    return bool(rows(db, "SELECT 1 FROM runs WHERE local_date = ?", local_date))


def finish_run(db: Database, run_id: str, verdict: Verdict, version: str | None, reasons: Sequence[str]) -> None:
    """End a run with its verdict, the version it made if any, and why. Raises NotFound."""
    _end_run(db, run_id, "finished", verdict, version, reasons)


def fail_run(db: Database, run_id: str, reason: str) -> None:
    """End a run as failed, and the phase it was in. Raises NotFound."""
    _end_run(db, run_id, "failed", "failed", None, (reason,))


def cancel_run(db: Database, run_id: str) -> None:
    """End a run as cancelled, and the phase it was in. Raises NotFound."""
    _end_run(db, run_id, "cancelled", "cancelled", None, ())


def begin_phase(db: Database, run_id: str, name: str) -> None:
    """Begin a phase, or begin it again: what it gave before is gone. Raises NotFound for the run."""
    run(db, run_id)
    again = any(phase.name == name for phase in phases(db, run_id))
    write(db, run_id, "phase again" if again else "phase begun", name)
    db.execute("INSERT OR REPLACE INTO phases VALUES (?, ?, 'running', ?, NULL, '{}')", (run_id, name, now()))


def finish_phase(db: Database, run_id: str, name: str, result: dict[str, Any]) -> None:
    """End a phase with what it gave, as plain JSON. Raises NotFound for one that was not begun."""
    done = db.execute(
        "UPDATE phases SET state = 'finished', ended = ?, result = ? WHERE run_id = ? AND name = ?",
        (now(), json.dumps(result), run_id, name),
    )
    if done.rowcount == 0:
        raise NotFound.among("phase", name, [phase.name for phase in phases(db, run_id)])
    write(db, run_id, "phase done", name)


def finished_phase(db: Database, run_id: str, name: str) -> dict[str, Any] | None:
    """What a phase gave; None when it has not been finished."""
    found = [phase.result for phase in phases(db, run_id) if phase.name == name and phase.state == "finished"]
    return found[0] if found else None


def drop_phases(db: Database, run_id: str, names: Sequence[str]) -> None:
    """Let phases of a run be as if they had never begun."""
    with writing(db):
        for name in names:
            db.execute("DELETE FROM phases WHERE run_id = ? AND name = ?", (run_id, name))


def taken_back(db: Database, run_id: str) -> TakenBack | None:
    """What a run took back at its beginning, however it ended afterwards."""
    found = finished_phase(db, run_id, "review") or {}
    return None if found.get("kept", True) else TakenBack(found["version"], tuple(found["reasons"]))


def phases(db: Database, run_id: str) -> list[Phase]:
    """The phases of a run in the order they were begun."""
    found = rows(
        db, "SELECT run_id, name, state, started, ended, result FROM phases WHERE run_id = ? ORDER BY rowid", run_id
    )
    return [Phase(**{**row, "result": json.loads(row["result"])}) for row in found]


def progress(db: Database, run_id: str, phase: str, done: float, total: float, note: str = "") -> None:
    """Say how far a phase is: `done` of `total`, in whatever it counts. Only the latest is kept.

    `note` is what it is busy with, in fixed words and ids; a new one is put into the journal.
    """
    if note and latest_progress(db, run_id).get("note") != note:
        write(db, run_id, "busy", note)
    db.execute(
        "INSERT OR REPLACE INTO progress VALUES (?, ?, ?, ?, ?, ?)", (run_id, phase, done, total, storable(note), now())
    )


def latest_progress(db: Database, run_id: str) -> dict[str, Any]:
    """`phase`, `done`, `total`, `note` and `updated` as last said; empty when nothing was."""
    found = rows(db, "SELECT phase, done, total, note, updated FROM progress WHERE run_id = ?", run_id)
    return found[0] if found else {}


def _had_its_run(local_date: str) -> NightRefused:
    return NightRefused(f"The night of {local_date} has had its run; the next is tomorrow's.")


def _end_run(
    db: Database, run_id: str, state: RunState, verdict: Verdict, version: str | None, reasons: Sequence[str]
) -> None:
    ended = now()
    with writing(db):
        if run(db, run_id).state == "running":
            write(db, run_id, "ended", verdict)
        db.execute(
            """UPDATE runs SET state = ?, ended = ?, verdict = ?, version = ?, reasons = ?
               WHERE id = ? AND state = 'running'""",
            (state, ended, verdict, version, json.dumps(list(map(storable, reasons))), run_id),
        )
        db.execute(
            "UPDATE phases SET state = ?, ended = ? WHERE run_id = ? AND state = 'running'", (state, ended, run_id)
        )


def _runs(db: Database, where: str, *parameters: object) -> list[Run]:
    found = rows(
        db,
        f"SELECT id, trigger, local_date, state, started, ended, verdict, version, reasons FROM runs {where}",
        *parameters,
    )
    return [Run(**{**row, "reasons": tuple(json.loads(row["reasons"]))}) for row in found]
