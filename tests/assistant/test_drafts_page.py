"""What is being written on the page and not handed in yet, in a real browser: nothing takes it away."""

from contextlib import suppress

import pytest
from playwright.sync_api import Error, expect

from store import conversations, feedback, ratings, shelves, users
from store.database import opened
from tests.assistant.browser import Visit
from tests.assistant.chat_server import free_port, served

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LINES = "\n".join(f"Line {number} of what it should say." for number in range(1, 11))
ANA = ("ana", "four quiet grey herons")


def talk(home, question, answer="An answer.", owner=""):
    """A stored conversation of one question and its answer: its id and the answer's."""
    with opened(home) as db:
        made = conversations.create_conversation(db, question, owner=owner)
        asked = conversations.add_message(db, made.id, None, "user", question)
        return made.id, conversations.add_message(db, made.id, asked.id, "assistant", answer, version="base").id


def editor(visit):
    return visit.answers.last.get_by_label("The answer as it should be")


def begin_correction(visit, text):
    visit.answers.last.get_by_role("button", name="Correct", exact=True).click()
    editor(visit).fill(text)


def unfold(visit):
    visit.page.get_by_role("button", name="Instructions and more").click()
    expect(visit.page.get_by_label("Tags of this conversation")).to_be_visible()
    visit.rest()


def test_a_correction_that_is_handed_in_while_the_server_restarts_is_still_there_and_can_be_saved(browser, tmp_path):
    port = free_port()
    with served(tmp_path, port=port) as server:
        id, answer = talk(tmp_path, "Before the thaw", "It was white.")
        visit = Visit(browser, f"{server.url}?talk={id}")
        begin_correction(visit, LINES)
        visit.page.evaluate("window.stale = true")
    visit.answers.last.get_by_role("button", name="Save correction").click()
    with served(tmp_path, port=port):
        visit.page.wait_for_function("!window.stale")
        expect(editor(visit)).to_have_value(LINES)
        expect(editor(visit)).to_be_focused()
        visit.answers.last.get_by_role("button", name="Save correction").click()
        expect(visit.answers.last.get_by_text("You corrected this")).to_be_visible()
        with opened(tmp_path) as db:
            assert feedback.correction_of(db, answer).answer == LINES
        visit.reload()
        expect(visit.answers.last.get_by_text("You corrected this")).to_be_visible()
        visit.rest()
        expect(editor(visit)).to_have_count(0)
    visit.page.context.close()


def test_notes_names_instructions_and_corrections_half_written_outlive_a_restart_until_they_are_saved(
    browser, tmp_path
):
    port = free_port()
    id, answer = talk(tmp_path, "Before the frost", "It was green.")
    with opened(tmp_path) as db:
        feedback.correct(db, talk(tmp_path, "Who keeps the mill?")[1], "Otto.")
    with served(tmp_path, port=port) as server:
        visit = Visit(browser, f"{server.url}?talk={id}")
        page, row = visit.page, visit.answers.last
        row.get_by_role("button", name="Bad answer").click()
        row.get_by_label("Note").fill("half a note")
        page.get_by_role("tab", name="Corrections").click()
        page.get_by_role("button", name="Edit: correction").click()
        page.get_by_label("As it should be").fill("Otto and")
        page.get_by_role("tab", name="Chat").click()
        unfold(visit)
        page.get_by_label("Instructions for this conversation").press_sequentially("You are half a")
    with served(tmp_path, port=port):
        visit.reload()
        expect(page.get_by_label("Instructions for this conversation")).to_have_value("You are half a")
        expect(page.get_by_label("Instructions for this conversation")).to_be_focused()
        expect(row.get_by_label("Note")).to_have_value("half a note")
        row.get_by_label("Note").press("Enter")
        expect(row.get_by_role("button", name="Change note")).to_be_visible()
        page.get_by_role("tab", name="Corrections").click()
        expect(page.get_by_label("As it should be")).to_have_value("Otto and")
        page.get_by_label("As it should be").press("Control+Enter")
        expect(page.get_by_label("As it should be")).to_have_count(0)
        page.get_by_role("tab", name="Chat").click()
        page.get_by_label("Name of this conversation").press("End")
        page.keyboard.type(" came")
        with opened(tmp_path) as db:
            assert ratings.rating_of(db, answer).note == "half a note"
            assert feedback.active_corrections(db)[-1].answer == "Otto and"
            assert conversations.conversation(db, id).system_prompt == "You are half a"
            assert conversations.conversation(db, id).title == "Before the frost"
        visit.reload()
        expect(page.get_by_label("Name of this conversation")).to_have_value("Before the frost came")
        visit.question.focus()
        expect(page.locator("#side-list").get_by_text("Before the frost came")).to_be_visible()
        visit.reload()
        expect(page.get_by_label("Name of this conversation")).to_have_value("Before the frost came")
        assert page.evaluate("sessionStorage.getItem('drafts')") == "{}"
    visit.page.context.close()


def test_a_correction_half_written_outlives_the_end_of_the_session_and_the_login(browser, tmp_path):
    with opened(tmp_path) as db:
        users.add_user(db, *ANA)
    id, _ = talk(tmp_path, "Before the rain", owner="ana")
    with served(tmp_path) as server:
        visit = Visit(browser, f"{server.url}?talk={id}", login=ANA)
        begin_correction(visit, LINES)
        with opened(tmp_path) as db:
            users.set_password(db, *ANA)
        with suppress(Error):  # whatever else the page asks for may have brought it to the login already
            visit.answers.last.get_by_role("button", name="Save correction").click(timeout=5000)
        for label, text in zip(("Name", "Password"), ANA, strict=True):
            visit.page.get_by_label(label).fill(text)
        visit.page.keyboard.press("Enter")
        expect(editor(visit)).to_have_value(LINES)
        visit.page.get_by_role("button", name="Log out").click()
        expect(visit.page.get_by_label("Password")).to_be_visible()
        assert visit.page.evaluate("sessionStorage.getItem('drafts')") is None, "whoever comes next finds nothing"
    visit.page.context.close()


def test_an_editor_goes_with_its_message_and_what_was_cancelled_does_not_come_back(visit, server):
    (one, _), (_, answer) = talk(server.home, "The north gate"), talk(server.home, "The south gate")
    visit.go(f"{server.url}?talk={one}")
    expect(visit.answers).to_have_count(1)
    begin_correction(visit, "It is shut at")
    visit.page.get_by_role("button", name="The south gate").click()
    expect(visit.page.locator("#talk .user-row").get_by_text("The south gate")).to_be_visible()
    expect(editor(visit)).to_have_count(0)
    visit.page.get_by_role("button", name="The north gate").click()
    expect(editor(visit)).to_have_value("It is shut at")
    editor(visit).press("Escape")
    expect(editor(visit)).to_have_count(0)
    visit.reload()
    expect(visit.answers.last.get_by_role("button", name="Correct", exact=True)).to_be_visible()
    visit.rest()
    expect(editor(visit)).to_have_count(0)
    with opened(server.home) as db:
        assert feedback.correction_of(db, answer) is None


def test_a_correction_that_is_refused_stays_in_its_field(browser, server):
    id, _ = talk(server.home, "The east gate")
    visit = Visit(browser, f"{server.url}?talk={id}")
    begin_correction(visit, "It is open.")
    with opened(server.home) as db:
        shelves.delete(db, id)
    visit.answers.last.get_by_role("button", name="Save correction").click()
    expect(visit.page.get_by_text("Bring it back from the bin first")).to_be_visible()
    expect(editor(visit)).to_have_value("It is open.")
    visit.page.context.close()


def test_what_is_being_written_about_a_conversation_stays_when_an_answer_in_it_begins_and_ends(visit, server):
    visit.ask("Write a very long story about a weir, with many chapters.", finished=False)
    expect(visit.answers.last.locator(".message-content")).not_to_be_empty()
    unfold(visit)
    fields = {"Instructions for this conversation": "You are half", "Tags of this conversation": "half a"}
    for name, text in fields.items():
        visit.page.get_by_label(name).press_sequentially(text)
        if name.startswith("Tags"):
            visit.page.get_by_role("button", name="Stop").dispatch_event("click")  # the cursor stays in the field
            expect(visit.page.get_by_role("button", name="Send")).to_be_visible()
    for name, text in fields.items():
        expect(visit.page.get_by_label(name)).to_have_value(text)
    visit.question.focus()
    expect(visit.page.locator("#side-list").get_by_text("#half")).to_be_visible()
