"""A version's files for other programs: its adapter for peft, its model as GGUF. `run.py export` calls it."""

import shutil
from pathlib import Path
from typing import Literal

from models.catalogue import BaseModel
from models.version_files import BASE, model_file, verify, version_dir
from store.errors import InputRefused, NotFound, SetupFailed
from store.whole_file import whole_directory, whole_file


def export_files(home: Path, what: Literal["adapter", "gguf"], version: str, base: BaseModel, out: Path) -> Path:
    """Copy a version's adapter (a directory) or model (a file) to `out`, whole or not at all; say where it is.

    Raises NotFound when the version is unknown or has no adapter, ModelRefused when its files were changed,
    InputRefused when `out` exists or cannot be written, SetupFailed when the disk has no room.
    """
    if version == BASE and what == "adapter":
        raise NotFound("The base has no adapter: it was never trained. Name a version that has: run.py versions")
    source = model_file(home, version, base) if what == "gguf" else version_dir(home, version) / "adapter"
    if not source.exists():
        raise NotFound(f"Version {version} has no adapter. Export its model: run.py export gguf")
    if out.exists():
        raise InputRefused(f"{out} exists already; an export is not written over it. Choose another name.")
    if version != BASE:
        verify(home, version)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        files = [source] if source.is_file() else [path for path in source.rglob("*") if path.is_file()]
        needed, free = sum(path.stat().st_size for path in files), shutil.disk_usage(out.parent).free
        if needed > free:
            raise SetupFailed(
                f"This needs {needed / 2**20:.0f} MiB, and {out.parent} has {free / 2**20:.0f} MiB left. Make room."
            )
        if source.is_file():
            with whole_file(out) as part:
                shutil.copyfile(source, part)
        else:
            with whole_directory(out) as part:
                shutil.copytree(source, part, dirs_exist_ok=True)
    except OSError as error:
        raise InputRefused(f"{out} cannot be written: {error.strerror}. Nothing was exported.") from error
    return out
