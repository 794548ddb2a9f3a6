"""What SQLite raises, told as what the user can do about it; faults of the program itself stay as they are."""

import sqlite3
from pathlib import Path

from store.errors import SetupFailed, StoreDamaged

_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_IN_THE_WAY = {
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
}


def as_user_error(error: sqlite3.Error, store: Path) -> SetupFailed | StoreDamaged | None:
    """What to raise instead: the store in the file `store` is damaged or cannot be used. None for anything else."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the upper bits say more than is needed
    if code in _DAMAGED:
        return StoreDamaged(f"{store} cannot be read: {error}. {_remedy(store.parent)}")
    if code in _BUSY:
        return SetupFailed(f"Another program has been writing to {store} for too long: {error}. Try again.")
    return unusable(error, store) if code in _IN_THE_WAY else None


def unusable(error: sqlite3.Error, store: Path) -> SetupFailed:
    """The store in the file `store` cannot be opened or written."""
    return SetupFailed(f"{store} cannot be used: {error}. Is the disk full, or the file read-only?")


def _remedy(home: Path) -> str:
    """What to do about a damaged store."""
    backups = sorted((home / "backups").glob("*.tar"), key=lambda path: path.stat().st_mtime)
    archive = backups[-1] if backups else "ARCHIVE"
    return f"Keep the file, and restore a backup into a new home: run.py --home NEW restore {archive}"
