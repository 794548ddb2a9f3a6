"""The night, seen from the morning: when it comes, how far it is, what it brought, and which version answers.

Wires the parts: reads the store and the run's log, starts and cancels through the `NightControl` that it was given.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Any

import gradio as gr

from assistant.page.correction_card import Unfolded
from assistant.page.night_control import NightControl
from assistant.page.plan import plan, to_look_at
from assistant.page.practised import CHANGES, change_practice, practice_of
from assistant.page.pressed import button, in_order, presses, read_press
from assistant.page.problems import problems_shown
from assistant.page.progress import journal_list, loss_curve, state
from assistant.page.report import report
from assistant.page.speech import later, say
from assistant.page.timeline import inside, versions_table
from assistant.page.trend import trend
from assistant.page.whose import who
from models.promotion import promote, roll_back
from models.version_files import current, has_files
from store import pausing, runs, versions
from store.accepted import accept, accepted
from store.database import opened
from store.errors import InputRefused
from store.journal import journal
from store.light_sqlite_utils import Database
from store.lineage import contents, example_counts
from store.owners import own_correction
from store.records import Run, at
from store.settings import Settings
from store.trends import asked, weeks

LOOK_EVERY_S = 2.0
_STILL = '() => ({active: false, __type__: "update"})'
"""Stops the timer in the browser itself: a page that opens with another tab need not ask for it."""
_UNKNOWN = later("The page asked for something unknown. Load the page again.")


def morning_tab(settings: Settings, night: NightControl, tab: gr.Tab, others: Sequence[gr.Tab]) -> None:
    """Build the tab inside a Blocks context. While it is open it looks every two seconds."""
    home = settings.home
    with gr.Column(elem_classes="sheet"):
        now, ahead = gr.HTML(), gr.HTML(elem_id="ahead")
        with gr.Row(elem_id="night-buttons"):
            start = gr.Button(say("Run the night now"), variant="primary")
            pause = gr.Button(say("Pause"), visible=False)
            resume = gr.Button(say("Resume"), variant="primary", visible=False)
            cancel = gr.HTML(_cancel(), visible=False, elem_id="cancel-night")
        with gr.Column(visible=False) as learning:
            gr.HTML(f'<h2 class="part">{say("How the training goes")}</h2>')
            curve = gr.LinePlot(
                x="step",
                y="loss",
                color="curve",
                x_title=say("training step"),
                y_title=say("still wrong by"),
                color_title="",
                height=230,
                label=say("How far the model is off while it trains; lower is better"),
                show_label=False,
            )
        with gr.Accordion(say("What happened"), open=False, elem_id="journal"):
            happened = gr.HTML()
        result, table, opened_version, by_week = gr.HTML(), gr.HTML(), gr.HTML(), gr.HTML()
    act, ahead_act = presses("morning"), presses("ahead")
    looking, unfolded = gr.State(""), gr.State("")  # a correction and a version, by their ids
    timer = gr.Timer(LOOK_EVERY_S, active=False)
    view = [now, start, pause, resume, cancel, learning, curve, happened, result, table, opened_version]

    def look(shown_version: str) -> tuple[Any, ...]:
        with problems_shown(), opened(home) as db:
            running, newest = night.running(), next(iter(runs.runs(db, 1)), None)
            unfinished = runs.unfinished_run(db) is not None
            paused = pausing.paused_run(db, home) is not None
            frame = loss_curve(home, newest.id) if newest else None
            return (
                state(
                    db,
                    home,
                    running=running,
                    paused=paused,
                    last=newest,
                    next_run=night.next_run(),
                    put_off=night.put_off(),
                ),
                gr.Button(visible=not running and not paused),
                gr.Button(visible=running and unfinished and not paused),  # there has to be a run that waits
                gr.Button(visible=paused),
                gr.HTML(visible=running or unfinished),
                gr.Column(visible=frame is not None),
                frame,
                journal_list(journal(db, newest.id) if newest else ()),
                _result(db),
                _versions(db, home, shown_version),
                _inside(db, shown_version),
            )

    def look_back(request: gr.Request) -> str:
        with problems_shown(), opened(home) as db:
            return trend(weeks(db), asked(db, who(request).name))

    def look_ahead(looked: str) -> str:
        with problems_shown(), opened(home) as db:
            return "" if night.running() else _ahead(db, night, looked)

    def pressed_ahead(press: str, looked: str, request: gr.Request) -> tuple[str, str]:
        with problems_shown(), opened(home) as db:
            given = read_press(press)
            id = given.get("id", "")
            if given["do"] in CHANGES and id.isdigit():
                change_practice(db, own_correction(db, who(request), int(id)).id, given)
            elif given["do"] == "accept" and id.isdigit():
                left = [each.id for each in to_look_at(night.planned(), accepted(db), _today())]
                accept(db, own_correction(db, who(request), int(id)).id)
                looked = next((str(after) for before, after in pairwise(left) if before == int(id)), "")
            elif given["do"] in ("look", "done"):
                looked = id
            else:
                raise InputRefused(_UNKNOWN)
        return look_ahead(looked), looked

    def begin(shown_version: str) -> tuple[Any, ...]:
        with problems_shown():
            night.start()
        gr.Info(say("The night has begun. You can go on chatting."), duration=4)
        return look(shown_version)

    def wait(shown_version: str) -> tuple[Any, ...]:
        with problems_shown(), opened(home) as db:
            pausing.pause(db, home)
        return look(shown_version)

    def go_on(shown_version: str) -> tuple[Any, ...]:
        with problems_shown(), opened(home) as db:
            if not night.running():
                night.start()
            pausing.resume(db, home)
        return look(shown_version)

    def end(db: Database) -> None:
        unfinished = runs.unfinished_run(db)
        night.cancel()
        pausing.resume(db, home)
        if unfinished and not night.running():  # its process may have been gone, so that there was nothing to end
            runs.cancel_run(db, unfinished.id)

    def pressed(press: str, shown_version: str) -> tuple[Any, ...]:
        with problems_shown(), opened(home) as db:
            given = read_press(press)
            if given["do"] == "promote":
                promote(db, home, given["id"])
            elif given["do"] == "rollback":
                roll_back(db, home)
            elif given["do"] == "cancel":
                end(db)
            elif given["do"] == "inside":
                shown_version = "" if given["id"] == shown_version else given["id"]
            else:
                raise InputRefused(_UNKNOWN)
        return (*look(shown_version), shown_version)

    quick = in_order("morning")
    timer.tick(look, unfolded, view, **{**quick, "trigger_mode": "once"})
    tab.select(lambda shown_version: (gr.Timer(active=True), *look(shown_version)), unfolded, [timer, *view], **quick)
    tab.select(look_back, None, by_week, **quick)
    tab.select(look_ahead, looking, ahead, **quick)
    result.change(look_ahead, looking, ahead, **quick)
    ahead_act.change(pressed_ahead, [ahead_act, looking], [ahead, looking], **quick)
    for other in others:
        other.select(None, None, timer, js=_STILL, **quick)
    for press, does in ((start, begin), (pause, wait), (resume, go_on)):
        press.click(does, unfolded, view, **quick)
    start.click(lambda: "", None, ahead, **quick)  # after `begin`: from then on `look_ahead` gives nothing either
    act.change(pressed, [act, unfolded], [*view, unfolded], **quick)


def _cancel() -> str:
    ask = say(
        "Cancel this night? What it has done so far is dropped, and the next one begins from the start; your "
        "corrections, your votes and the version that answers stay. To go on later, pause it instead."
    )
    return button("morning", "cancel", say("Cancel this night"), kind="plain", ask=ask)


def _ahead(db: Database, night: NightControl, looked: str) -> str:
    """What the next night is about; with the correction of that id looked at, when it is one of them."""
    planned, seen, today = night.planned(), accepted(db), _today()
    for each in to_look_at(planned, seen, today):
        if str(each.id) == looked:
            forms, own = practice_of(db, night, each)
            return plan(planned, Unfolded(each.id, forms, own), seen, today)
    return plan(planned, None, seen, today)


def _today() -> str:
    """When this day began here, as times are stored."""
    return at(datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC))


def _result(db: Database) -> str:
    """The report of the last night that ended and, where that examined nothing, of the last one that did."""
    last, examined = next((run for run in runs.runs(db) if run.state != "running"), None), runs.last_examined(db)
    if last is None:
        return ""
    earlier = examined if examined and examined.id != last.id else None
    return _reported(db, say("The last night"), last) + (
        _reported(db, say("The last night that examined a version"), earlier) if earlier else ""
    )


def _reported(db: Database, title: str, run: Run) -> str:
    """The report of a night, with the way to its printed form."""
    link = f'<a href="/night/{escape(run.id)}" target="_blank" rel="noopener">{say("Print or save this report")}</a>'
    return f'<h2 class="part">{title}</h2>{report(db, run)}<p class="none">{link}</p>'


def _versions(db: Database, home: Path, shown: str) -> str:
    made = versions.versions(db)
    there = {each.id for each in made if has_files(home, each.id)}
    back = [found for run in runs.runs(db) if (found := runs.taken_back(db, run.id))]
    return versions_table(made, versions.promotions(db), current(home), there, back, shown)


def _inside(db: Database, version: str) -> str:
    if not version:
        return ""
    known = versions.version(db, version)
    return inside(known, contents(db, version), example_counts(db, known.run_id or ""))
