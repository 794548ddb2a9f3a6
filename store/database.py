"""Opening the store: one SQLite file in the home, private, with the schema brought up to date.

Every room opens its own short-lived connection with `opened`; the chat server and the night write to the same
file at once. Writes of several rows go through `writing`, which takes the write lock first: a transaction that
reads before it writes would otherwise fail at once, not wait, when another process wrote in between.
"""

import logging
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from store.errors import SetupFailed, StoreDamaged
from store.light_sqlite_utils import Database
from store.migrations import NAMES, migrations
from store.sqlite_errors import as_user_error, unusable

STORE = "store.db"
WAIT_S = 10.0

log = logging.getLogger(__name__)


@contextmanager
def opened(home: Path) -> Iterator[Database]:
    """The store of `home` for the time of a `with` block. Takes milliseconds. Raises as `connect` does, inside too."""
    with closing(connect(home)) as db:
        try:
            yield db
        except sqlite3.Error as error:
            if instead := as_user_error(error, home / STORE):
                raise instead from error
            raise


def connect(home: Path) -> Database:
    """The store of `home`, made if there is none, with every migration applied. Belongs to the calling thread.

    An older store is copied to `backups/` before it is changed. Raises StoreDamaged when the file is not a
    database, is damaged, or was written by a newer program; SetupFailed when it cannot be opened or written.
    """
    path = _private_file(home)
    try:
        conn = sqlite3.connect(path, timeout=WAIT_S, isolation_level=None)
    except sqlite3.Error as error:
        raise unusable(error, path) from error
    try:
        db = Database(conn, execute_plugins=False)
        _write_ahead(conn)
        conn.execute("PRAGMA foreign_keys = ON")
        conn.execute("PRAGMA secure_delete = ON")
        _migrate(db, home)
    except sqlite3.Error as error:
        conn.close()
        raise as_user_error(error, path) or unusable(error, path) from error
    except BaseException:
        conn.close()
        raise
    return db


def _write_ahead(conn: sqlite3.Connection) -> None:
    """Have changes written to a log beside the file. SQLite waits for nobody when it turns to that, so this does."""
    until = time.monotonic() + WAIT_S
    while True:
        try:
            conn.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return


@contextmanager
def writing(db: Database) -> Iterator[None]:
    """All writes of the block or none; nested blocks are undone alone. Waits up to ten seconds for other writers."""
    if db.conn.in_transaction:
        with db.atomic():
            yield
        return
    db.conn.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.conn.execute("COMMIT")
    except BaseException:
        if db.conn.in_transaction:
            db.conn.execute("ROLLBACK")
        raise


def rows(db: Database, sql: str, *parameters: object) -> list[dict[str, Any]]:
    """The rows of one SELECT, by column name."""
    cursor = db.execute(sql, parameters)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def storable(text: str) -> str:
    """`text` as SQLite can keep it: half a surrogate pair, as a cut-off stream leaves it, becomes U+FFFD."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def scrub(db: Database) -> None:
    """Leave nothing of what was deleted in the file: not in the index's old segments, not in the log.

    Another connection that is reading may keep the log from being emptied; that happens when it is done.
    """
    for index in ("messages_fts", "passages_fts"):
        db.execute(f"INSERT INTO {index} ({index}) VALUES ('optimize')")
    db.execute("PRAGMA wal_checkpoint (TRUNCATE)").fetchall()


def copy_store(db: Database, target: Path) -> None:
    """Copy the store as of now to the file `target` through SQLite's backup API, and check the copy once.

    Raises StoreDamaged when the copy is not sound, since then the store is not either.
    """
    with closing(sqlite3.connect(target)) as copy:
        db.conn.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
        faults = check(copy)
    target.chmod(0o600)
    if faults:
        raise StoreDamaged(f"The copy {target} of the store is damaged: {faults[0]}.")


def check(conn: sqlite3.Connection) -> list[str]:
    """The faults that SQLite finds in a database: its structure and its references. Reads all of it."""
    faults = [str(row[0]) for row in conn.execute("PRAGMA integrity_check") if row[0] != "ok"]
    return faults + [f"a row of {row[0]} refers to nothing" for row in conn.execute("PRAGMA foreign_key_check")]


def _private_file(home: Path) -> Path:
    """The path of the store, with the directory and the file closed to others where they are ours to close."""
    path = home / STORE
    try:
        if not home.exists():
            home.mkdir(mode=0o700, parents=True, exist_ok=True)  # another program may make it at the same time
        if not path.exists():
            if not any(home.iterdir()):
                home.chmod(0o700)
            path.touch(mode=0o600, exist_ok=True)
    except OSError as error:
        raise SetupFailed(f"{home} cannot be used: {error.strerror}. Choose another directory with --home.") from error
    return path


def _migrate(db: Database, home: Path) -> None:
    """Bring the schema up to date, in one transaction; only one of several processes does it."""
    if not _missing(db, home):
        return
    with writing(db):
        missing = _missing(db, home)  # again, under the lock: another process may have been faster
        old = bool(missing and migrations.applied(db))
        if old:
            (home / "backups").mkdir(mode=0o700, exist_ok=True)
            copy = home / "backups" / f"before-{missing[0]}.db"
            with closing(sqlite3.connect(home / STORE)) as reader:
                copy_store(Database(reader, execute_plugins=False), copy)
            log.info("the store is brought up to date; a copy of how it was is %s", copy.name)
        migrations.apply(db)
    if old:
        scrub(db)


def _missing(db: Database, home: Path) -> list[str]:
    """The migrations still to apply. Raises StoreDamaged when the store has some that this program does not know."""
    applied = [migration.name for migration in migrations.applied(db)]
    unknown = [name for name in applied if name not in NAMES]
    if unknown:
        copy = home / "backups" / f"before-{unknown[0]}.db"
        instead = f", or put {copy} in its place, which is how it was before" if copy.exists() else ""
        raise StoreDamaged(
            f"{home / STORE} was written by a newer Aprendiz (its schema is {unknown[-1]}, this program knows "
            f"{NAMES[-1]}). Use the newer program{instead}."
        )
    return [name for name in NAMES if name not in applied]
