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

ROOT = Path(__file__).parents[2]
START_S = 180

# No night by itself; one thread, since two that wait for each other crawl when other work shares the cores.
QUIET = {"APRENDIZ_ENVIRONMENT": "mine", "APRENDIZ_NIGHT": "false", "APRENDIZ_THREADS": "1"}


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

    The base that the server made ready is removed at the end: a fresh start makes it again in seconds, and forty homes
    that keep one fill a disk.
    """
    port = port or free_port()
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
        process.wait(30)
        shutil.rmtree(home / "base", ignore_errors=True)


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
