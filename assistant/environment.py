"""The private environment that `run.py` makes on a fresh clone: standard library only, and no code of ours.

`run.py` asks `ready`, and if not, `make`s it; both are cheap to call again, an interrupted set-up goes on where it
stopped, and a second one at the same time waits for the first. It installs what `constraints.txt` pins, into
`.venv` beside `run.py`, and nothing elsewhere. It also runs under a Python that is too old, to say so.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

NEEDED_PYTHON = (3, 11)
NEEDED_GIB = 6.0
COMPILERS = ("c++", "g++", "clang++", "cl")
HEAVY = {
    "torch": "Installing PyTorch (a minute or two)",
    "llama-cpp-python": "Building llama.cpp for this processor (about six minutes on two cores)",
}


class SetupProblem(Exception):
    """The environment cannot be made; the message names the remedy."""


def interpreter(root: Path) -> Path:
    """The Python of the private environment, whether it is there or not."""
    return root / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def ready(root: Path, extra: str = "") -> bool:
    """Whether the environment holds what the pins of today ask for; `extra` is "" or "test"."""
    mark = _mark(root, extra)
    return interpreter(root).exists() and mark.is_file() and mark.read_text().strip() == _fingerprint(root)


def make(root: Path, extra: str = "") -> None:
    """Create or complete the environment, one plain line a step. Raises SetupProblem with the remedy."""
    if problem := python_problem(sys.version_info[:2]):
        raise SetupProblem(problem)
    with _one_at_a_time(root) as lock:
        if ready(root, extra):
            return
        _complete(root, extra, lock)


def python_problem(version: tuple[int, ...]) -> str:
    """What is wrong with this version of Python, and the remedy; empty when it will do. Pure."""
    if version >= NEEDED_PYTHON:
        return ""
    found, needed = ".".join(map(str, version[:2])), ".".join(map(str, NEEDED_PYTHON))
    return f"Aprendiz needs Python {needed} or newer; this is {found}. Install it and run: python{needed} run.py"


def disk_problem(free_gib: float) -> str:
    """What is wrong with `free_gib` of room for a fresh environment; empty when it will do. Pure."""
    if free_gib >= NEEDED_GIB:
        return ""
    room = f"Setting up needs {NEEDED_GIB:.0f} GiB on this disk; {free_gib:.1f} GiB are free."
    return f"{room} Make room and run the same command again."


def compiler_problem(found: str | None) -> str:
    """What to do when no compiler was `found`; empty when one was. Pure."""
    if found:
        return ""
    return (
        "llama.cpp is compiled for your processor, and no C++ compiler was found. Install one "
        "(Debian and Ubuntu: apt install g++; Fedora: dnf install gcc-c++; macOS: xcode-select --install; "
        "Windows: the Visual Studio Build Tools) and run the same command again."
    )


def _complete(root: Path, extra: str, lock: IO[bytes]) -> None:
    """Do the steps that are missing, holding `lock`."""
    python = interpreter(root)
    missing = [name for name in HEAVY if (version := _pinned(root, name)) and not _has(python, name, version)]
    if "llama-cpp-python" in missing and (problem := compiler_problem(_compiler())):
        raise SetupProblem(problem)
    if not _runs(python, "import pip"):
        if problem := disk_problem(shutil.disk_usage(root).free / 2**30):
            raise SetupProblem(problem)
        _say("Setting up Aprendiz. This is done once and takes five to fifteen minutes.")
        _say("  Making a private Python environment (a few seconds) ...")
        for link in (root / ".venv" / "bin").glob("python*"):
            if not link.exists():  # the Python behind it was removed, and `venv` would keep the link
                link.unlink()
        venv = [sys.executable, "-m", "venv", str(root / ".venv")]
        _run(root, venv, "The environment could not be made", lock)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    pip += ["-c", str(root / "constraints.txt")]
    for name in missing:
        _say(f"  {HEAVY[name]} ...")
        _run(root, [*pip, f"{name}=={_pinned(root, name)}"], f"{name} could not be installed", lock)
    _say("  Installing the other packages" + (" and the test tools" if extra else "") + " (one to three minutes) ...")
    _run(root, [*pip, "-e", f"{root}[{extra}]" if extra else str(root)], "The packages could not be installed", lock)
    for name in {"", extra}:
        _mark(root, name).write_text(_fingerprint(root) + "\n")
    _say("  The environment is ready.")


def _say(text: str) -> None:
    """One line on standard error: standard output belongs to the command that was asked for."""
    print(text, file=sys.stderr, flush=True)


def _run(root: Path, command: list[str], failure: str, lock: IO[bytes]) -> None:
    """Run one step. It keeps `lock` until it ends, so that a step that outlived a killed set-up is waited for."""
    held = () if os.name == "nt" else (lock.fileno(),)
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, pass_fds=held)
    if done.returncode:
        log = root / ".venv" / "setup.log"
        log.write_text(done.stdout)
        raise SetupProblem(
            f"{failure}: {_why(done.stdout).rstrip('.')} (all of it in {log}). "
            "Mend that and run the same command again; it goes on from here."
        )


def _why(output: str) -> str:
    """The line of a failed step's output that most likely says what went wrong. Pure."""
    lines = [line.strip() for line in output.splitlines() if line.strip() and not line.startswith("WARNING")]
    causes = [line for line in lines if re.search(r"error:|CMake Error|apt install", line, re.IGNORECASE)]
    told = [line for line in causes if not re.search(r"subprocess-exited|ERROR: Exception:$", line)]
    return told[0] if told else lines[-1] if lines else "no reason given"


def _has(python: Path, package: str, version: str) -> bool:
    """Whether the environment has `package` installed, whole, at `version`; a local part such as +cpu may follow."""
    code = f"import importlib.metadata as m, sys; sys.exit(m.version({package!r}).split('+')[0] != {version!r})"
    return _runs(python, code)


def _runs(python: Path, code: str) -> bool:
    if not python.exists():
        return False
    done = subprocess.run([str(python), "-I", "-c", code], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return done.returncode == 0


def _compiler() -> str | None:
    return os.environ.get("CXX") or next((found for name in COMPILERS if (found := shutil.which(name))), None)


def _pinned(root: Path, package: str) -> str | None:
    """The version of `package` that `constraints.txt` asks for, if it does."""
    for line in (root / "constraints.txt").read_text().splitlines():
        if line.startswith(f"{package}=="):
            return line.split("==", 1)[1].split()[0]
    return None


def _fingerprint(root: Path) -> str:
    """What the environment was made from: both lists of packages, and the Python behind it, which may be replaced.

    Of `pyproject.toml` only the tables that an installation reads, so that a rule of style installs nothing.
    """
    tables = re.split(r"(?m)^(?=\[)", (root / "pyproject.toml").read_text(encoding="utf-8"))
    digest = hashlib.sha256()
    for table in tables:
        if re.match(r"\[(build-system|project|tool\.setuptools)[].]", table):
            digest.update(table.strip().encode())
    digest.update((root / "constraints.txt").read_bytes())
    digest.update(str(interpreter(root).resolve()).encode())
    return digest.hexdigest()


def _mark(root: Path, extra: str) -> Path:
    return root / ".venv" / f"ready-{extra or 'run'}"


@contextmanager
def _one_at_a_time(root: Path) -> Iterator[IO[bytes]]:
    """Hold the right to change the environment; a second set-up says that it waits, and waits."""
    try:
        (root / ".venv").mkdir(exist_ok=True)
        file = (root / ".venv" / "setup.lock").open("ab")
    except OSError as error:
        raise SetupProblem(
            f"{root / '.venv'} cannot be written: {error.strerror}. Put Aprendiz into a folder of your own."
        ) from error
    with file:
        if not _locked(file, wait=False):
            _say("Another set-up is at work here; waiting for it ...")
            _locked(file, wait=True)
        yield file


if sys.platform == "win32":
    import msvcrt
    import time

    def _locked(file: IO[bytes], *, wait: bool) -> bool:
        while True:
            try:
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
                return True
            except OSError:
                if not wait:
                    return False
                time.sleep(1.0)
else:
    import fcntl

    def _locked(file: IO[bytes], *, wait: bool) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            return False
        return True
