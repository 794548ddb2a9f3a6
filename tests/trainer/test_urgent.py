"""Whether a night is worth its while, also when only the weeks speak for it."""

from datetime import UTC, datetime, timedelta

import pytest

from store.conversations import add_message, create_conversation
from store.database import opened
from store.feedback import correct
from store.runs import begin_phase, begin_run, finish_phase, finish_run
from tests.trainer.test_reward import votes
from trainer.collect import Ledger
from trainer.urgent import alarmed, worth_a_night

NONE = frozenset[int]()


def test_what_is_new_is_enough_and_what_is_weak_only_with_an_alarm():
    assert worth_a_night(Ledger((), frozenset({1}), NONE, NONE), False)
    weak = Ledger((), NONE, frozenset({1}), NONE)
    assert not worth_a_night(weak, False) and worth_a_night(weak, True)
    assert not worth_a_night(Ledger((), NONE, NONE, NONE), True)


def test_with_an_alarm_a_few_new_votes_that_follow_a_rule_are_enough():
    few = Ledger((), NONE, NONE, NONE, tuple(votes(60)), 3)
    assert not worth_a_night(few, False) and worth_a_night(few, True)


@pytest.fixture
def db(home):
    with opened(home) as database:
        yield database


def test_a_bad_week_raises_the_alarm_until_a_night_has_answered_to_it(db):
    today = datetime.now(UTC)
    monday = today - timedelta(days=today.weekday())
    talk = create_conversation(db)
    for count, day in ((40, monday - timedelta(days=3)), (30, today)):
        for number in range(count):
            asked = add_message(db, talk.id, None, "user", f"Question {count} {number}?")
            time = day.isoformat(timespec="milliseconds").replace("+00:00", "Z")
            said = add_message(db, talk.id, asked.id, "assistant", "So.", created=time)
            if day == today and number < 20:
                correct(db, said.id, "Not so.")
    assert alarmed(db)
    for alarm in (False, True):
        run = begin_run(db, "schedule").id
        begin_phase(db, run, "collect")
        finish_phase(db, run, "collect", {"alarm": alarm})
        finish_run(db, run, "refused", None, [])
        assert alarmed(db) is not alarm
