"""The night as a process: one at a time in a home, started by page or schedule, gone with its parent.

The memory that training takes comes back when the process ends, and a crash in it cannot touch the chat.
"""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
from filelock import FileLock, Timeout

from store import runs
from store.database import opened
from store.errors import NightRefused
from store.journal import write
from store.pausing import paused_run, resume
from store.records import now

log = logging.getLogger(__name__)
A_LOOK_S = 1.0
"""Longer than anybody has the lock who only looks whether a night runs."""


@contextmanager
def only_night(home: Path) -> Iterator[None]:
    """Hold the home's one place for a night. Raises NightRefused when another process has it."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = FileLock(home / "night.lock", timeout=A_LOOK_S)
    try:
        lock.acquire()
    except Timeout as error:
        raise NightRefused(
            "A night is running in this home already. Wait for it, or cancel it on the Night page."
        ) from error
    try:
        (home / "night.pid").write_text(str(os.getpid()))
        yield
    finally:
        (home / "night.pid").unlink(missing_ok=True)
        lock.release()


def night_running(home: Path) -> bool:
    """Whether a process holds the home's place for a night."""
    if not (home / "night.lock").exists():
        return False
    lock = FileLock(home / "night.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        return True
    lock.release()
    return False


class OwnNights:
    """The nights that this program starts in `home`, one at a time: children that run the program at `root`."""

    def __init__(self, root: Path, home: Path) -> None:
        self._root, self._home = root, home
        self._child: subprocess.Popen[bytes] | None = None
        self._starting = threading.Lock()  # the page and the schedule may do so at once

    def start(self, trigger: str, local_date: str | None = None) -> subprocess.Popen[bytes]:
        """Start a night in its own process group; its output goes to `home/night.log`. Paths mean the same to it.

        Raises NightRefused when one is running.
        """
        command = [sys.executable, str(self._root / "run.py"), "--home", str(self._home), "improve", "--json"]
        command += ["--trigger", trigger, "--parent", str(os.getpid())]
        command += ["--local-date", local_date] if local_date else []
        with self._starting, (self._home / "night.log").open("ab") as output:
            if self.running():
                raise NightRefused("A night is running already.")
            self._child = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
            )
        return self._child

    def running(self) -> bool:
        """Whether a night runs in the home, whoever started it; one of these also before it has taken its place."""
        return night_running(self._home) or (self._child is not None and self._child.poll() is None)

    def cancel(self) -> None:
        """End the running night for good, also one that is not in place yet."""
        if not cancel_night(self._home) and self._child is not None and self._child.poll() is None:
            self._child.kill()
            self._child.wait()
            _cancel_run(self._home)


def tell_of(night: subprocess.Popen[bytes], home: Path, local_date: str | None) -> None:
    """Have it on record when the process `night` of the schedule ends before it has begun or gone on with a run."""
    began = now()

    def watch() -> None:
        if night.wait() > 0:
            with opened(home) as db:
                newest = runs.runs(db, 1)
                if newest and (newest[0].state == "running" or (newest[0].ended or "") >= began):
                    return
            said = (home / "night.log").read_text(encoding="utf-8", errors="replace").strip().splitlines()
            could_not_begin(home, local_date, said[-1].removeprefix("aprendiz: ") if said else "nothing was said")

    threading.Thread(target=watch, daemon=True, name="night-watch").start()


def could_not_begin(home: Path, local_date: str | None, why: str) -> None:
    """Put a night on record that failed before there was a run of it."""
    log.warning("the night could not begin: %s", why)
    with opened(home) as db:
        runs.fail_run(db, runs.begin_run(db, "schedule", local_date).id, f"The night could not begin: {why}")


def end_when_told() -> None:
    """End this process in order when it is told to, or its terminal goes; what `nohup` began outlives its terminal."""
    for name in ("SIGTERM", "SIGHUP"):  # the second is not on every system
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda number, _frame: sys.exit(128 + number))


def paused(home: Path) -> list[str]:
    """Why the schedule starts nothing while a night waits for its owner; nothing where none does."""
    with opened(home) as db:
        waiting = paused_run(db, home)
    return [f"the night {waiting.id} is paused: resume or cancel it on the Night page"] if waiting else []


@contextmanager
def unpaused(home: Path) -> Iterator[None]:
    """A night that is started goes on, and one that ended leaves no pause behind; one that was killed stays paused."""
    with opened(home) as db:
        resume(db, home)
    yield
    with opened(home) as db:
        resume(db, home)


def cancel_night(home: Path) -> bool:
    """End the running night for good: it is recorded as cancelled and not resumed. False when none runs."""
    process = _process_of_night(home)
    if process is None:
        return False
    try:
        process.send_signal(signal.SIGTERM)
    except psutil.NoSuchProcess:
        return False
    _gone, alive = psutil.wait_procs([process], timeout=10)
    for left in alive:
        left.kill()
    psutil.wait_procs(alive, timeout=10)
    _cancel_run(home)
    return True


def _cancel_run(home: Path) -> None:
    """Have it on record that the unfinished run is not gone on with, unless another process is at it by now."""
    with opened(home) as db:
        run = runs.unfinished_run(db)
        if run is not None and not night_running(home):
            runs.cancel_run(db, run.id)


def _process_of_night(home: Path) -> psutil.Process | None:
    """The process that is at this home's night, if there is one.

    A night that was killed leaves its number behind, which belongs to anybody by now.
    """
    with suppress(Timeout), FileLock(home / "night.lock", timeout=0):
        (home / "night.pid").unlink(missing_ok=True)
        return None
    try:
        process = psutil.Process(int((home / "night.pid").read_text()))
        return process if "improve" in process.cmdline() else None
    except (FileNotFoundError, ValueError, psutil.Error):
        return None


def lower_priority() -> None:
    """Let everything else on this computer go first."""
    if hasattr(os, "nice"):
        os.nice(10)


def choose_gpu(engine: str) -> None:
    """Let this process see one GPU, since trl trains on no more from one, or none where `engine` is llama.cpp.

    Before torch looks for any.
    """
    seen = os.environ.get("CUDA_VISIBLE_DEVICES", "0")
    os.environ["CUDA_VISIBLE_DEVICES"] = "" if engine == "llamacpp" else seen.split(",")[0]


def die_with(parent: int, home: Path) -> None:
    """End this process, the night of `home`, when `parent` is gone; the next night resumes its unfinished run."""

    def watch() -> None:
        while psutil.pid_exists(parent):
            time.sleep(1.0)
        log.warning("the program that started this night is gone; it will be resumed")
        try:
            with opened(home) as db:
                if run := runs.unfinished_run(db):
                    write(db, run.id, "stopped")
        finally:
            os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True, name="parent-watch").start()
