"""Nights that are killed at chosen moments, watched through the store's own records."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SHORT = ("collect", "merge", "decide", "promote")


@dataclass(frozen=True, slots=True)
class Moment:
    """When to kill: in `phase`, when `share` of it is done by its own progress, and `later` seconds after."""

    phase: str
    share: float = 0.0
    later: float = 0.0


def improve(home: Path, **environment: str) -> subprocess.Popen[str]:
    """A night by the command line."""
    return subprocess.Popen(
        [sys.executable, "run.py", "--home", str(home), "improve", "--json"],
        cwd=ROOT,
        env=os.environ | {"APRENDIZ_ENVIRONMENT": "mine"} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def outcome(night: subprocess.Popen[str]) -> dict:
    """What the night printed last, when it ended well."""
    out, err = night.communicate(timeout=2400)
    assert night.returncode == 0, err[-3000:]
    return json.loads(out.strip().splitlines()[-1])


def kill_at(night: subprocess.Popen[str], home: Path, moment: Moment) -> str:
    """SIGKILL `night` at `moment`, or as soon as that is seen to be past.

    Gives the phase it was in, "" when it ended by itself before.
    """
    pause = 0.0005 if moment.phase in SHORT else 0.02
    while night.poll() is None and not _reached(home, moment):
        time.sleep(pause)
    time.sleep(moment.later)
    if night.poll() is not None:
        return ""
    night.send_signal(signal.SIGKILL)
    night.communicate()
    connection = _read_only(home)
    try:
        return connection.execute("SELECT name FROM phases WHERE state = 'running'").fetchone()[0]
    except TypeError:
        return "between two phases"
    finally:
        connection.close()


def _reached(home: Path, moment: Moment) -> bool:
    connection = _read_only(home)
    try:
        found = connection.execute(
            """SELECT f.state, p.done / max(p.total, 1) FROM phases f LEFT JOIN progress p ON p.phase = f.name
               WHERE f.name = ?""",
            (moment.phase,),
        ).fetchone()
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()
    return found is not None and (found[0] != "running" or (found[1] or 0.0) >= moment.share)


def _read_only(home: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{(home / 'store.db').as_uri()}?mode=ro", uri=True, timeout=5.0)
