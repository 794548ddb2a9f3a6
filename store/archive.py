"""The home as one file: backed up while it is in use, read back once, restored into a home without a store.

Called by `run.py backup` and `restore`. In it are the store, the settings, the pointer and the versions; not the
base models, which can be had again, nor what runs left on the way.
"""

import errno
import hashlib
import json
import os
import re
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import IO

from store.database import STORE, check, copy_store, opened, rows
from store.errors import InputRefused, NotFound, SetupFailed, StoreDamaged
from store.records import now

MANIFEST = "manifest.json"
_MEMBER = re.compile(r"store\.db|current|config\.toml|versions/v-[0-9a-f]{12}(/[\w-][\w.-]*)+")
_OF_ITSELF = re.compile(r"^_|^sqlite_|_fts|_revision$")  # tables that a store keeps for itself, full from the start
_NO_ROOM = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT}
_BLOCK_BYTES = 1 << 20


def backup(home: Path, target: Path | None = None) -> Path:
    """Write the store, the settings, the pointer and the versions into one tar file, readable by its owner alone.

    By default a file named by the time in `backups/`; of the base models, which can be had again, there is nothing
    in it. The server and a night may go on meanwhile. The archive is read back and checked, its store opened,
    before it gets its name. Raises NotFound when there is no store, InputRefused when `target` exists, SetupFailed
    when the disk is full, StoreDamaged when the store is damaged.
    """
    if not (home / STORE).exists():
        raise NotFound(f"There is no store in {home} to back up.")
    archive = target or home / "backups" / f"aprendiz-{re.sub('[-:.]', '', now())}.tar"
    if archive.exists():
        raise InputRefused(f"{archive} exists already; a backup is not written over another.")
    archive.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    files = dict(_kept_files(home))
    store_bytes = (home / STORE).stat().st_size
    _require_room(archive.parent, 3 * store_bytes + sum(path.stat().st_size for path in files.values()))
    with tempfile.TemporaryDirectory(dir=archive.parent, prefix=".backup-") as folder:
        with opened(home) as db:
            copy_store(db, Path(folder, STORE))
        part = Path(folder, "part.tar")
        _write_archive(part, {STORE: Path(folder, STORE), **files})
        _unpack(part, Path(folder, "check"), only=STORE)
        part.chmod(0o600)
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.rename(archive)
    return archive


def restore(home: Path, archive: Path) -> None:
    """Bring a backup into a home that has no store yet, or an empty one.

    Everything is unpacked and checked aside first, and the store is put in its place last. Raises InputRefused for
    a home in use, NotFound when there is no archive, StoreDamaged when it is no whole backup or a newer program's.
    """
    if not archive.is_file():
        raise NotFound(f"There is no file {archive}.")
    if (home / STORE).exists() and not _is_empty(home):
        raise InputRefused(
            f"{home} has a store already. Restore into another directory: run.py --home NEW restore {archive}"
        )
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    _require_room(home, archive.stat().st_size)
    with tempfile.TemporaryDirectory(dir=home, prefix=".restore-") as folder:
        staged = Path(folder, "home")
        _unpack(archive, staged)
        with opened(staged):
            pass
        for version in sorted((staged / "versions").glob("*")):
            if not (home / "versions" / version.name).exists():
                (home / "versions").mkdir(mode=0o700, exist_ok=True)
                version.rename(home / "versions" / version.name)
        for name in (f"{STORE}-wal", f"{STORE}-shm"):
            (home / name).unlink(missing_ok=True)
        for name in ("config.toml", "current", STORE):
            if (staged / name).exists():
                (staged / name).replace(home / name)


def _is_empty(home: Path) -> bool:
    """Whether the store of `home` holds nothing yet: no more than a new one, which counts its own changes."""
    with opened(home) as db:
        tables = [row["name"] for row in rows(db, "SELECT name FROM sqlite_master WHERE type = 'table'")]
        return not any(rows(db, f"SELECT 1 FROM {table} LIMIT 1") for table in tables if not _OF_ITSELF.search(table))


def _kept_files(home: Path) -> Iterator[tuple[str, Path]]:
    """What a backup holds beside the store, by name in it. The pointer first: the version it names is there then."""
    paths = [home / "current", home / "config.toml", *sorted((home / "versions").glob("v-*/**/*"))]
    for path in paths:
        name = path.relative_to(home).as_posix()
        if path.is_file() and _MEMBER.fullmatch(name):
            yield name, path


def _require_room(directory: Path, needed_bytes: int) -> None:
    """Raise SetupFailed when the disk of `directory` has not the room."""
    free_bytes = shutil.disk_usage(directory).free
    if needed_bytes > free_bytes:
        there, needed = free_bytes / 2**20, needed_bytes / 2**20
        raise SetupFailed(
            f"This needs {needed:.0f} MiB, and {directory} has {there:.0f} MiB left. Make room and try again."
        )


def _write_archive(target: Path, files: dict[str, Path]) -> None:
    """Write `files` under their names into a tar file, and last the SHA-256 of each."""
    digests = {}
    with tarfile.open(target, "w") as tar:
        for name, path in files.items():
            with path.open("rb") as file:
                digests[name] = hashlib.file_digest(file, "sha256").hexdigest()
            tar.add(path, name, recursive=False)
        manifest = json.dumps({"created": now(), "sha256": digests}, indent=1).encode()
        entry = tarfile.TarInfo(MANIFEST)
        entry.size = len(manifest)
        tar.addfile(entry, BytesIO(manifest))


def _unpack(archive: Path, into: Path, only: str | None = None) -> None:
    """Write the files of a backup below `into`, or `only` one of them, and check every byte of all.

    Plain files with the names that a backup has are written and nothing else, so that no archive reaches outside.
    Raises StoreDamaged.
    """
    digests: dict[str, str] = {}
    expected: object = None
    try:
        with tarfile.open(archive, "r:") as tar:
            for member in tar:
                source = tar.extractfile(member) if member.isreg() else None
                if (
                    source is None
                    or member.name in digests
                    or not _MEMBER.fullmatch(member.name.replace(MANIFEST, STORE))
                ):
                    raise StoreDamaged(f"{archive} is no backup of Aprendiz: it has {member.name!r} in it.")
                if member.name == MANIFEST:
                    expected = json.loads(source.read())["sha256"]
                elif only in (None, member.name):
                    (into / member.name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                    with (into / member.name).open("xb") as target:
                        digests[member.name] = _copied(source, target)
                    (into / member.name).chmod(0o600)
                else:
                    digests[member.name] = _copied(source, None)
        if STORE not in digests or digests != expected:
            raise StoreDamaged(f"{archive} is no whole backup of Aprendiz: it was changed or cut. Use another one.")
        with closing(sqlite3.connect(into / STORE)) as conn:
            faults = check(conn)
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise StoreDamaged(f"{archive} is no whole backup of Aprendiz ({error}). Use another one.") from error
        raise SetupFailed(f"{archive} cannot be unpacked into {into.parent}: {error.strerror}. Make room.") from error
    except (tarfile.TarError, sqlite3.DatabaseError, ValueError, LookupError, TypeError) as error:
        raise StoreDamaged(f"{archive} is no whole backup of Aprendiz ({error}). Use another one.") from error
    if faults:
        raise StoreDamaged(f"The store in {archive} is damaged: {faults[0]}. Use another one.")


def _copied(source: IO[bytes], target: IO[bytes] | None) -> str:
    """Copy `source` to `target`, if any; say the SHA-256 of what was read."""
    digest = hashlib.sha256()
    while block := source.read(_BLOCK_BYTES):
        digest.update(block)
        if target is not None:
            target.write(block)
    return digest.hexdigest()
