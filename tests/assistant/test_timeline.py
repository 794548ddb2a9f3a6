"""The versions as a timeline: when each answered, what it goes on from, and what is in it."""

from assistant.page.timeline import inside, served, versions_table
from store.lineage import Content
from store.records import Check, Correction, Promotion, Version

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
    text = versions_table([ONE, TWO], MOVES, "base", TWO.id)
    assert text.index(TWO.id) < text.index(ONE.id) < text.index("The original model")
    assert "Goes on from version 111111111111." in text and "Begun anew from the original model." in text
    assert "not passed: it &lt;forgot&gt;" in text and "3 of 3 test questions" in text
    assert text.count("answered 2") == 1 and "since 22 May 2026" in text and "until 20 May 2026" in text
    assert text.count('aria-pressed="true"') == 1


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
