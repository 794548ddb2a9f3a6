"""Single keys in a real browser: those that act on an answer act on the one at the end, or on none."""

import pytest
from playwright.sync_api import expect

from store import conversations, duels, ratings
from store.database import opened
from tests.assistant.browser import Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def go(browser, server):
    """Opens a tab at a conversation; every tab has to be without faults in the end."""
    made = []

    def to(talk=""):
        made.append(Visit(browser, f"{server.url}?talk={talk}"))
        expect(made[-1].answers.first).to_be_visible()
        made[-1].page.keyboard.press("Escape")  # out of the question
        return made[-1]

    yield to
    for visit in made:
        visit.page.context.close()
        assert visit.foreign == [] and visit.faults == []


def turns(home, *answers, status="complete"):
    """A stored conversation of as many turns, of which only the last may not be whole: its id and the answers'."""
    with opened(home) as db:
        talk, said = conversations.create_conversation(db).id, []
        for number, text in enumerate(answers):
            asked = conversations.add_message(db, talk, said[-1] if said else None, "user", f"Question {number}?")
            ended = status if text == answers[-1] else "complete"
            answer = conversations.add_message(db, talk, asked.id, "assistant", text, version="base", status=ended)
            said.append(answer.id)
    return talk, said


def rated(home, *answers):
    with opened(home) as db:
        found = [ratings.rating_of(db, each) for each in answers]
    return [each.value if each else 0 for each in found]


def thumb(visit, name):
    return visit.answers.last.get_by_role("button", name=name)


def test_a_thumb_pressed_twice_is_taken_back_and_no_earlier_answer_is_rated(go, server):
    talk, said = turns(server.home, "The first.", "The second.")
    visit = go(talk)
    for key, name in (("+", "Good answer"), ("-", "Bad answer")):
        for on in ("true", "false"):
            visit.page.keyboard.press(key)
            expect(thumb(visit, name)).to_have_attribute("aria-pressed", on)
        assert rated(server.home, *said) == [0, 0]
    visit.page.keyboard.press("-")
    expect(thumb(visit, "Bad answer")).to_have_attribute("aria-pressed", "true")
    assert rated(server.home, *said) == [0, -1]


def test_one_key_tries_the_newest_answer_again_and_another_thumb_replaces_the_first(go, server):
    talk, said = turns(server.home, "The first.", "The second.")
    visit = go(talk)
    visit.page.keyboard.press("r")
    expect(visit.answers.last.get_by_text("2/2")).to_be_visible()
    expect(visit.page.get_by_role("button", name="Send")).to_be_visible()
    for key, name in (("+", "Good answer"), ("-", "Bad answer")):
        visit.page.keyboard.press(key)
        expect(thumb(visit, name)).to_have_attribute("aria-pressed", "true")
    with opened(server.home) as db:
        (_, again) = conversations.siblings(db, said[1])
        assert len(conversations.siblings(db, said[0])) == 1
    assert rated(server.home, *said, again.id) == [0, 0, -1]


def test_no_key_acts_on_an_answer_while_the_next_one_is_written_or_out_of_sight(go, server):
    talk, said = turns(server.home, "The first.")
    visit = go(talk)
    visit.page.keyboard.press("2")
    expect(visit.page.get_by_role("tab", name="Corrections")).to_have_attribute("aria-selected", "true")
    visit.page.keyboard.press("+")
    visit.page.keyboard.press("1")
    visit.ask("Write a very long story about a kiln, with many chapters.", finished=False)
    expect(visit.answers.last.locator(".message-content")).not_to_be_empty()
    visit.page.keyboard.press("Escape")
    for key in "+-rgc":
        visit.page.keyboard.press(key)
    visit.page.get_by_role("button", name="Stop").click()
    expect(visit.answers.last.get_by_text("stopped")).to_be_visible()
    expect(visit.answers.first.get_by_role("button", name="Good answer")).to_have_attribute("aria-pressed", "false")
    expect(visit.page.locator("#reading")).to_have_text("")
    assert rated(server.home, *said) == [0]


def test_only_the_last_answer_goes_on_and_everything_after_it_stays(go, server):
    talk, _ = turns(server.home, "It began", status="stopped")
    visit = go(talk)
    expect(visit.answers.last.get_by_role("button", name="Continue")).to_be_visible()
    visit.ask("Say one word about kilns.")
    expect(visit.page.get_by_role("button", name="Continue")).to_have_count(0)
    visit.page.keyboard.press("Escape")
    visit.page.keyboard.press("g")
    visit.page.wait_for_timeout(500)
    expect(visit.answers).to_have_count(2)


def test_no_key_acts_on_the_answer_before_a_choice(go, server):
    talk, said = turns(server.home, "The first.", "The second.")
    with opened(server.home) as db:
        asked = conversations.message(db, said[1]).parent_id
        other = conversations.add_message(db, talk, asked, "assistant", "The other.", version="v-1")
        duels.begin_duel(db, "", "base", "v-1", messages=(said[1], other.id))
    visit = go(talk)
    expect(visit.page.get_by_role("button", name="A is better")).to_be_visible()
    for key in "+-rgc":
        visit.page.keyboard.press(key)
    visit.page.wait_for_timeout(500)
    expect(visit.page.get_by_role("button", name="A is better")).to_be_visible()
    expect(visit.page.locator(".edit-textarea")).to_have_count(0)
    with opened(server.home) as db:
        assert len(conversations.siblings(db, said[0])) == 1
    assert rated(server.home, *said) == [0, 0]


def test_the_keyboard_alone_goes_between_the_answers_to_one_question(go, server):
    talk, (said,) = turns(server.home, "The first.")
    with opened(server.home) as db:
        asked = conversations.message(db, said).parent_id
        conversations.add_message(db, talk, asked, "assistant", "The other.", version="base")
    visit = go(talk)
    back = visit.answers.last.get_by_role("button", name="Previous answer")
    while not back.evaluate("button => button === document.activeElement"):
        visit.page.keyboard.press("Shift+Tab")
    for place, text in (("1/2", "The first."), ("2/2", "The other.")):
        visit.page.keyboard.press("Enter")
        expect(visit.answers.last.get_by_text(place)).to_be_visible()
        expect(visit.answers.last).to_contain_text(text)
        expect(back).to_be_focused()


@pytest.mark.parametrize("width", [360, 1200])
def test_the_keys_are_listed_by_a_button_too_and_put_away_without_a_keyboard(browser, server, width):
    visit = Visit(browser, server.url, width=width, height=740)
    way = visit.page.get_by_role("button", name="Keys", exact=True)
    expect(way).to_be_in_viewport(ratio=1)
    way.click()
    listed = visit.page.get_by_role("dialog", name="Keys")
    expect(listed.get_by_text("save what is being corrected")).to_be_visible()
    expect(listed.get_by_text("Ctrl+Enter", exact=True)).to_be_visible()
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
    listed.get_by_role("button", name="Close").click()
    expect(listed).to_be_hidden()
    visit.page.context.close()
    assert visit.foreign == [] and visit.faults == []


def test_the_keys_that_are_listed_for_a_question_do_what_the_list_says(go, server):
    visit = go(turns(server.home, "The first.")[0])
    visit.question.fill("Say one word.")
    visit.question.press("Shift+Enter")
    visit.question.press_sequentially("Only one.")
    expect(visit.question).to_have_value("Say one word.\nOnly one.")
    visit.question.press("Enter")
    expect(visit.answers).to_have_count(2)
    expect(visit.question).to_have_value("")
