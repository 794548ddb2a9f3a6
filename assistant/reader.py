"""Reading a file from elsewhere in a process of its own, with limits on memory and time.

A file that was made to crash, fill or hang what reads it can do so there, and the chat goes on. Plain text needs no
parser and is read at once. `assistant.documents` calls `read_apart`.
"""

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path, PurePath

from assistant.formats import TEXT, Part, read_parts
from store.errors import InputRefused

MOST_MEMORY = 2 << 30
MOST_CPU_S = 120
MOST_WALL_S = 400

_ROOT = Path(__file__).parents[1]
_REFUSED, _MEMORY = 3, 4


def read_apart(name: str, data: bytes) -> list[Part]:
    """`formats.read_parts`, apart from this process. Raises InputRefused."""
    if PurePath(name).suffix.lower() in TEXT:
        return read_parts(name, data)
    command = [sys.executable, "-m", "assistant.reader", name]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(_ROOT)}
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=MOST_WALL_S, cwd=_ROOT, env=environment)
    except subprocess.TimeoutExpired as error:
        raise InputRefused(_too_slow(name)) from error
    if done.returncode == _REFUSED:
        raise InputRefused(done.stdout.decode())
    if done.returncode == _MEMORY:
        raise InputRefused(f"{name} needs more than {MOST_MEMORY >> 30} GiB of memory to be read. Split it.")
    if done.returncode < 0:
        raise InputRefused(_too_slow(name))
    if done.returncode:
        fault = done.stderr.decode(errors="replace").strip().rsplit("\n", 1)[-1]
        raise InputRefused(f"{name} is damaged, or of a form that is not known here ({fault}). Save it again.")
    return [Part(place, text) for place, text in json.loads(done.stdout)]


def _too_slow(name: str) -> str:
    return f"{name} takes more than {MOST_CPU_S} seconds to read. Split it, or save it as text."


def _limit() -> None:
    """Keep this process within its limits, where the system knows such."""
    if sys.platform == "win32":
        return
    import resource

    for what, most in ((resource.RLIMIT_AS, MOST_MEMORY), (resource.RLIMIT_CPU, MOST_CPU_S)):
        _, hard = resource.getrlimit(what)
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with suppress(ValueError):  # macOS knows none for memory
            resource.setrlimit(what, (allowed, hard))


def _main(name: str) -> int:
    """Read standard input and write the parts, or why not, as JSON or one line to standard output."""
    _limit()
    try:
        parts = read_parts(name, sys.stdin.buffer.read())
        said, status = json.dumps([[part.place, part.text] for part in parts]), 0
    except InputRefused as refused:
        said, status = str(refused), _REFUSED
    except MemoryError:
        return _MEMORY
    sys.stdout.buffer.write(said.encode("utf-8", "replace"))
    return status


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1]))
