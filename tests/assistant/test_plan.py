"""What the page says of the next night before it comes."""

from assistant.page.correction_card import Unfolded
from assistant.page.night_control import Plan
from assistant.page.plan import plan, to_look_at
from store.records import Correction


def new(number: int) -> Correction:
    return Correction(number, f"m{number}", f"Who keeps mill <{number}>?", "No.", f"Ada {number}", "", None, None)


def test_what_is_new_stands_there_newest_first_and_no_more_than_a_dozen():
    said = plan(Plan(tuple(map(new, range(1, 15))), 1, 2, "short answers"))
    assert said.index("mill &lt;14&gt;") < said.index("mill &lt;3&gt;")
    assert "&lt;2&gt;" not in said and "and 2 more" in said
    assert "1 correction that is not to be taught any more" in said
    assert "2 more wait" in said and "short answers" in said


def test_what_is_new_is_looked_through_one_by_one_for_three_minutes_at_most():
    planned = Plan(tuple(map(new, range(1, 15))), 0, 0, "")
    assert [each.id for each in to_look_at(planned)] == list(range(14, 2, -1))
    assert "3 min" in plan(planned) and 'data-do="look" data-id="14"' in plan(planned)
    first = plan(planned, Unfolded(14, {"Whose is mill 14?": True, "Why?": False}, ("Say who keeps it.",)))
    assert "1 of 12" in first and "about 3 minutes left" in first and 'data-do="accept" data-id="14"' in first
    assert 'data-do="look" data-id="13"' in first
    assert "Whose is mill 14?" in first and "<del>Why?</del>" in first and "Say who keeps it." in first
    last = plan(planned, Unfolded(3, {}, ()))
    assert "12 of 12" in last and "less than a minute left" in last and "Next" not in last
    assert plan(planned, Unfolded(99, {}, ())) == plan(planned)


def test_what_was_accepted_is_not_asked_about_again_and_a_dozen_a_day_is_enough():
    planned = Plan(tuple(map(new, range(1, 31))), 0, 0, "")
    seen = {30: "2026-03-02T08", 29: "2026-03-02T09", 7: "2026-03-01T09"}
    assert [each.id for each in to_look_at(planned, seen, "2026-03-02")] == list(range(28, 18, -1))
    assert [each.id for each in to_look_at(planned, seen, "2026-03-03")] == list(range(28, 16, -1))
    said = plan(planned, None, seen, "2026-03-02")
    assert said.count("accepted") == 2 and 'data-do="look" data-id="28"' in said
    enough = {number: "2026-03-02T08" for number in range(19, 31)}
    assert to_look_at(planned, enough, "2026-03-02") == []
    assert "Look through" not in plan(planned, None, enough, "2026-03-02")


def test_nothing_new_is_said():
    assert "Nothing was corrected" in plan(Plan((), 0, 0, ""))
    assert "Nothing" not in plan(Plan((), 1, 0, ""))


def test_a_night_that_comes_for_a_bad_week_says_so():
    said = plan(Plan((), 0, 0, "", alarm=True))
    assert "For the week that was worse" in said and "Nothing" not in said
    assert "For the week" not in plan(Plan((), 1, 0, ""))
