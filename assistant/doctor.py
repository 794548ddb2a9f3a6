"""What `run.py doctor` looks at: each part of an installation, whether it is well, and if not, the remedy."""

import shutil
import socket
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from models.catalogue import base_model
from models.embedding import embedding_file
from models.gguf_file import inspect
from models.version_files import BASE, current, verify, version_dir
from store import runs, versions
from store.database import check, opened
from store.errors import AprendizError
from store.settings import Settings


@dataclass(frozen=True, slots=True)
class Finding:
    """One part: `said` tells what was seen, and what to do when it is not `well`."""

    what: str
    well: bool
    said: str


def findings(settings: Settings) -> list[Finding]:
    """Look at everything; a part that fails does not keep the others from being looked at."""
    parts: tuple[tuple[str, Callable[[Settings], Iterator[Finding]]], ...] = (
        ("home", _home),
        ("store", _store),
        ("base model", _base),
        ("versions", _versions),
        ("embedding model", _embedding),
        ("port", _port),
        ("last night", _last_night),
    )
    found: list[Finding] = []
    for what, look in parts:
        try:
            found += look(settings)
        except (AprendizError, OSError) as error:
            found.append(Finding(what, False, str(error)))
    return found


def _home(settings: Settings) -> Iterator[Finding]:
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    free = shutil.disk_usage(settings.home).free / 2**30
    enough = free >= settings.min_free_gib
    said = f"{settings.home}, {free:.1f} GiB free"
    yield Finding("home", enough, said if enough else f"{said}: a night needs {settings.min_free_gib:g}; make room")
    readable = settings.home.stat().st_mode & 0o077
    said = "private to you" if not readable else f"others may read it: chmod 700 {settings.home}"
    yield Finding("privacy", not readable, said)


def _store(settings: Settings) -> Iterator[Finding]:
    with opened(settings.home) as db:
        connection: sqlite3.Connection = db.conn
        faults = check(connection)
    yield Finding("store", not faults, "sound" if not faults else f"{faults[0]}; run.py restore brings a backup back")


def _base(settings: Settings) -> Iterator[Finding]:
    base = base_model(settings.model, settings.home, settings.serve_format)
    seen = inspect(base.gguf)
    yield Finding(
        "base model", True, f"{base.name}, {seen.architecture}, {base.file_type}, {seen.bytes / 2**20:.0f} MiB"
    )


def _versions(settings: Settings) -> Iterator[Finding]:
    now = current(settings.home)
    if now != BASE:
        verify(settings.home, now)
    yield Finding("served version", True, f"{now}, as it was sealed" if now != BASE else "the base")
    with opened(settings.home) as db:
        for version in versions.versions(db):
            version_dir(settings.home, version.id)


def _embedding(settings: Settings) -> Iterator[Finding]:
    yield Finding("embedding model", embedding_file(settings.home).is_file(), "ready")


def _port(settings: Settings) -> Iterator[Finding]:
    with socket.socket() as probe:
        taken = probe.connect_ex((settings.host, settings.port)) == 0
    yield Finding("port", True, f"{settings.port} is " + ("in use, by Aprendiz perhaps" if taken else "free"))


def _last_night(settings: Settings) -> Iterator[Finding]:
    with opened(settings.home) as db:
        last = next(iter(runs.runs(db, 1)), None)
    if last is None:
        yield Finding("last night", True, "none yet")
    elif last.state == "running" and not (settings.home / "night.pid").exists():
        yield Finding("last night", False, f"{last.id} was interrupted; run.py improve goes on with it")
    else:
        reasons = "; ".join(last.reasons)
        yield Finding("last night", last.state != "failed", f"{last.id}: {last.verdict or last.state} ({reasons})")
