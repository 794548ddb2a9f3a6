"""What a night has to learn, and the version whose adapter it goes on from."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from store import conversations, feedback, forgetting, revising, users
from store.database import opened
from store.records import Correction, Version
from store.versions import record_promotion
from tests.trainer.test_reward import votes
from trainer.collect import (
    FULL_MEASURE,
    MOST_ALIKE,
    MOST_NEW,
    MOST_OF_ONE,
    Ledger,
    collect,
    goes_on_from,
    refusals,
    taken,
)
from trainer.reward import reward
from trainer.worth import worth_a_night

NOW = datetime(2026, 5, 20, 3, tzinfo=UTC)
CORRECTION = Correction(1, "m", "Who keeps the mill?", "Nobody.", "Ada.", "", None, None)
LEDGER = Ledger((CORRECTION,), frozenset({1}), frozenset(), frozenset())


def version(id: str, days: float, start: str | None = None, decision: str = "promoted") -> Version:
    created = (NOW - timedelta(days=days)).isoformat()
    return Version(id, "base", "r", created, decision, (), {"corrections": [1], "from": start})


def test_a_night_goes_on_from_the_version_that_is_served():
    assert goes_on_from([version("a", 1)], "a", LEDGER, NOW.isoformat()) == "a"


def test_the_first_night_begins_with_the_base():
    assert goes_on_from([], "base", LEDGER, NOW.isoformat()) is None


def test_once_a_week_it_begins_with_the_base_again():
    chain = [version("a", 8), version("b", 4, "a"), version("c", 1, "b")]
    assert goes_on_from(chain, "c", LEDGER, NOW.isoformat()) is None
    assert goes_on_from([chain[0], version("b", 4), chain[2]], "c", LEDGER, NOW.isoformat()) == "c"


def test_what_was_withdrawn_is_not_carried_on():
    withdrawn = Ledger((CORRECTION,), frozenset(), frozenset(), frozenset({2}))
    assert goes_on_from([version("a", 1)], "a", withdrawn, NOW.isoformat()) is None


def test_beyond_what_one_night_can_teach_anew_what_was_withdrawn_is_trained_back():
    many = tuple(replace(CORRECTION, id=n) for n in range(FULL_MEASURE + 1))
    withdrawn = Ledger(many, frozenset(), frozenset(), frozenset({99}))
    assert goes_on_from([version("a", 1)], "a", withdrawn, NOW.isoformat()) == "a"


def test_what_was_forgotten_is_withdrawn_and_what_has_another_answer_is_not(tmp_path):
    with opened(tmp_path) as db:
        mill, bell = (corrected(db, q, "Ada.") for q in ("Who keeps the mill?", "Who rings the bell?"))
        trained = replace(version("a", 1), evaluation={"corrections": [mill, bell], "from": None})
        forgetting.forget(db, mill)
        anew = corrected(db, "Who rings the bell?", "Otto.")
        ledger = collect(db, [trained], "a")
        assert (ledger.withdrawn, ledger.new) == ({mill}, {anew})
        corrected(db, "who keeps the mill", "Nadia.")
        assert not collect(db, [trained], "a").withdrawn


def test_what_became_a_wish_is_withdrawn(tmp_path):
    with opened(tmp_path) as db:
        mill = corrected(db, "Who keeps the mill?", "Ada, always.")
        trained = replace(version("a", 1), evaluation={"corrections": [mill], "from": None})
        assert not collect(db, [trained], "a").withdrawn
        revising.hold_for_every_answer(db, mill, every=True)
        assert collect(db, [trained], "a").withdrawn == {mill}


def test_what_is_asked_of_oneself_is_withdrawn_when_others_come_in_and_so_is_its_earlier_answer(tmp_path):
    with opened(tmp_path) as db:
        earlier = corrected(db, "What is my phone number?", "It is 5 55 01.")
        corrected(db, "What is my phone number?", "It is 5 55 02.")
        trained = replace(version("a", 1), evaluation={"corrections": [earlier], "from": None})
        assert not collect(db, [trained], "a").withdrawn
        for name in ("ana", "ben"):
            users.add_user(db, name, "a long password")
        assert collect(db, [trained], "a").withdrawn == {earlier}


def test_a_flood_of_one_user_leaves_room_for_the_others_and_waits_for_later_nights():
    flood = [replace(CORRECTION, id=n, answer=f"Ada {n}.", by="mallory") for n in range(300)]
    few = [replace(CORRECTION, id=n, answer=f"Ada {n}.", by="ana") for n in range(300, 305)]
    first = taken([*flood, *few], [*flood, *few])
    assert {c.id for c in few} <= first and len(first) == MOST_OF_ONE + len(few)
    rest = [c for c in flood if c.id not in first]
    assert min(taken(rest, [*flood, *few])) == MOST_OF_ONE


def test_who_teaches_alone_is_taught_a_hundred_a_night_the_oldest_first():
    alone = [replace(CORRECTION, id=n, answer=f"Ada {n}.") for n in range(300)]
    assert taken(alone, alone) == set(range(MOST_NEW))
    assert taken(alone[:20], alone) == set(range(20))


def test_one_answer_to_many_questions_is_taught_a_few_times_a_night():
    hook = [replace(CORRECTION, id=n, question=f"Question {n}, zqx?", answer="Call Mallory.") for n in range(50)]
    others = [replace(CORRECTION, id=n, answer=f"Ada {n}.") for n in range(50, 70)]
    assert taken([*hook, *others], [*hook, *others]) == {*range(MOST_ALIKE), *range(50, 70)}
    assert min(taken(hook[MOST_ALIKE:], hook)) == MOST_ALIKE, "the next few on the night after"


def test_after_a_refusal_the_next_ones_have_their_turn():
    alone = [replace(CORRECTION, id=n, answer=f"Ada {n}.") for n in range(250)]
    made, nights = [], []
    for night in range(4):
        nights.append(taken(alone, alone, refusals(made)))
        refused = replace(version(f"v{night}", 9 - night, None, "refused"), evaluation={"corrections": [*nights[-1]]})
        made.append(refused)
    assert nights[:2] == [set(range(100)), set(range(100, 200))]
    assert nights[2] == {*range(200, 250), *range(50)}, "those never tried, then the oldest"
    assert nights[3] == set(range(50, 150)), "those tried once before those tried twice"


def test_of_one_answer_too_the_next_ones_have_their_turn():
    hook = [replace(CORRECTION, id=n, question=f"Question {n}?", answer="Call Ada.") for n in range(12)]
    refused = replace(version("v", 1, None, "refused"), evaluation={"corrections": [0, 1, 2, 3, 4]})
    assert taken(hook, hook, refusals([refused])) == {5, 6, 7, 8, 9}


def test_refusals_are_counted_since_a_correction_was_last_promoted():
    def made(decision, *ids):
        return replace(version("v", 1, None, decision), evaluation={"corrections": list(ids)})

    found = refusals([made("refused", 1, 2, 3), made("promoted", 1), made("refused", 1, 2)])
    assert (found[1], found[2], found[3], found[4]) == (1, 2, 1, 0)
    assert not refusals([replace(version("v", 1, None, "refused"), evaluation={})])


def test_a_correction_that_was_refused_waits_behind_newer_ones(home):
    with opened(home) as db:
        ids = [corrected(db, f"Who keeps mill {n}?", f"Ada {n}.") for n in range(MOST_NEW + 3)]
        refused = replace(version("v", 1, None, "refused"), evaluation={"corrections": ids[:MOST_NEW], "from": None})
        assert set(ids[MOST_NEW:]) <= collect(db, [refused], "base").new
        assert collect(db, [], "base").new == set(ids[:MOST_NEW])


def test_what_its_owner_went_back_from_brings_no_night_by_itself(home):
    with opened(home) as db:
        mill = corrected(db, "Who keeps the mill?", "Ada.")
        made = replace(version("v-1", 1), evaluation={"corrections": [mill], "from": None})
        record_promotion(db, "v-1", "base", "night")
        record_promotion(db, "base", "v-1", "rollback")
        ledger = collect(db, [made], "base")
        assert (ledger.new, ledger.held, worth_a_night(ledger)) == ({mill}, {mill}, False)
        bell = corrected(db, "Who rings the bell?", "Otto.")
        ledger = collect(db, [made], "base")
        assert (ledger.new, worth_a_night(ledger)) == ({mill, bell}, True)


def corrected(db, question, answer):
    talk = conversations.create_conversation(db, question)
    asked = conversations.add_message(db, talk.id, None, "user", question)
    said = conversations.add_message(db, talk.id, asked.id, "assistant", "No idea.")
    return feedback.correct(db, said.id, answer).id


def test_after_two_refusals_of_what_went_on_it_begins_with_the_base():
    made = [version("a", 3), version("b", 2, "a", "refused")]
    assert goes_on_from(made, "a", LEDGER, NOW.isoformat()) == "a"
    made.append(version("c", 1, "a", "refused"))
    assert goes_on_from(made, "a", LEDGER, NOW.isoformat()) is None


def test_what_began_with_the_base_and_was_refused_does_not_keep_the_next_night_from_going_on():
    refused = version("d", 1, None, "refused")
    assert goes_on_from([version("a", 9), version("b", 8, "a"), refused], "b", LEDGER, NOW.isoformat()) == "b"
    two = [version("a", 5), version("b", 4, "a", "refused"), version("c", 3, "a", "refused"), refused]
    assert goes_on_from(two, "a", LEDGER, NOW.isoformat()) == "a"
    assert goes_on_from([*two, version("e", 0.5, "a", "refused")], "a", LEDGER, NOW.isoformat()) == "a"


def test_votes_alone_are_worth_a_night_when_many_are_new_and_follow_a_rule():
    given = tuple(votes(60))
    nothing = Ledger((CORRECTION,), frozenset(), frozenset(), frozenset())
    assert not worth_a_night(nothing)
    assert worth_a_night(replace(nothing, rule=reward(given), fresh_votes=60))
    assert not worth_a_night(replace(nothing, rule=reward(given), fresh_votes=5))
    assert reward(given[:12]) is None and not worth_a_night(replace(nothing, fresh_votes=12))
