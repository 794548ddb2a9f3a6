"""A really served home: `run.py chat` as a child process on a free port, as an owner starts it."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from models.catalogue import base_model
from models.embedding import embedding_file

ROOT = Path(__file__).parents[2]
START_S = 180

# No night by itself; one thread, since two that wait for each other crawl when other work shares the cores.
QUIET = {"APRENDIZ_ENVIRONMENT": "mine", "APRENDIZ_NIGHT": "false", "APRENDIZ_THREADS": "1"}
LARGE = 1_000_000  # bytes
READY: list[Path] = []
"""The home in which the tests have the default model ready, once they run."""


@dataclass
class Served:
    """A running server. `ready_s` is how long it took from the command to the page."""

    home: Path
    port: int
    process: subprocess.Popen
    ready_s: float

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"


@contextmanager
def served(home: Path, *, port: int = 0, **environment: str) -> Iterator[Served]:
    """Serve `home` until the end of the block; settings may be given as they stand in the environment.

    The base that it serves is removed at the end, unless it lay there before: forty homes that keep one fill a disk.
    """
    port = port or free_port()
    kept = (home / "base").exists()
    if READY and not kept and "APRENDIZ_MODEL" not in environment:
        with_base_of(READY[0], home)
    began = time.monotonic()
    with (home / "server.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "run.py"), "--home", str(home), "chat", "--port", str(port)],
            cwd=ROOT,
            stdout=log,
            stderr=log,
            env={**os.environ, **QUIET, **environment},
        )
    try:
        _wait(process, port, home)
        yield Served(home, port, process, time.monotonic() - began)
    finally:
        process.terminate()
        try:
            process.wait(30)
        finally:
            process.kill()
            process.wait()
            if not kept:
                shutil.rmtree(home / "base", ignore_errors=True)


def with_base_of(made: Path, home: Path) -> None:
    """Have the default model and the embedding model ready in `made`, and give them to `home`.

    Large files are one on the disk for both: who writes them anew puts another in their place.
    """
    base_model("", made, "f16")
    embedding_file(made)

    def linked(source: str, target: str) -> str:
        if Path(source).stat().st_size < LARGE:
            return shutil.copy2(source, target)
        Path(target).hardlink_to(source)
        return target

    shutil.copytree(
        made / "base", home / "base", copy_function=linked, ignore=shutil.ignore_patterns("*.part", "*.lock")
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait(process: subprocess.Popen, port: int, home: Path) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended: {(home / 'server.log').read_text()[-2000:]}")
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).read()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"no page within {START_S} s: {(home / 'server.log').read_text()[-2000:]}")
