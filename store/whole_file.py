"""Files and directories that are either wholly there or not there at all.

What must not be found half written goes through here: into a temporary neighbour, synced, renamed into place, and
the directory synced. A kill at any moment leaves at most a neighbour called `.NAME.PID.part`, which the next
writer of the same name clears away.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil


@contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """A temporary path to write to; it becomes `target` when the block ends well, and vanishes when it does not."""
    part = _part(target)
    try:
        yield part
        sync_file(part)
        part.replace(target)
        sync_directory(target.parent)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def whole_directory(target: Path) -> Iterator[Path]:
    """The same for a directory, which must not exist yet; its files are synced before it gets its name."""
    part = _part(target)
    part.mkdir(mode=0o700)
    try:
        yield part
        sync_tree(part)
        part.rename(target)
        sync_directory(target.parent)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def sync_file(path: Path) -> None:
    """Have the disk hold what was written to `path`."""
    with path.open("r+b" if os.name == "nt" else "rb") as file:  # Windows syncs only what may be written
        os.fsync(file.fileno())


def sync_directory(path: Path) -> None:
    """Have the disk hold the names in `path`; a system that cannot open directories (Windows) does that itself."""
    if os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_tree(directory: Path) -> None:
    """Sync every file and every directory below `directory`, and itself."""
    for path in sorted(directory.rglob("*")):
        if path.is_dir():
            sync_directory(path)
        else:
            sync_file(path)
    sync_directory(directory)


def _part(target: Path) -> Path:
    """The temporary neighbour of `target` for this process; those of dead processes are cleared away."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    for left in target.parent.glob(f".{target.name}.*.part"):
        owner = left.name.removeprefix(f".{target.name}.").removesuffix(".part")
        if owner == str(os.getpid()) or not (owner.isdigit() and psutil.pid_exists(int(owner))):
            if left.is_dir():
                shutil.rmtree(left)
            else:
                left.unlink(missing_ok=True)
    return target.parent / f".{target.name}.{os.getpid()}.part"
