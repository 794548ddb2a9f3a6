"""Whether a night is worth its while, also when only the weeks speak for it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

import run
from assistant.page.whole import alarm_lines
from models.version_files import BASE
from store.checks import record_check
from store.conversations import add_message, create_conversation
from store.database import opened
from store.feedback import correct, corrections
from store.records import Version, now
from store.runs import begin_phase, begin_run, finish_phase, finish_run
from store.settings import Settings
from store.versions import add_version
from tests.assistant.nights import NO_NIGHT
from tests.trainer.test_reward import votes
from trainer.collect import Ledger
from trainer.reward import reward
from trainer.worth import alarmed, worth_a_night

NONE = frozenset[int]()


def test_what_is_new_is_enough_and_what_is_weak_only_with_an_alarm():
    assert worth_a_night(Ledger((), frozenset({1}), NONE, NONE), False)
    weak = Ledger((), NONE, frozenset({1}), NONE)
    assert not worth_a_night(weak, False) and worth_a_night(weak, True)
    assert not worth_a_night(Ledger((), NONE, NONE, NONE), True)


def test_with_an_alarm_a_few_new_votes_that_follow_a_rule_are_enough():
    few = Ledger((), NONE, NONE, NONE, fresh_votes=3, rule=reward(votes(60)))
    assert not worth_a_night(few, False) and worth_a_night(few, True)


@pytest.fixture
def db(home):
    with opened(home) as database:
        yield database


def bad_week(db):
    """Two weeks of which the second was worse. Gives one of its corrections."""
    today = datetime.now(UTC)
    monday = today - timedelta(days=today.weekday())
    talk = create_conversation(db)
    for count, day in ((40, monday - timedelta(days=3)), (30, today)):
        for number in range(count):
            asked = add_message(db, talk.id, None, "user", f"Question {count} {number}?")
            time = day.isoformat(timespec="milliseconds").replace("+00:00", "Z")
            said = add_message(db, talk.id, asked.id, "assistant", "So.", created=time)
            if day == today and number < 20:
                taught = correct(db, said.id, "Not so.")
    return taught


def night(db, *, alarm):
    """A night that ended, with or without an alarm."""
    made = begin_run(db, "schedule").id
    begin_phase(db, made, "collect")
    finish_phase(db, made, "collect", {"alarm": alarm})
    finish_run(db, made, "refused", None, [])


def test_a_bad_week_raises_the_alarm_until_a_night_has_answered_to_it(db):
    bad_week(db)
    assert alarmed(db)
    for alarm in (False, True):
        night(db, alarm=alarm)
        assert alarmed(db) is not alarm


def test_a_bad_week_brings_one_night_for_what_is_not_known_and_the_page_says_which(db, home, default_model):
    settings, when = Settings(home=home), datetime(2030, 5, 20, 3, tzinfo=UTC)
    taught = bad_week(db)
    every = [each.id for each in corrections(db)]
    add_version(db, Version("v-111111111111", BASE, None, now(), "promoted", (), {"corrections": every}))
    (home / "current").write_text("v-111111111111\n")
    control = replace(NO_NIGHT, next_run=lambda: when, planned=lambda: run._planned(home, lambda *_: True))
    assert not run._worth_a_night(settings), "all that was taught is known"
    assert "comes for that" not in alarm_lines(settings, control)
    record_check(db, taught.id, "v-111111111111", 3, 0, "So.")
    assert run._worth_a_night(settings)
    assert "at 03:00 comes for that" in alarm_lines(settings, control)
    night(db, alarm=True)
    assert not run._worth_a_night(settings)
    assert "corrected more" in (said := alarm_lines(settings, control)) and "comes for that" not in said
