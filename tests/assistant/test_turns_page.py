"""Answers written at the same time, in several tabs of a real browser: none waits for, stops or overwrites another."""

import json

import pytest
from playwright.sync_api import expect

from store import conversations, feedback
from store.database import opened
from tests.assistant.test_talks_page import talk

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LONG = "Write a very long story about a {}, with many chapters."


@pytest.fixture
def go(go):
    """As everywhere, and the conversation of the address is there."""

    def to(address=""):
        visit = go(address)
        if address:
            expect(visit.answers).to_have_count(1)
        return visit

    return to


def stop(visit):
    return visit.page.get_by_role("button", name="Stop")


def begin(visit, question):
    """Ask for something long, and see it begun."""
    visit.ask(question, finished=False)
    expect(visit.answers.last.locator(".message-content")).not_to_be_empty()


def test_two_tabs_ask_at_once_in_one_conversation_and_each_stops_its_own_answer(go, server):
    id = talk(server.home, "The long gallery")
    one, other, third = go(f"?talk={id}"), go(f"?talk={id}"), go(f"?talk={id}")
    begin(one, LONG.format("gallery"))
    for visit, question in ((other, "Say the word two."), (third, "Say the word three.")):
        visit.question.fill(question)
        visit.question.press("Enter")
        expect(visit.page.locator("#talk .user-row").last).to_contain_text(question, timeout=15_000)
        expect(visit.question).to_have_value("")
        expect(visit.page.locator("#talk").get_by_text("Writing…")).to_be_visible()
    stop(other).click()
    expect(other.answers.last.get_by_text("stopped")).to_be_visible(timeout=15_000)
    expect(other.page.get_by_role("button", name="Send")).to_be_visible()
    for visit in (one, third):
        expect(stop(visit)).to_be_visible()
    stop(one).click()
    expect(one.answers.last.get_by_text("stopped")).to_be_visible()
    expect(third.page.get_by_role("button", name="Send")).to_be_visible()
    with opened(server.home) as db:
        asked = [each for each in conversations.messages_of(db, id) if each.role == "user"][1:]
        said = {each.parent_id: each for each in conversations.messages_of(db, id) if each.role == "assistant"}
    assert len(asked) == 3 and len({each.parent_id for each in asked}) == 1, "three branches of one answer"
    assert [said[each.id].status for each in asked] == ["stopped", "stopped", "complete"]
    assert said[asked[0].id].content and said[asked[2].id].content


def test_what_is_added_to_a_question_while_it_is_on_its_way_stays_in_the_box(go):
    visit, held = go(), []
    visit.page.route("**/queue/join*", lambda route: held.append(route))
    visit.question.fill("Say the word four")
    visit.question.press("Enter")
    visit.question.press_sequentially(" and more")
    assert held
    for request in held:
        request.continue_()
    visit.page.unroute("**/queue/join*")
    expect(visit.answers.last.get_by_role("button", name="Correct", exact=True)).to_be_visible()
    expect(visit.page.locator("#talk .user-row").last).to_contain_text("Say the word four")
    expect(visit.question).to_have_value("Say the word four and more")


def test_memory_answers_while_another_tab_is_being_answered(go, server):
    with opened(server.home) as db:
        answer = conversations.newest_path(db, talk(server.home, "Who sweeps the Corran stairs?"))[-1]
        feedback.correct(db, answer.id, "Ishbel Rae sweeps them.")
    one, other = go(), go()
    begin(one, LONG.format("staircase"))
    other.ask("Who sweeps the Corran stairs?")
    assert "Ishbel Rae" in other.answers.last.inner_text()
    expect(stop(one)).to_be_visible()
    stop(one).click()
    expect(one.page.get_by_role("button", name="Send")).to_be_visible()


def test_what_cannot_be_done_while_an_answer_is_written_is_said_in_words(go, server):
    id = talk(server.home, "The low gallery")
    with opened(server.home) as db:
        answer = conversations.newest_path(db, id)[-1].id
    visit = go(f"?talk={id}")
    begin(visit, LONG.format("low gallery"))
    said = visit.page.locator("#reading")
    for name in ("Correct", "Try again"):
        visit.answers.first.get_by_role("button", name=name, exact=True).click()
        expect(said).to_have_text("Wait until the answer is there, or stop it.")
        said.evaluate("(line) => (line.textContent = '')")
    visit.question.fill("Say the word five.")
    visit.question.press("Enter")
    expect(said).to_have_text("Wait until the answer is there, or stop it.")
    visit.page.locator("#again-act :is(input, textarea)").evaluate(
        "(field, press) => { field.value = press; field.dispatchEvent(new Event('input', { bubbles: true })); }",
        json.dumps({"do": "retry", "id": answer}),
    )
    expect(visit.page.locator(".toast-body")).to_contain_text("Wait until the answer is there, or stop it.")
    stop(visit).click()
    expect(visit.page.get_by_role("button", name="Send")).to_be_visible()
    expect(said).to_have_text("")
    expect(visit.question).to_have_value("Say the word five.")
    visit.answers.first.get_by_role("button", name="Correct", exact=True).click()
    expect(visit.answers.first.get_by_label("The answer as it should be")).to_be_focused()
    with opened(server.home) as db:
        assert len(conversations.siblings(db, answer)) == 1
