"""Branches of a conversation in a real browser: the one that is shown stays so, and a search opens the one it means."""

import re

import pytest
from playwright.sync_api import expect

from store import conversations
from store.database import opened
from tests.assistant.browser import Visit
from tests.assistant.chat_server import free_port, served

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LONG = "\n\n".join(f"Line {number} of it." for number in range(60))


def answered(home, question, *answers):
    """A stored conversation of one question and its answers: its id and theirs."""
    with opened(home) as db:
        talk = conversations.create_conversation(db).id
        asked = conversations.add_message(db, talk, None, "user", question)
        said = [conversations.add_message(db, talk, asked.id, "assistant", text, version="base") for text in answers]
    return talk, [each.id for each in said]


def test_the_branch_that_is_shown_is_shown_again_and_the_next_question_goes_below_it(browser, tmp_path):
    port = free_port()
    with served(tmp_path, port=port) as server:
        id, (first, second) = answered(tmp_path, "What is a weir?", "A low dam.", "A fish trap.")
        visit, other = (Visit(browser, f"{server.url}?talk={id}") for _ in range(2))
        visit.answers.last.get_by_role("button", name="Previous answer").click()
        expect(visit.page).to_have_url(re.compile(f"talk={id}&message={first}$"))
        expect(other.page).to_have_url(re.compile(f"talk={id}&message={second}$"))
        visit.question.fill("And a sluice, in one word?")
        visit.reload()
        expect(visit.answers.last).to_contain_text("A low dam.")
        expect(visit.question).to_have_value("And a sluice, in one word?")
        other.reload()
        expect(other.answers.last).to_contain_text("A fish trap.")
        other.page.context.close()
    with served(tmp_path, port=port):
        visit.reload()
        expect(visit.answers.last.get_by_text("1/2")).to_be_visible()
        visit.question.press("Enter")
        expect(visit.answers).to_have_count(2)
        expect(visit.answers.last.get_by_role("button", name="Correct")).to_be_visible()
        with opened(tmp_path) as db:
            path = [each.id for each in conversations.newest_path(db, id)]
        assert path[1] == first
        visit.reload()
        expect(visit.page).to_have_url(re.compile(f"talk={id}&message={path[-1]}$"))
        expect(visit.answers).to_have_count(2)
        visit.page.context.close()


def test_an_address_with_a_message_that_is_not_there_shows_the_newest_branch(go, server):
    id, (_, second) = answered(server.home, "What is a lock?", "A gate.", "A chamber.")
    _, (foreign, _) = answered(server.home, "What is a dyke?", "A wall.", "A ditch.")
    for bad in ("0123", foreign):
        visit = go(f"?talk={id}&message={bad}")
        expect(visit.answers.last).to_contain_text("A chamber.")
        expect(visit.page).to_have_url(re.compile(f"talk={id}&message={second}$"))


def test_going_back_shows_the_branch_that_was_left_and_takes_no_branch_for_a_step(go, server):
    id, _ = answered(server.home, "What is a bollard?", "A post.", "A rope.")
    other, _ = answered(server.home, "What is a cleat?", "A hook.", "A nail.")
    visit = go()
    visit.open_conversation("What is a bollard?")
    for _ in range(3):
        before = visit.page.url
        visit.answers.last.get_by_role("button", name="Previous answer").click()
        expect(visit.page).not_to_have_url(before)
    visit.open_conversation("What is a cleat?")
    expect(visit.answers.last).to_contain_text("A nail.")
    expect(visit.page).to_have_url(re.compile(f"talk={other}"))
    visit.page.go_back()
    expect(visit.answers.last).to_contain_text("A post.")
    expect(visit.page).to_have_url(re.compile(f"talk={id}"))
    visit.page.go_back()
    expect(visit.page).to_have_url(server.url)


@pytest.mark.parametrize("before", [False, True])
def test_a_search_opens_the_branch_with_the_message_that_it_found_and_shows_that(go, server, before):
    """Whether the conversation is shown `before` or not."""
    word = "marram" if before else "samphire"
    id, (first,) = answered(server.home, f"What grows there{before}?", f"The {word} grows.\n\n{LONG}")
    with opened(server.home) as db:
        asked = conversations.add_message(db, id, first, "user", "Is that so?")
        conversations.add_message(db, id, asked.id, "assistant", LONG, version="base")
        path = conversations.path_to(db, first)
        conversations.add_message(db, id, path[0].id, "assistant", f"Nothing.\n\n{LONG}", version="base")
    visit = go(f"?talk={id}" if before else "")
    if before:
        expect(visit.answers.last.get_by_text("Nothing.")).to_have_count(1)
    visit.page.get_by_label("Search conversations").fill(word)
    visit.page.locator("#side-list mark", has_text=word).click()
    found = visit.answers.filter(has_text=word)
    expect(found.get_by_text("1/2")).to_have_count(1)
    expect(visit.answers).to_have_count(2)
    visit.page.wait_for_timeout(1500)  # Gradio goes to the end when it has drawn
    expect(found.get_by_text(f"The {word} grows.")).to_be_in_viewport()
    expect(visit.page.locator("#talk .user-row").last).not_to_be_in_viewport()
