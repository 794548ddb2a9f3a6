"""The files that conversations come in: one of them, or the whole archive that ChatGPT sends, with its ratings.

Read as bytes and handed to `store.import_forms` as text; `store.transfer` takes what comes out.
"""

import zipfile
import zlib
from collections.abc import Mapping
from io import BytesIO
from pathlib import PurePath

from store.errors import InputRefused
from store.import_forms import NOT_TAKEN, Talk, Thumb, read_talks, read_thumbs

MOST_UNPACKED = 4_000_000_000
_RATINGS = "message_feedback.json"


def read_export(name: str, data: bytes, most: int = MOST_UNPACKED) -> list[Talk]:
    """The conversations of a file or of an archive, called `name`, which unpacks to `most` bytes or less.

    Raises InputRefused naming file, line and fault.
    """
    if zipfile.is_zipfile(file := BytesIO(data)):
        return _archived(name, file, most)
    return read_talks(name, _text(name, data))


def _archived(path: str, file: BytesIO, most: int) -> list[Talk]:
    """The conversations of ChatGPT's archive, which are in one file or in numbered ones, wherever it has them."""
    try:
        with zipfile.ZipFile(file) as archive:
            members = {member.filename: member for member in archive.infolist() if not member.is_dir()}
            chosen = sorted(name for name in members if _holds_talks(PurePath(name).name))
            ratings = [name for name in members if PurePath(name).name == _RATINGS]
            if not chosen:
                raise InputRefused(f"{path} has no conversations.json, as ChatGPT's archive has. {NOT_TAKEN}")
            if sum(members[name].file_size for name in (*chosen, *ratings)) > most:
                raise InputRefused(f"{path} unpacks to more than {most >> 20} MiB. {NOT_TAKEN}")
            thumbs: Mapping[str, Thumb] = {}
            for name in ratings:
                thumbs = {**thumbs, **read_thumbs(f"{path}/{name}", _text(f"{path}/{name}", archive.read(name)))}
            return [
                talk
                for name in chosen
                for talk in read_talks(f"{path}/{name}", _text(f"{path}/{name}", archive.read(name)), thumbs)
            ]
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise InputRefused(f"{path} cannot be unpacked ({error}). {NOT_TAKEN}") from error


def _holds_talks(name: str) -> bool:
    stem, _, kind = name.rpartition(".")
    numbered = stem.startswith("conversations-") and stem.removeprefix("conversations-").isdigit()
    return kind == "json" and (stem == "conversations" or numbered)


def _text(name: str, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputRefused(f"{name}:{line}: it is not UTF-8 text. {NOT_TAKEN}") from error
