"""What the page says of the next night before it comes."""

from assistant.page.night_control import Plan
from assistant.page.plan import plan
from store.records import Correction


def new(number: int) -> Correction:
    return Correction(number, f"m{number}", f"Who keeps mill <{number}>?", "No.", f"Ada {number}", "", None, None)


def test_what_is_new_stands_there_newest_first_and_no_more_than_a_dozen():
    said = plan(Plan(tuple(map(new, range(1, 15))), 1, 2, "short answers"))
    assert said.index("mill &lt;14&gt;") < said.index("mill &lt;3&gt;")
    assert "&lt;2&gt;" not in said and "and 2 more" in said
    assert "1 correction that you took back" in said and "2 more wait" in said and "short answers" in said


def test_nothing_new_is_said():
    assert "Nothing was corrected" in plan(Plan((), 0, 0, ""))
    assert "Nothing" not in plan(Plan((), 1, 0, ""))
