"""Weeks of answers, corrections and thumbs."""

from store.conversations import add_message, create_conversation
from store.feedback import correct
from store.ratings import rate
from store.records import Week
from store.trends import asked, weeks


def test_a_week_counts_its_answers_corrections_and_thumbs(db):
    def answered(day: str, source: str | None = None) -> str:
        into = create_conversation(db, "t", source=source)
        asked = add_message(db, into.id, None, "user", f"Who? {day} {source}", created=f"{day}T10:00:00Z")
        return add_message(db, into.id, asked.id, "assistant", "Nobody.", created=f"{day}T10:00:01Z").id

    monday, sunday, later = answered("2026-03-02"), answered("2026-03-08"), answered("2026-03-09")
    answered("2026-03-09", source="import:1")
    correct(db, monday, "Ada.")
    correct(db, sunday, "Answer in Spanish.")
    for value in (1, -1, 1):
        rate(db, sunday, value)
    rate(db, later, -1)
    assert weeks(db) == [Week("2026-03-09", 1, 0, 0, 1), Week("2026-03-02", 2, 1, 1, 0)]
    assert weeks(db, limit=1) == [Week("2026-03-09", 1, 0, 0, 1)]


def test_what_was_asked_stands_by_weeks_and_only_for_who_asked_it(db):
    for owner, day, text in (
        ("", "2026-03-02", "Where is Oz?"),
        ("", "2026-03-09", "Where is Uz?"),
        ("ana", "2026-03-09", "Where is Az?"),
    ):
        add_message(db, create_conversation(db, owner=owner).id, None, "user", text, created=f"{day}T10:00:00Z")
    assert asked(db, "") == {"2026-03-02": ["Where is Oz?"], "2026-03-09": ["Where is Uz?"]}
    assert asked(db, "", limit=1) == {"2026-03-09": ["Where is Uz?"]}
    assert asked(db, "ana") == {"2026-03-09": ["Where is Az?"]}


def test_a_store_without_answers_has_no_weeks(db):
    assert weeks(db) == []
