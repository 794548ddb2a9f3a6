"""The night, seen from the morning: when it comes, how far it is, what it brought, and which version answers.

Reads the store and the run's log; starts and cancels through the `NightControl` that it was given.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr
import pandas as pd  # type: ignore[import-untyped]

from assistant.page import words
from assistant.page.lessons import lessons
from assistant.page.night_control import NightControl
from assistant.page.pressed import button, in_order, presses, read_press
from assistant.page.problems import told
from assistant.page.trend import trend
from models.promotion import promote, roll_back
from models.version_files import BASE, current
from store import feedback, runs, versions
from store.database import opened
from store.errors import InputRefused
from store.light_sqlite_utils import Database
from store.records import Run, Version
from store.settings import Settings
from store.trends import weeks

LOOK_EVERY_S = 2.0
POINTS = 300
_CURVES = {"ce": "on your corrections", "kl": "away from the original"}


def morning_tab(settings: Settings, night: NightControl, tab: gr.Tab, others: Sequence[gr.Tab]) -> None:
    """Build the tab inside a Blocks context. While it is open it looks every two seconds."""
    home = settings.home
    with gr.Column(elem_classes="sheet"):
        state = gr.HTML()
        with gr.Row(elem_id="night-buttons"):
            start = gr.Button("Run the night now", variant="primary")
            cancel = gr.Button("Cancel this night", visible=False)
        with gr.Column(visible=False) as learning:
            gr.HTML('<h2 class="part">How the training goes</h2>')
            curve = gr.LinePlot(
                x="step",
                y="loss",
                color="curve",
                x_title="training step",
                y_title="still wrong by",
                color_title="",
                height=230,
                label="How far the model is off while it trains; lower is better",
                show_label=False,
            )
        result, table, by_week = gr.HTML(), gr.HTML(), gr.HTML()
    act = presses("morning")
    timer = gr.Timer(LOOK_EVERY_S, active=False)
    view = [state, start, cancel, learning, curve, result, table]

    def look() -> tuple[Any, ...]:
        with told(), opened(home) as db:
            running, last = night.running(), runs.runs(db, 1)
            frame = loss_curve(home, last[0].id) if last else None
            return (
                _state(db, running, last, night.next_run()),
                gr.Button(visible=not running),
                gr.Button(visible=running),
                gr.Column(visible=frame is not None),
                frame,
                _result(db, next((run for run in runs.runs(db) if run.state != "running"), None)),
                versions_table(versions.versions(db), current(home)),
            )

    def look_back() -> str:
        with told(), opened(home) as db:
            return trend(weeks(db))

    def begin() -> tuple[Any, ...]:
        with told():
            night.start()
        gr.Info("The night has begun. You can go on chatting.", duration=4)
        return look()

    def end() -> tuple[Any, ...]:
        with told():
            night.cancel()
        return look()

    def pressed(press: str) -> tuple[Any, ...]:
        with told(), opened(home) as db:
            given = read_press(press)
            if given["do"] == "promote":
                promote(db, home, given["id"])
            elif given["do"] == "rollback":
                roll_back(db, home)
            else:
                raise InputRefused("The page asked for something unknown. Load the page again.")
        return look()

    quick = in_order("morning")
    timer.tick(look, None, view, **{**quick, "trigger_mode": "once"})
    tab.select(lambda: (gr.Timer(active=True), *look()), None, [timer, *view], **quick)
    tab.select(look_back, None, by_week, **quick)
    for other in others:
        other.select(lambda: gr.Timer(active=False), None, timer, **quick)
    start.click(begin, None, view, **quick)
    cancel.click(end, None, view, **quick)
    act.change(pressed, [act], view, **quick)


def loss_curve(home: Path, run_id: str) -> pd.DataFrame | None:
    """The loss of a run's training so far, for the plot; None when it has not begun to train."""
    try:
        lines = (home / "runs" / run_id / "log.jsonl").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return None
    kept = [row for row in map(_row, lines[:: max(1, len(lines) // POINTS)]) if row]
    points = [(row["step"], row[name], title) for row in kept for name, title in _CURVES.items() if name in row]
    return pd.DataFrame(points, columns=["step", "loss", "curve"]) if points else None


def _row(line: str) -> dict[str, float]:
    """One row of the log; empty when it is being written just now."""
    try:
        row = json.loads(line)
    except ValueError:
        return {}
    return row if isinstance(row, dict) and "step" in row else {}


def _state(db: Database, running: bool, last: Sequence[Run], next_run: datetime | None) -> str:
    if not running:
        waiting = words.due_words(next_run, datetime.now(UTC))
        interrupted = last and last[0].state == "running"
        more = "<p>The last night was interrupted. The next one goes on where it stopped.</p>" if interrupted else ""
        return f'<div class="card"><h3>{escape(waiting)}</h3>{more}</div>'
    if not last or last[0].state != "running":
        return '<div class="card" role="status"><h3>The night is beginning.</h3></div>'
    return _progress(db, last[0])


def _progress(db: Database, run: Run) -> str:
    told_so_far = runs.latest_progress(db, run.id)
    phase = str(told_so_far.get("phase", "collect"))
    done, total = float(told_so_far.get("done", 0)), float(told_so_far.get("total", 0))
    started = next((each.started for each in runs.phases(db, run.id) if each.name == phase), run.started)
    passed_s = (datetime.now(UTC) - words.moment(started)).total_seconds()
    left = words.left_words(time_left_s(done, total, passed_s)) if 0 < done < total else ""
    number = list(words.PHASES).index(phase) + 1 if phase in words.PHASES else 1
    parts = [f"step {number} of {len(words.PHASES)}", left, str(told_so_far.get("note", ""))]
    bar = f'<progress max="1" value="{done / total:.3f}"' if total else "<progress"
    return (
        f'<div class="card" role="status"><h3>{escape(words.PHASES.get(phase, phase))}</h3>'
        f'{bar} aria-label="How far this step is"></progress>'
        f"<p>{escape(' · '.join(part for part in parts if part))}</p></div>"
    )


def time_left_s(done: float, total: float, passed_s: float) -> float:
    """Seconds to the end of a phase if it goes on as fast as so far. Pure; `done` is above 0."""
    return passed_s * (total - done) / done


def _result(db: Database, run: Run | None) -> str:
    if run is None:
        return ""
    reasons = "".join(f"<li>{escape(reason)}</li>" for reason in run.reasons)
    when = f"{words.time_words(run.ended or run.started)}, begun {words.trigger_words(run)}"
    return (
        f'<h2 class="part">The last night</h2><div class="card"><h3>{escape(words.verdict_words(run))}</h3>'
        f'{f"<ul>{reasons}</ul>" if reasons else ""}<div class="foot"><span>{escape(when)}</span></div></div>'
        + _lessons(db, run)
    )


def _lessons(db: Database, run: Run) -> str:
    """What the run's version was taught anew, with what it says now."""
    if run.version is None:
        return ""
    new = set((runs.finished_phase(db, run.id, "collect") or {}).get("new", ()))
    taught = [each for each in feedback.checks(db, run.version) if each.correction.id in new]
    return lessons(taught, promoted=run.verdict == "promoted")


def versions_table(made: Sequence[Version], now: str) -> str:
    """The versions, newest first and the original last, each with the button that has it answer. Pure."""
    head = "<tr><th>Version</th><th>Made</th><th>Knows</th><th>Examination</th><th></th></tr>"
    body = "".join(_version_row(each, now) for each in reversed(made))
    original = f"<tr><td>The original model</td><td></td><td></td><td></td><td>{_choice(BASE, now)}</td></tr>"
    ask = "Go back to the version that answered before this one?"
    back = button("morning", "rollback", "Go back to the version before", kind="plain", ask=ask) if now != BASE else ""
    return (
        f'<h2 class="part">Versions</h2><div class="card"><div class="wide"><table><thead>{head}</thead>'
        f'<tbody>{body}{original}</tbody></table></div><div class="foot">{back}</div></div>'
    )


def _version_row(version: Version, now: str) -> str:
    measured = version.evaluation
    asked = int(measured.get("new_asked", 0)) + int(measured.get("old_asked", 0))
    right = int(measured.get("new_right", 0)) + int(measured.get("old_right", 0))
    knows = f"{right} of {asked} test questions" if asked else ""
    passed = "passed" if version.decision == "promoted" else f"not passed: {'; '.join(version.reasons)}"
    return (
        f"<tr><td>{escape(version.id)}</td><td>{words.time_words(version.created)}</td><td>{knows}</td>"
        f"<td>{escape(passed)}</td><td>{_choice(version.id, now)}</td></tr>"
    )


def _choice(id: str, now: str) -> str:
    if id == now:
        return '<span class="badge good">answers now</span>'
    name = words.version_name(id)
    ask = f"Have {name} answer from now on? You can go back at any time."
    return button("morning", "promote", "Use this one", kind="plain", name=f"Use {name}", ask=ask, id=id)
