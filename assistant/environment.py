"""The private environment that `run.py` makes on a fresh clone: standard library only, and no code of ours.

`run.py` asks `ready`, and if not, `make`s it; both are cheap to call again, and an interrupted set-up goes on
where it stopped. It installs what `constraints.txt` pins, into `.venv` beside `run.py`, and nothing elsewhere.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

NEEDED_PYTHON = (3, 11)
NEEDED_GIB = 6.0


class SetupProblem(Exception):
    """The environment cannot be made; the message names the remedy."""


def interpreter(root: Path) -> Path:
    """The Python of the private environment, whether it is there or not."""
    return root / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def ready(root: Path, extra: str = "") -> bool:
    """Whether the environment holds what the pins of today ask for; `extra` is "" or "test"."""
    mark = _mark(root, extra)
    return mark.is_file() and mark.read_text().strip() == _fingerprint(root)


def make(root: Path, extra: str = "") -> None:
    """Create or complete the environment, one plain line a step. Raises SetupProblem with the remedy."""
    _check_python()
    _check_disk(root)
    python = interpreter(root)
    if not python.exists():
        print("Setting up Aprendiz. This is done once and takes five to fifteen minutes.", flush=True)
        _step("Making a private Python environment (a few seconds)")
        _run([sys.executable, "-m", "venv", str(root / ".venv")], "The environment could not be made")
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    pip += ["-c", str(root / "constraints.txt")]
    if not _has(python, "torch"):
        _step("Installing PyTorch (a minute or two)")
        _run([*pip, f"torch=={_pinned(root, 'torch')}"], "PyTorch could not be installed")
    if not _has(python, "llama_cpp"):
        _check_compiler()
        _step("Building llama.cpp for this processor (about six minutes on two cores)")
        _run([*pip, "llama-cpp-python"], "llama.cpp could not be built")
    _step("Installing the other packages" + (" and the test tools" if extra else "") + " (one to three minutes)")
    _run([*pip, "-e", f"{root}[{extra}]" if extra else str(root)], "The packages could not be installed")
    for name in {"", extra}:
        _mark(root, name).write_text(_fingerprint(root) + "\n")
    _step("Ready")


def _step(text: str) -> None:
    print(f"  {text} ...", file=sys.stderr, flush=True)


def _run(command: list[str], failure: str) -> None:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        lines = [line.strip() for line in done.stdout.splitlines() if line.strip() and not line.startswith("WARNING")]
        log = Path(command[0]).parents[1] / "setup.log" if len(Path(command[0]).parents) > 1 else Path("setup.log")
        last = lines[-1] if lines else "no reason given"
        why = next((line for line in reversed(lines) if "error" in line.lower()), last)
        if log.parent.is_dir() and os.access(log.parent, os.W_OK):
            log.write_text(done.stdout)
            why += f" (all of it in {log})"
        raise SetupProblem(f"{failure}: {why}. Mend that and run the same command again; it goes on from here.")


def _has(python: Path, module: str) -> bool:
    code = f"import importlib.util as u, sys; sys.exit(u.find_spec({module!r}) is None)"
    return subprocess.run([str(python), "-c", code]).returncode == 0


def _check_python() -> None:
    if sys.version_info < NEEDED_PYTHON:
        found, needed = ".".join(map(str, sys.version_info[:2])), ".".join(map(str, NEEDED_PYTHON))
        raise SetupProblem(
            f"Aprendiz needs Python {needed} or newer; this is {found}. Install it and run: python{needed} run.py"
        )


def _check_disk(root: Path) -> None:
    free = shutil.disk_usage(root).free / 2**30
    if not interpreter(root).exists() and free < NEEDED_GIB:
        raise SetupProblem(
            f"Setting up needs {NEEDED_GIB:.0f} GiB on this disk; {free:.1f} GiB are free. Make room and run it again."
        )


def _check_compiler() -> None:
    if not any(shutil.which(name) for name in ("c++", "g++", "clang++", "cl")):
        raise SetupProblem(
            "llama.cpp is compiled for your processor, and no C++ compiler was found. Install one "
            "(Debian and Ubuntu: apt install g++; Fedora: dnf install gcc-c++; macOS: xcode-select --install; "
            "Windows: the Visual Studio Build Tools) and run the same command again."
        )


def _pinned(root: Path, package: str) -> str:
    for line in (root / "constraints.txt").read_text().splitlines():
        if line.startswith(f"{package}=="):
            return line.split("==", 1)[1].split()[0]
    raise SetupProblem(f"constraints.txt pins no version of {package}. Fetch the file again.")


def _fingerprint(root: Path) -> str:
    digest = hashlib.sha256()
    for name in ("pyproject.toml", "constraints.txt"):
        digest.update((root / name).read_bytes())
    digest.update(repr(sys.version_info[:2]).encode())
    return digest.hexdigest()


def _mark(root: Path, extra: str) -> Path:
    return root / ".venv" / f"ready-{extra or 'run'}"
