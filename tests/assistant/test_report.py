"""The report of a night: what is said of each thing that was checked, how long it took, and the printed page."""

import json

from assistant.page.lessons import why_not
from assistant.page.printed import curves, printed
from assistant.page.progress import journal_list, log_rows, state, time_left_s
from assistant.page.report import LET_PASS, bar, checked, report, times
from assistant.page.words import PHASES
from store.database import opened
from store.examples import save_examples
from store.pausing import pause
from store.records import Check, Correction, Entry, Example, Phase, Run
from store.runs import begin_phase, begin_run, fail_run, finish_phase, finish_run, progress, run
from tests.assistant.nights import CANDIDATE, refused_night
from trainer import night
from trainer.gate import GateConfig


def at(minute: int) -> str:
    return f"2026-05-20T03:{minute:02}:00.000Z"


def test_every_check_is_told_with_its_counts_and_what_was_not_asked_is_not_told():
    text = checked(CANDIDATE, {"broken": 2}, {"old_answers": [True, True, True, True, False, True]})
    for words in (
        "5 of 6 test questions right; 1 were right before and are not now, 1 the other way round",
        "76 of 80 were left alone; 4 were given an answer that belongs to another question",
        "40 of 40 were left alone; 38 answers begin word for word as the original",
        "a little less likely to the new version (+0.030 nats per token",
        "1; the original gave 2",
    ):
        assert words in text.replace("&#x27;", "'"), words
    assert "as you like them" not in text
    assert "as you like them" in checked({**CANDIDATE, "liked_asked": 4, "liked_right": 3}, {"liked_right": 1}, {})
    assert "could not be measured" in checked({"general": 40, "drift": float("nan")}, {}, {})
    assert "as likely as before" in checked({"general": 40, "drift": -0.08}, {}, {})
    assert checked({}, {}, {}) == ""


def test_a_bar_is_as_long_as_its_share():
    assert "width: 95.0%" in bar(0.95, "x") and 'aria-label="x"' in bar(0.95, "x")


def test_the_time_of_each_step_leaves_out_the_pauses():
    ended = Run("r", "page", None, "finished", at(0), at(20), "refused", None, ())
    phases = [Phase("r", "finetune", "finished", at(0), at(20), {}), Phase("r", "merge", "running", at(20), None, {})]
    entries = [Entry(at(5), "paused", ""), Entry(at(10), "resumed", "")]
    text = times(ended, phases, entries)
    assert "Training</td><td>15 min 0 s" in text and "It was paused for 5 min 0 s besides." in text
    assert "Building the new version" not in text
    assert times(ended, [], []) == ""


def test_it_says_why_something_does_not_count_as_learned():
    def why(said: str, right: int) -> str:
        return why_not(Check(Correction(1, "m", "Who?", "Nobody.", "Ada Calder.", "", None, None), 3, right, said))

    assert why("It is Ada Calder.", 2) == ""
    assert "not yet when asked in other words" in why("Ada Calder.", 1)
    assert "does not stop there" in why("Ada Calder, and Otto, and Eva.", 0)
    assert "still says what it said before" in why("nobody", 0)
    assert "something else by now" in why("Otto.", 0)
    assert "no answer" in why("", 0)


def test_a_night_is_printed_as_a_page_of_its_own_with_what_was_written_escaped(home):
    with opened(home) as db:
        made = refused_night(db, home)
    page = printed(home, made)
    text = bytes(page.body).decode()
    assert page.status_code == 200 and text.startswith("<!doctype html>")
    for words in (
        "did not pass its examination", "too many neighbours moved", "Who keeps &lt;mill&gt; 1?",
        "The night began, from this page.",
        "still says what it said before", "<polyline", "How long it took",
    ):  # fmt: skip
        assert words in text, words
    assert "<mill>" not in text and "<script>" not in text
    assert printed(home, "nowhere<").status_code == 404
    assert b"nowhere&lt;" in printed(home, "nowhere<").body


def test_a_night_that_failed_has_a_report_too(home):
    with opened(home) as db:
        made = begin_run(db, "schedule")
        fail_run(db, made.id, "no disk")
        assert "no disk" in report(db, run(db, made.id))


def test_a_night_that_answered_to_a_bad_week_says_so(home):
    only = "It came because a week was worse than those before"
    as_well = "It also answered to a week that was worse"
    with opened(home) as db:
        for trigger, collected, said in (
            ("schedule", {"alarm": True, "new": []}, only),
            ("schedule", {"alarm": True, "new": [1]}, as_well),
            ("page", {"alarm": True}, as_well),
            ("schedule", {"alarm": False}, ""),
        ):
            made = begin_run(db, trigger)
            begin_phase(db, made.id, "collect")
            finish_phase(db, made.id, "collect", collected)
            finish_run(db, made.id, "refused", None, [])
            text = report(db, run(db, made.id))
            assert [each for each in (only, as_well) if each in text] == ([said] if said else [])


def test_the_curves_are_drawn_from_two_points_on():
    assert curves([]) == "" and curves([{"step": 1, "ce": 2.0}]) == ""
    assert curves([{"step": 1, "ce": 2.0, "kl": 0.1}, {"step": 2, "ce": 1.0}]).count("<polyline") == 2


def test_the_log_leaves_out_what_is_half_written_and_keeps_the_last_step(home):
    (home / "runs" / "r").mkdir(parents=True)
    rows = [{"step": step, "ce": float("nan") if step == 1 else 1.0} for step in range(1, 1001)]
    text = "".join(json.dumps(row) + "\n" for row in rows) + '{"step": 1'
    (home / "runs" / "r" / "log.jsonl").write_text(text)
    found = log_rows(home, "r")
    assert found[0] == {"step": 1} and found[-1] == {"step": 1000, "ce": 1.0} and len(found) < 350
    assert log_rows(home, "none") == []


def test_a_paused_night_says_so_whether_its_process_is_there_or_not(home):
    with opened(home) as db:
        made = begin_run(db, "page")
        begin_phase(db, made.id, "finetune")
        progress(db, made.id, "finetune", 40, 100, "training")
        save_examples(db, made.id, [Example("wording", "Q?", "A."), Example("replay", "R?", "B.")])
        told = {"last": made, "next_run": None}
        going = state(db, home, running=True, paused=False, **told)
        assert "step 4 of 8" in going and "left" in going and "1 practice questions, 1 everyday" in going
        pause(db, home)
        waiting = state(db, home, running=True, paused=True, **told)
        assert "Paused since" in waiting and "as soon as the piece of work in hand is done" in waiting
        assert "also over a restart" in state(db, home, running=False, paused=True, **told)
        assert "interrupted" in state(db, home, running=False, paused=False, **told)
        assert "beginning" in state(db, home, running=True, paused=False, last=None, next_run=None)
    assert time_left_s(25, 100, 10) == 30


def test_the_journal_is_told_in_words():
    text = journal_list([Entry(at(0), "phase again", "finetune"), Entry(at(1), "busy", "<b>")])
    assert "Training: begun again, after an interruption." in text and "&lt;b&gt;" in text
    assert "No night" in journal_list([])


def test_it_says_why_the_teacher_did_not_help(tmp_path):
    with opened(tmp_path) as db:
        for found, told in (
            ({"teacher_fault": "auth"}, "it refuses the key"),
            ({"teacher_fault": "provider"}, "it answered with an error"),
            ({"teacher_fault": ""}, ""),
            ({}, ""),
        ):
            begun = begin_run(db, "page")
            begin_phase(db, begun.id, "synthesise")
            finish_phase(db, begun.id, "synthesise", found)
            fail_run(db, begun.id, "It ended.")
            text = report(db, run(db, begun.id))
            assert ("The teacher did not help" in text) == bool(told)
            assert told in text


def test_the_page_speaks_of_the_steps_and_the_margin_that_a_night_goes_by():
    """The wing of the page does not know that of the trainer."""
    assert tuple(PHASES) == night.PHASES
    assert GateConfig().drift == LET_PASS
