"""Model versions on disk: sealed directories, and the one pointer that says which is served.

A night builds a version in a staging directory and seals it; promotion and rollback move the pointer `current`.
Both are single renames, so a kill leaves the state before or the state after. What the versions are worth is
`store.versions`' business; which models there are to start from is the catalogue's.
"""

import hashlib
import json
import re
import shutil
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from store.errors import ModelRefused, NotFound
from store.whole_file import sync_directory, sync_tree, whole_file

if TYPE_CHECKING:
    from models.catalogue import BaseModel

BASE = "base"

_ID = re.compile(r"v-[0-9a-f]{12}")
_MODEL, _CARD = "model.gguf", "card.json"


def version_dir(home: Path, version: str) -> Path:
    """Where the sealed version `version` lies. Raises NotFound when there is no such version."""
    directory = home / "versions" / version
    if not _ID.fullmatch(version) or not (directory / _MODEL).is_file():
        raise NotFound.among("version", version, [BASE, *_sealed(home)])
    return directory


def has_files(home: Path, version: str) -> bool:
    """Whether the files of `version` are there still."""
    return version == BASE or bool(_ID.fullmatch(version) and (home / "versions" / version / _MODEL).is_file())


def model_file(home: Path, version: str, base: "BaseModel") -> Path:
    """The GGUF file that serves `version`; that of the base model for `base`. Raises NotFound."""
    return base.gguf if version == BASE else version_dir(home, version) / _MODEL


def adapter_of(home: Path, version: str, base: "BaseModel") -> Path | None:
    """The adapter of `version`, None when it has none or was made for another base. Raises NotFound."""
    directory = version_dir(home, version)
    there = _card(directory).get("base") == base.name and (directory / "adapter" / "adapter_config.json").is_file()
    return directory / "adapter" if there else None


def manner_of(home: Path, version: str) -> str:
    """What `version` learned from votes of how to answer, in words; empty when nothing. Raises NotFound."""
    return "" if version == BASE else str(_card(version_dir(home, version)).get("manner", ""))


def current(home: Path) -> str:
    """The version that the pointer names; `base` when there is no pointer yet.

    Raises ModelRefused when the pointer holds something else than a version.
    """
    try:
        version = (home / "current").read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return BASE
    except UnicodeDecodeError:
        version = "(no text)"
    if version != BASE and not _ID.fullmatch(version):
        raise ModelRefused(f"{home / 'current'} names no version ({version[:40]!r}). Run: run.py promote {BASE}")
    return version


def point_to(home: Path, version: str) -> None:
    """Have `version` served from now on. Atomic, and the same when done twice.

    Raises NotFound for a version that is not there and ModelRefused for one whose files are not those that were
    sealed; the pointer then stays.
    """
    if version != BASE:
        verify(home, version)
    with whole_file(home / "current") as part:
        part.write_text(version + "\n", encoding="utf-8")


def seal_version(home: Path, staging: Path) -> str:
    """Make the directory `staging`, which holds `model.gguf`, a version that is not changed any more; say its id.

    The id is `v-` and the first 12 hex digits of the model's SHA-256; `card.json` receives the SHA-256 of every
    file, and keeps what it says otherwise. Killed at any step it can be called again with the same arguments,
    also after the directory has been renamed. Raises NotFound when `staging` holds no model, and ModelRefused
    when a version of this id is there but damaged.
    """
    sealed = staging.with_name(staging.name + ".sealed")
    if not staging.exists() and sealed.exists():
        version = sealed.read_text(encoding="utf-8").strip()
        verify(home, version)
        return version
    if not (staging / _MODEL).is_file():
        raise NotFound(f"There is no {_MODEL} in {staging} to make a version of.")
    digests = {name: _sha256(staging / name) for name in _files(staging)}
    version = f"v-{digests[_MODEL][:12]}"
    card = {**_card(staging), "id": version, "sha256": digests}
    with whole_file(staging / _CARD) as part:
        part.write_text(json.dumps(card, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    sync_tree(staging)
    with whole_file(sealed) as part:
        part.write_text(version + "\n", encoding="utf-8")
    target = home / "versions" / version
    target.parent.mkdir(mode=0o700, exist_ok=True)
    if has_files(home, version):
        verify(home, version)
        shutil.rmtree(staging)
    else:
        shutil.rmtree(target, ignore_errors=True)  # the card that is left where its files were cleared away
        staging.rename(target)
        sync_directory(target.parent)
    sync_directory(staging.parent)
    return version


def discard_version(home: Path, staging: Path, kept: Collection[str]) -> None:
    """Delete `staging`, and the version that `seal_version` made of it unless that is one of those `kept`."""
    sealed = staging.with_name(staging.name + ".sealed")
    shutil.rmtree(staging, ignore_errors=True)
    if sealed.exists():
        version = sealed.read_text(encoding="utf-8").strip()
        if _ID.fullmatch(version) and version not in kept:
            shutil.rmtree(home / "versions" / version, ignore_errors=True)
        sealed.unlink()


def clear_files(home: Path, version: str) -> None:
    """Delete what of `version` takes room, so that it can serve no more; its card stays and says so.

    Raises NotFound.
    """
    directory = version_dir(home, version)
    with whole_file(directory / _CARD) as part:
        card = {**_card(directory), "cleared": True}
        part.write_text(json.dumps(card, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    (directory / _MODEL).unlink()
    for path in directory.iterdir():
        if path.is_dir():
            shutil.rmtree(path)


def was_cleared(home: Path, version: str) -> bool:
    """Whether the files of `version` were cleared away, rather than lost."""
    return not has_files(home, version) and bool(_card(home / "versions" / version).get("cleared"))


def verify(home: Path, version: str) -> None:
    """Check that the files of `version` are those that were sealed, all of them and no others.

    Reads every byte: about a second for a gigabyte. Raises NotFound, or ModelRefused naming the file that differs.
    """
    directory = version_dir(home, version)
    digests = _card(directory).get("sha256")
    if not isinstance(digests, dict) or not str(digests.get(_MODEL)).startswith(version.removeprefix("v-")):
        raise ModelRefused(f"Version {version} is not served: its card was removed or changed. Promote another.")
    found = set(_files(directory))
    for name in sorted(found | digests.keys()):
        if name not in digests or name not in found or _sha256(directory / name) != digests[name]:
            what = "added" if name not in digests else "removed" if name not in found else "changed"
            raise ModelRefused(
                f"Version {version} is not served: {name} was {what} since it was made. Promote another."
            )


def _sealed(home: Path) -> list[str]:
    return sorted(path.name for path in (home / "versions").glob("v-*") if (path / _MODEL).is_file())


def _files(directory: Path) -> list[str]:
    """The files of a version other than its card, as relative names with forward slashes."""
    found = (path.relative_to(directory).as_posix() for path in directory.rglob("*") if not path.is_dir())
    return sorted(name for name in found if name != _CARD and not name.endswith(".part"))


def _card(directory: Path) -> dict[str, Any]:
    try:
        card = json.loads((directory / _CARD).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise ModelRefused(f"{directory / _CARD} is damaged: {error}.") from error
    return card if isinstance(card, dict) else {}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
