"""What `run.py status` shows, read straight from SQLite so that it answers at once: no heavy import, no migration."""

import sqlite3
from pathlib import Path
from typing import Any

from store.sqlite_errors import as_user_error, unusable

QUESTIONS = {
    "conversations": "SELECT count(*) FROM conversations",
    "corrections": "SELECT count(*) FROM corrections WHERE superseded_by IS NULL AND forgotten IS NULL",
    "versions": "SELECT count(*) FROM versions",
}


def glance(home: Path) -> dict[str, Any]:
    """The served version, how much is stored, whether a night runs, and how the last one ended.

    Raises SetupFailed when the store cannot be opened, StoreDamaged when it cannot be read.
    """
    pointer = home / "current"
    seen: dict[str, Any] = {"version": pointer.read_text(encoding="utf-8").strip() if pointer.is_file() else "base"}
    seen["night_paused"] = (home / "night.paused").is_file()
    path = home / "store.db"
    if not path.is_file():
        return {**seen, **dict.fromkeys(QUESTIONS, 0), "night_runs": False, "last_night": None}
    try:
        connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=2.0)
    except sqlite3.Error as error:
        raise unusable(error, path) from error
    try:
        seen.update({name: connection.execute(sql).fetchone()[0] for name, sql in QUESTIONS.items()})
        last = connection.execute(
            "SELECT id, state, verdict, version FROM runs ORDER BY started DESC LIMIT 1"
        ).fetchone()
    except sqlite3.Error as error:
        if instead := as_user_error(error, path):
            raise instead from error
        return {**seen, "note": "this store is older than the program; it is brought up to date when it is next opened"}
    finally:
        connection.close()
    seen["night_runs"] = bool(last) and last[1] == "running" and night_alive(home)
    seen["last_night"] = dict(zip(("run", "state", "verdict", "version"), last, strict=True)) if last else None
    return seen


def night_alive(home: Path) -> bool:
    """Whether a night has the number that the last one left; one that was killed leaves it, to be anybody's later."""
    import psutil

    try:
        return "improve" in psutil.Process(int((home / "night.pid").read_text())).cmdline()
    except (FileNotFoundError, ValueError, psutil.Error):
        return False
