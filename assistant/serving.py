"""Which model answers: opens engines, notices a promotion between turns, and closes what nobody uses.

An engine that is in the middle of an answer is never closed; the next turn gets the new version. The page,
the command line and the API all take their engine from here.
"""

import logging
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from models.catalogue import BaseModel
from models.engine import Engine
from models.version_files import BASE, current, manner_of, model_file
from store.errors import InputRefused, ModelRefused
from store.settings import Settings

log = logging.getLogger(__name__)
PATIENCE_S, LOOKS_S = 10.0, 0.02


def open_engine(settings: Settings, base: BaseModel, version: str) -> Engine:
    """The engine of one version: llama.cpp on a CPU, transformers where there is a GPU, or as the settings say.

    Where nothing is said, llama.cpp also serves what transformers cannot, or what the GPU has no memory for. Raises
    NotFound for an unknown version and ModelRefused for a file that must not be served.
    """
    path = model_file(settings.home, version, base)
    if _kind(settings) == "torch":
        from assistant.torch_engine import TorchEngine

        try:
            return TorchEngine.of_version(settings.home, base, version, context_tokens=settings.context_tokens)
        except (ModelRefused, RuntimeError) as error:
            if settings.engine == "torch":
                raise
            log.warning("the GPU cannot serve %s, llama.cpp does: %s", version, error)
    from assistant.llamacpp import LlamaCppEngine

    return LlamaCppEngine(path, version, context_tokens=settings.context_tokens, threads=settings.threads)


class Serving:
    """The engines in use, by version. Thread-safe."""

    def __init__(self, settings: Settings, base: BaseModel) -> None:
        self._settings = settings
        self._base = base
        self._lock = threading.Lock()
        self._engines: dict[str, Engine] = {}
        self._users: dict[str, int] = {}

    @property
    def version(self) -> str:
        """The version that the next turn gets."""
        return current(self._settings.home)

    @property
    def elsewhere(self) -> str:
        """The version for questions that no correction is near: the base, which answers as it always did, unless the
        current one learned from votes how its owner wants answers."""
        version = self.version
        return version if manner_of(self._settings.home, version) else BASE

    @contextmanager
    def engine(self, version: str = "current") -> Iterator[Engine]:
        """The engine of `version` ("current", "base" or an id) for the length of one answer."""
        wanted = self.version if version == "current" else version
        with self._lock:
            if wanted not in self._engines:
                self._close_unused()
                log.info("opening version %s", wanted)
                self._engines[wanted] = open_engine(self._settings, self._base, wanted)
            self._users[wanted] = self._users.get(wanted, 0) + 1
            engine = self._engines[wanted]
        try:
            yield engine
        finally:
            with self._lock:
                self._users[wanted] -= 1
                self._close_unused()

    def close(self, patience: float = PATIENCE_S) -> None:
        """Close every engine, once nobody is using one, or after `patience` seconds."""
        until = time.monotonic() + patience
        while any(self._users.values()) and time.monotonic() < until:
            time.sleep(LOOKS_S)
        with self._lock:
            for engine in self._engines.values():
                engine.close()
            self._engines.clear()

    def _close_unused(self) -> None:
        kept = {BASE, self.version}
        for version in [v for v in self._engines if v not in kept and not self._users.get(v)]:
            log.info("closing version %s", version)
            self._engines.pop(version).close()


def _kind(settings: Settings) -> str:
    if settings.engine != "auto":
        return settings.engine
    if shutil.which("nvidia-smi") is None:
        return "llamacpp"
    try:
        import torch
    except ImportError as error:
        raise InputRefused(
            'A GPU was found, but torch cannot be loaded; set engine = "llamacpp" in config.toml.'
        ) from error
    return "torch" if torch.cuda.is_available() else "llamacpp"
