"""What `run.py doctor` looks at, one finding each with its remedy in words. Repairs nothing."""

import functools
import os
import re
import shutil
import stat
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from assistant.environment import python_problem
from assistant.server import address, bound
from models.catalogue import base_model
from models.embedding import WIDTH, Embedder, embedding_file
from models.version_files import BASE, current, verify, was_cleared
from store import runs, versions
from store.database import STORE, check, opened
from store.errors import AprendizError
from store.glance import night_alive
from store.settings import Settings

ROOT = Path(__file__).parents[1]
LOAD_S, ANSWER_S = 60, 3


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, whether it is well, and what there is to say, with the remedy when it is not."""

    what: str
    well: bool
    said: str


def findings(settings: Settings) -> list[Finding]:
    """Look at everything; a look that fails is a finding too. Takes some seconds, more for large versions."""
    found: list[Finding] = []
    for what, look in LOOKS.items():
        try:
            found += (Finding(what, well, said) for well, said in look(settings))
        except AprendizError as error:
            found.append(Finding(what, False, str(error)))
        except OSError as error:
            found.append(Finding(what, False, f"{error.filename or settings.home}: {error.strerror or error}"))
    return found


def _environment(settings: Settings) -> Iterator[tuple[bool, str]]:
    if problem := python_problem(sys.version_info[:2]):
        yield False, problem
    wanted = _pins(ROOT / "constraints.txt")
    others = [text for name, pin in wanted.items() if (text := _difference(name, pin))]
    here = f"Python {sys.version_info[0]}.{sys.version_info[1]} in {sys.prefix}"
    if others:
        more = f" and {len(others) - 3} more" if len(others) > 3 else ""
        yield False, f"{here}: {', '.join(others[:3])}{more}. Delete the folder .venv and run: python3 run.py"
    else:
        yield True, f"{here}, {len(wanted)} packages as pinned"


def _llama(settings: Settings) -> Iterator[tuple[bool, str]]:
    problem = _llama_problem()
    yield not problem, problem or "built and working; the compiler is not needed any more"


@functools.cache
def _llama_problem() -> str:
    """Asked in a process of its own: a library built for another processor ends the process that loads it."""
    code = "import llama_cpp; llama_cpp.llama_backend_init()"
    try:
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=LOAD_S)
    except subprocess.TimeoutExpired:
        return f"it could not be loaded within {LOAD_S} s. Is the computer very busy?"
    if done.returncode == 0:
        return ""
    why = done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"it ended with {done.returncode}"
    return f"it cannot be loaded ({why}). Delete the folder .venv and run: python3 run.py"


def _disk(settings: Settings) -> Iterator[tuple[bool, str]]:
    place = next(path for path in (settings.home, *settings.home.parents) if path.exists())
    free = shutil.disk_usage(place).free / 2**30
    said = f"{free:.1f} GiB free, a night needs {settings.min_free_gib:g}"
    enough = free >= settings.min_free_gib
    yield enough, said if enough else f"{said}. Make room, or set min_free_gib in config.toml"


def _home(settings: Settings) -> Iterator[tuple[bool, str]]:
    home = settings.home
    if not home.exists():
        yield True, f"{home} is made at the first start"
        return
    if not os.access(home, os.R_OK | os.W_OK | os.X_OK):
        yield False, f"{home} cannot be written. Give it to your account, or choose another with --home"
        return
    open_to = [path for path in (home, home / STORE) if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077]
    if os.name != "nt" and open_to:
        yield False, f"others on this computer can look into {open_to[0]}. Run: chmod go-rwx '{open_to[0]}'"
    else:
        yield True, f"{home}, writable and closed to others"


def _store(settings: Settings) -> Iterator[tuple[bool, str]]:
    if not (settings.home / STORE).exists():
        yield True, "nothing is stored yet"
        return
    with opened(settings.home) as db:
        faults = check(db.conn)
    if faults:
        yield False, f"{faults[0]}. Bring the newest backup into another folder: run.py --home NEW restore ARCHIVE"
    else:
        yield True, "whole, and its schema is of today"


def _base(settings: Settings) -> Iterator[tuple[bool, str]]:
    base = base_model(settings.model, settings.home, settings.serve_format)
    size = base.gguf.stat().st_size / 2**20
    yield True, f"{base.name}, {size:.0f} MiB as {base.file_type}, licence {base.licence or 'not stated'}"


def _versions(settings: Settings) -> Iterator[tuple[bool, str]]:
    """The served version byte by byte, the others by whether they are there."""
    home = settings.home
    serving = current(home)
    if serving == BASE:
        yield True, "the original model answers"
    else:
        try:
            verify(home, serving)
            yield True, f"{serving} answers; its files are those that were made"
        except AprendizError as error:
            yield False, f"{error} Or go back: run.py promote {BASE}"
    if not (home / STORE).exists():
        return
    with opened(home) as db:
        known = {each.id for each in versions.versions(db)}
        unfinished = runs.unfinished_run(db)
    there = {path.name for path in (home / "versions").glob("v-*") if (path / "model.gguf").is_file()}
    for gone in sorted(known - there - {serving}):
        if was_cleared(home, gone):
            continue
        yield False, f"the files of {gone} are gone: it cannot serve. Restore a backup if you want it back"
    for stray in sorted(there - known - {serving} if unfinished is None else ()):
        yield False, f"{home / 'versions' / stray} belongs to no record. It is not used and can be deleted"


def _night(settings: Settings) -> Iterator[tuple[bool, str]]:
    if not (settings.home / STORE).exists():
        yield True, "no night yet"
        return
    with opened(settings.home) as db:
        last = next(iter(runs.runs(db, 1)), None)
    if last is None:
        yield True, "no night yet"
    elif last.state == "running" and night_alive(settings.home):
        yield True, f"{last.id} is at work"
    elif last.state == "running":
        yield True, f"{last.id} was interrupted; the next night finishes it, or do it now: run.py improve"
    elif last.state == "failed":
        why = "; ".join(last.reasons).rstrip(".")
        log = settings.home / "night.log"
        yield False, f"{last.id} failed: {why}. {f'See {log}. ' if log.exists() else ''}Try again: run.py improve"
    else:
        yield True, f"{last.id}: {last.verdict}"


def _memory(settings: Settings) -> Iterator[tuple[bool, str]]:
    if _llama_problem():
        yield False, "it needs llama.cpp, see there"
        return
    embedder = Embedder(embedding_file(settings.home))
    try:
        made = embedder.embed(["Is memory well?"])
    finally:
        embedder.close()
    well = made.shape == (1, WIDTH)
    remedy = f"the embedding model gives {made.shape[1]} numbers, not {WIDTH}. Delete {settings.home / 'base/minilm'}"
    yield well, "the embedding model works" if well else remedy


def _port(settings: Settings) -> Iterator[tuple[bool, str]]:
    try:
        bound(settings.host, settings.port).close()
    except AprendizError as error:
        if _ours(settings):
            yield True, f"Aprendiz is running at {address(settings)}"
        else:
            yield False, str(error)
        return
    yield True, f"{settings.port} on {settings.host} is free"


def _ours(settings: Settings) -> bool:
    """Whether what listens at our address shows our page."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(address(settings), timeout=ANSWER_S) as page:
            return bool(b"Aprendiz" in page.read())
    except (urllib.error.URLError, OSError, ValueError):
        return False


def _pins(path: Path) -> dict[str, str]:
    """The versions that a file of constraints pins; empty without one, as in an installed package."""
    if not path.is_file():
        return {}
    return dict(re.findall(r"^([\w.-]+)==(\S+)$", path.read_text(encoding="utf-8"), re.MULTILINE))


def _difference(name: str, pin: str) -> str:
    """How an installed package differs from its pin; empty when it does not, or only the tests would need it."""
    try:
        there = version(name).split("+")[0]
    except PackageNotFoundError:
        return f"{name} is missing" if name in _NEEDED else ""
    return "" if there == pin else f"{name} is {there}, not {pin}"


_NEEDED = ("torch", "transformers", "peft", "trl", "dspy", "gradio", "llama-cpp-python", "sqlite-utils", "APScheduler")
LOOKS: dict[str, Callable[[Settings], Iterator[tuple[bool, str]]]] = {
    "environment": _environment,
    "llama.cpp": _llama,
    "disk": _disk,
    "home": _home,
    "store": _store,
    "base model": _base,
    "versions": _versions,
    "last night": _night,
    "memory": _memory,
    "port": _port,
}
