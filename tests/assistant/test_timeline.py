"""The versions as a timeline: when each answered, what it goes on from, and what is in it."""

from dataclasses import replace

from assistant.page.timeline import inside, served, versions_table
from store.lineage import Content
from store.records import Check, Correction, Promotion, TakenBack, Version
from tests.assistant.nights import CANDIDATE

ONE = Version(
    "v-111111111111", "base", "r1", "2026-05-20T03:00:00.000Z", "promoted", (), {"new_asked": 3, "new_right": 3}
)
TWO = Version(
    "v-222222222222",
    ONE.id,
    "r2",
    "2026-05-21T03:00:00.000Z",
    "refused",
    ("it <forgot>",),
    {"from": ONE.id, "votes": 30},
)
MOVES = [
    Promotion(ONE.id, "base", "night", "2026-05-20T03:10:00.000Z"),
    Promotion("base", ONE.id, "rollback", "2026-05-22T09:00:00.000Z"),
]


def test_a_version_answered_from_its_promotion_to_the_next_move():
    assert served(MOVES, ONE.id) == [("2026-05-20T03:10:00.000Z", "2026-05-22T09:00:00.000Z")]
    assert served(MOVES, "base") == [("", "2026-05-20T03:10:00.000Z"), ("2026-05-22T09:00:00.000Z", None)]
    assert served(MOVES, TWO.id) == []
    assert served([], "base") == [("", None)]


def test_the_table_says_what_each_goes_on_from_and_how_it_was_examined():
    text = versions_table([ONE, TWO], MOVES, "base", {ONE.id, TWO.id}, unfolded=TWO.id)
    assert text.index(TWO.id) < text.index(ONE.id) < text.index("The original model")
    assert "Goes on from version 111111111111." in text and "Begun anew from the original model." in text
    assert "not passed: it &lt;forgot&gt;" in text and "3 of 3 test questions" in text
    assert text.count("answered 2") == 1 and "since 22 May 2026" in text and "until 20 May 2026" in text
    assert text.count('aria-pressed="true"') == 1


def test_each_leads_to_the_report_of_the_night_that_made_it():
    text = versions_table([ONE, replace(TWO, run_id=None)], MOVES, "base", {ONE.id})
    assert text.count("<a ") == 1 and 'href="/night/r1"' in text
    assert 'aria-label="Report of its night: version 111111111111"' in text


def test_what_was_checked_besides_is_told_in_few_words_of_passed_and_refused_ones():
    for version in (ONE, TWO):
        text = versions_table([replace(version, evaluation=CANDIDATE)], MOVES, "base", ())
        assert "Questions much like yours: 76 of 80 left alone" in text
        assert "Everyday questions: 40 of 40 left alone, 38 begin the same" in text
        assert "a little less likely to the new version" in text
    assert "left alone" not in versions_table([ONE], MOVES, "base", ())
    unmeasured = replace(ONE, evaluation={"general": 40, "drift": float("nan")})
    assert "could not be measured" in versions_table([unmeasured], MOVES, "base", ())


def test_a_version_whose_files_were_cleared_away_is_not_offered():
    text = versions_table([ONE, TWO], MOVES, "base", {TWO.id})
    assert "Use version 222222222222" in text and "Use version 111111111111" not in text
    assert text.count("its files were cleared away") == 1


def test_only_what_did_not_pass_is_asked_about_before_it_answers():
    text = versions_table([ONE, TWO], MOVES, "base", {ONE.id, TWO.id})
    assert text.count("data-ask") == 1
    assert 'data-ask="The examination spoke against version 222222222222: it &lt;forgot&gt;.' in text
    text = versions_table([ONE], MOVES, "base", {ONE.id}, [TakenBack(ONE.id, ("it <drifted>",))])
    assert 'data-ask="The examination spoke against version 111111111111: it &lt;drifted&gt;.' in text
    assert "passed, and not when it was looked at again: it &lt;drifted&gt;" in text
    assert "data-ask" not in versions_table([ONE], MOVES[:1], ONE.id, {ONE.id})


def test_what_is_in_a_version_names_what_was_new_practised_known_and_forgotten():
    kept = Correction(1, "m", "Who <keeps> it?", "Nobody.", "Ada.", "", None, None)
    gone = Correction(2, "m", "Where?", "There.", "", "", None, "2026-05-23T00:00:00Z")
    held = [Content(kept, True, 14, Check(kept, 3, 0, "Otto.")), Content(gone, False, 0, None)]
    text = inside(TWO, held, {"wording": 28, "replay": 160})
    for words in (
        "What is in version 222222222222", "28 practice questions, 160 everyday questions", "went by 30 votes",
        "Who &lt;keeps&gt; it?", "new then", "practised in 14 wordings", "did not know it",
        "0 of 3 test questions right",
        "forgotten since", "not practised that night",
    ):  # fmt: skip
        assert words in text, words
    assert "No corrections." in inside(ONE, [], {})
