"""Two answers to choose between in a real browser: shown as any answer is, and nothing in them is run."""

import pytest
from playwright.sync_api import expect

from store import conversations, duels
from store.database import opened
from tests.assistant.browser import Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FIRST = "<think>Is it <b>two</b>?</think>\n\nIt is **two**, as $x^2$:\n\n```python\ndef two():\n    return 2\n```"
SECOND = (
    "| a | b |\n| --- | --- |\n| 1 | 2 |\n\n<img src=x onerror=\"document.title='broken'\"><script>alert(1)</script>"
)


def choice(home):
    """A stored choice between two answers, after which somebody asked on: the id of its conversation."""
    with opened(home) as db:
        talk = conversations.create_conversation(db).id
        asked = conversations.add_message(db, talk, None, "user", "How much is it?")
        said = [
            conversations.add_message(db, talk, asked.id, "assistant", text, version=version).id
            for text, version in ((FIRST, "base"), (SECOND, "v-1"))
        ]
        duels.begin_duel(db, "", "base", "v-1", messages=(said[0], said[1]))
        conversations.add_message(db, talk, said[1], "user", "And then?")
    return talk


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1200, "dark")])
def test_both_answers_are_shown_as_answers_are_and_the_chosen_one_stays(browser, server, width, scheme):
    visit = Visit(browser, f"{server.url}?talk={choice(server.home)}", width=width, scheme=scheme)
    a, b = (visit.answers.filter(has=visit.page.get_by_role("heading", name=name, exact=True)) for name in "AB")
    expect(a.locator("pre .token.keyword").first).to_have_text("def")
    expect(a.locator("strong", has_text="two")).to_be_visible()
    expect(a.locator(".katex")).to_have_count(1)
    expect(a.locator(".message-content")).not_to_contain_text("Is it")
    a.get_by_text("Reasoning").click()
    expect(a.get_by_text("Is it <b>two</b>?")).to_be_visible()
    expect(b.locator("td")).to_have_text(["1", "2"])
    assert visit.page.locator("#talk [onerror], #talk .message-content script").count() == 0
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
    left, right = a.bounding_box(), b.bounding_box()
    assert (left["y"] == right["y"]) == (width > 760)
    expect(visit.answers).to_have_count(3)  # with the row for what can be said of them
    visit.page.get_by_role("button", name="A is better").click()
    expect(visit.answers).to_have_count(1)
    expect(visit.answers.get_by_text("You preferred this answer by the original model")).to_be_visible()
    expect(visit.answers.locator("pre .token.keyword").first).to_have_text("def")
    assert visit.page.title() == "Aprendiz"
    visit.page.context.close()
    assert visit.foreign == []
    told = [fault for fault in visit.faults if "inline event handler" not in fault and "404" not in fault]
    assert told == []  # but that the policy stopped the handler, and that there is no such picture
