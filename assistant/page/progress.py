"""A night while it runs: how far it is, with how many examples, the time left, the loss curves and the journal.

Reads the store and the run's log, and changes nothing.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd  # type: ignore[import-untyped]

from assistant.page import words
from assistant.page.speech import heard, later, number, say
from store import runs
from store.journal import journal, paused_s, seconds_between
from store.light_sqlite_utils import Database
from store.lineage import example_counts
from store.records import Entry, Run, now

POINTS = 300
CURVES = {"ce": later("on your corrections"), "kl": later("away from the original")}
_EXAMPLES = {
    "wording": later("{count} practice questions"),
    "neighbour": later("{count} neighbours"),
    "replay": later("{count} everyday"),
    "liked": later("{count} liked answers"),
}


def state(
    db: Database,
    home: Path,
    *,
    running: bool,
    paused: bool,
    last: Run | None,
    next_run: datetime | None,
    put_off: Sequence[str] = (),
) -> str:
    """The card at the head of the page: the night that runs or waits, else when the next one comes."""
    unfinished = last if last and last.state == "running" else None
    if unfinished and (running or paused):
        return _progress(db, home, unfinished, running=running, paused=paused)
    if running:
        return f'<div class="card" role="status"><h3>{say("The night is beginning.")}</h3></div>'
    waiting = words.due_words(next_run, datetime.now(UTC))
    more = say("The last night was interrupted. The next one goes on where it stopped.") if unfinished else ""
    why = say("The night that was due waits: {why}.", why="; ".join(map(heard, put_off))) if put_off else ""
    said = "".join(f"<p>{escape(each)}</p>" for each in (more, why) if each)
    return f'<div class="card"><h3>{escape(waiting)}</h3>{said}</div>'


def _progress(db: Database, home: Path, run: Run, *, running: bool, paused: bool) -> str:
    told_so_far = runs.latest_progress(db, run.id)
    phase = str(told_so_far.get("phase", "collect"))
    done, total = float(told_so_far.get("done", 0)), float(told_so_far.get("total", 0))
    entries = journal(db, run.id)
    step = list(words.PHASES).index(phase) + 1 if phase in words.PHASES else 1
    left = ""
    if 0 < done < total and not paused:
        started = next((each.started for each in runs.phases(db, run.id) if each.name == phase), run.started)
        passed_s = seconds_between(started, now()) - paused_s(entries, started, now())
        here_s = time_left_s(done, total, passed_s)
        left = words.left_words(here_s)
        if (rest_s := _rest_s(db, run, phase)) >= 30:
            left += " · " + say("for the whole night: {left}", left=words.left_words(here_s + rest_s))
    place = say("step {step} of {steps}", step=step, steps=len(words.PHASES))
    parts = [place, left, heard(str(told_so_far.get("note", "")))]
    bar = f'<progress max="1" value="{done / total:.3f}"' if total else "<progress"
    return (
        f'<div class="card" role="status"><h3>{escape(words.phase_name(phase))}</h3>'
        f"{_paused(entries, running=running) if paused else ''}"
        f'{bar} aria-label="{say("How far this step is")}"></progress>'
        f"<p>{escape(' · '.join(part for part in parts if part))}</p>"
        f"{_figures(example_counts(db, run.id), log_rows(home, run.id))}</div>"
    )


def _rest_s(db: Database, run: Run, phase: str) -> float:
    """How long what comes after `phase` took in the newest night before that came so far; 0 when none did."""
    after = list(words.PHASES)[list(words.PHASES).index(phase) + 1 :] if phase in words.PHASES else []
    for earlier in runs.runs(db):
        took = {each.name: each.result["seconds"] for each in runs.phases(db, earlier.id) if "seconds" in each.result}
        if earlier.id != run.id and took.keys() & {*after}:
            return float(sum(took.get(name, 0.0) for name in after))
    return 0.0


def time_left_s(done: float, total: float, passed_s: float) -> float:
    """Seconds to the end of a phase if it goes on as fast as so far. Pure; `done` is above 0."""
    return passed_s * (total - done) / done


def _paused(entries: Sequence[Entry], *, running: bool) -> str:
    begun = next((entry.time for entry in reversed(entries) if entry.what == "paused"), "")
    paused = say("Paused since {time}", time=words.time_words(begun)) if begun else say("Paused")
    stays = (
        say("It waits as soon as the piece of work in hand is done, and goes on where it is when you resume it.")
        if running
        else say("It waits, also over a restart, and goes on where it is when you resume it.")
    )
    return f'<p><span class="badge bad">{paused}</span> {stays} {say("Until then no other night comes.")}</p>'


def paused_line(run: Run | None) -> str:
    """For the head of the page, while a night waits for its owner. Pure."""
    if run is None:
        return ""
    paused = say("The night is paused. Resume or cancel it under Night.")
    return f'<p class="badge bad alarm" role="status">{paused}</p>'


def _figures(counts: dict[str, int], log: Sequence[dict[str, float]]) -> str:
    """What it learns from, and how far the model is off by now."""
    examples = ", ".join(say(form, count=counts[kind]) for kind, form in _EXAMPLES.items() if counts.get(kind))
    lines = [say("Examples: {examples}", examples=examples)] if examples else []
    if log:
        newest, step = log[-1], f"{log[-1]['step']:.0f}"
        off = ", ".join(
            f"{number(newest[name], '0.00')} {say(title)}" for name, title in CURVES.items() if name in newest
        )
        lines.append(say("Training step {step}: off by {off}", step=step, off=off) if off else _step(step))
    return "".join(f'<p class="figures">{escape(line)}</p>' for line in lines)


def _step(step: str) -> str:
    return say("Training step {step}", step=step)


def journal_list(entries: Sequence[Entry]) -> str:
    """The journal in words, oldest first, the times local. Pure."""
    if not entries:
        return f'<p class="none">{say("No night has written a journal yet.")}</p>'
    lines = "".join(
        f'<li><time datetime="{entry.time}">{escape(words.clock_words(entry.time))}</time> '
        f"{escape(words.happening_words(entry))}</li>"
        for entry in entries
    )
    return f'<ol class="journal" tabindex="0" aria-label="{say("What happened in this night")}">{lines}</ol>'


def loss_curve(home: Path, run_id: str) -> pd.DataFrame | None:
    """The loss of a run's training so far, for the plot; None when it has not begun to train."""
    points = [
        (row["step"], row[name], say(title))
        for row in log_rows(home, run_id)
        for name, title in CURVES.items()
        if name in row
    ]
    return pd.DataFrame(points, columns=["step", "loss", "curve"]) if points else None


def log_rows(home: Path, run_id: str) -> list[dict[str, float]]:
    """The rows of a run's training log, some three hundred of them and the last; none before it trains."""
    try:
        lines = (home / "runs" / run_id / "log.jsonl").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    every = max(1, len(lines) // POINTS)
    rows = dict(_rows(lines[::every] + lines[-2:]))
    return [rows[step] for step in sorted(rows)]


def _rows(lines: Sequence[str]) -> Iterator[tuple[float, dict[str, Any]]]:
    """The rows by their step, without one that is being written just now; a resumed training repeats some."""
    for line in lines:
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if isinstance(row, dict) and "step" in row:
            yield row["step"], {name: value for name, value in row.items() if value == value}
