"""The pages in a real browser with the keyboard alone: nothing here is clicked."""

import pytest
from playwright.sync_api import expect

from models.version_files import current
from store import conversations, duels, feedback, wordings
from store.accepted import accepted
from store.database import opened
from store.wordings import own_wordings
from tests.assistant.nights import another_version, corrected, refused_night

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def keys(visit):
    """The keyboard, with the cursor out of the question's box."""
    visit.page.keyboard.press("Escape")
    return visit.page.keyboard


def retype(keys, text):
    """Put `text` in place of what is in the field that has the focus."""
    keys.press("Control+A")
    keys.type(text)


def test_a_conversation_is_named_tagged_pinned_and_told_what_to_do(visit, keys, server):
    page = visit.page
    keys.press("i")
    keys.type("Say the word lantern.")
    keys.press("Enter")
    expect(visit.answers.last.get_by_role("button", name="Correct")).to_be_visible()
    pin = page.get_by_role("button", name="Pin", exact=True)
    visit.tab_to(pin, backwards=True)
    keys.press("Enter")
    expect(pin).to_have_attribute("aria-pressed", "true")
    expect(pin).to_be_focused()
    title = page.get_by_label("Name of this conversation")
    visit.tab_to(title, backwards=True)
    retype(keys, "Lanterns")
    keys.press("Enter")
    expect(page.locator("#side-list").get_by_role("button", name="Lanterns")).to_be_visible()
    more = page.get_by_role("button", name="Instructions and more")
    visit.tab_to(more)
    keys.press("Enter")
    instructions = page.get_by_label("Instructions for this conversation")
    expect(instructions).to_be_visible()
    visit.tab_to(instructions)
    keys.type("Be brief.")
    visit.tab_to(page.get_by_label("Tags of this conversation"))
    keys.type("harbour")
    keys.press("Enter")
    inventive = page.get_by_role("button", name="Inventive", exact=True)
    visit.tab_to(inventive)
    keys.press("Enter")
    expect(inventive).to_have_attribute("aria-pressed", "true")
    expect(inventive).to_be_focused()
    with opened(server.home) as db:
        talk = conversations.list_conversations(db)[0]
    assert (talk.title, talk.pinned, talk.system_prompt) == ("Lanterns", True, "Be brief.")


def test_a_file_is_attached_and_one_of_two_answers_chosen(visit, keys, server):
    with opened(server.home) as db:
        talk = conversations.create_conversation(db, "Two answers")
        asked = conversations.add_message(db, talk.id, None, "user", "What is a weir?")
        one, other = (
            conversations.add_message(db, talk.id, asked.id, "assistant", text, version=version)
            for text, version in (("A low dam.", "base"), ("A kind of fish.", "v-1"))
        )
        choice = duels.begin_duel(db, "What is a weir?", "base", "v-1", messages=(one.id, other.id))
    page = visit.page
    page.on("filechooser", lambda _: None)  # Playwright misses what comes right after it was asked to listen
    visit.reload()
    keys.press("Escape")
    visit.tab_to(page.locator("#side-list").get_by_role("button", name="Two answers"))
    keys.press("Enter")
    better = page.get_by_role("button", name="A is better")
    expect(better).to_be_visible()
    visit.tab_to(better, backwards=True)
    keys.press("Enter")
    expect(page.get_by_text("You preferred").first).to_be_visible()
    with opened(server.home) as db:
        assert duels.duel(db, choice.id).preferred == "base"
    attach = page.get_by_role("button", name="Add a file")
    visit.tab_to(attach)
    with page.expect_file_chooser() as chooser:
        keys.press("Enter")
    chooser.value.set_files([{"name": "weir.txt", "mimeType": "text/plain", "buffer": b"The weir of Ons is old."}])
    expect(page.get_by_label("Documents of this conversation").get_by_text("weir.txt")).to_be_visible()


def test_a_vote_gets_its_reason_and_its_note(visit, keys, server):
    visit.ask("Name a colour.")
    keys.press("Escape")
    keys.press("-")
    reason = visit.answers.last.get_by_role("button", name="wrong", exact=True)
    visit.tab_to(reason, backwards=True)
    keys.press("Enter")
    expect(reason).to_have_attribute("aria-pressed", "true")
    expect(reason).to_be_focused()
    visit.tab_to(visit.answers.last.get_by_label("Note"))
    keys.type("not a colour")
    keys.press("Enter")
    expect(visit.answers.last.get_by_role("button", name="Change note")).to_be_visible()


def test_a_correction_is_found_reworded_practised_and_forgotten(visit, keys, server):
    with opened(server.home) as db:
        corrected(db, "Who winds the clock of Orsa?", "Nobody does.", "Ida Falk winds it.")
    page, card = visit.page, visit.page.locator("article.card")
    keys.press("2")
    visit.tab_to(page.get_by_label("Search corrections"))
    keys.type("clock orsa")
    expect(card).to_have_count(1)
    edit = card.get_by_role("button", name="Edit: correction")
    visit.tab_to(edit)
    keys.press("Enter")
    expect(card.get_by_label("As it should be")).to_be_focused()
    retype(keys, "Jon Falk winds it.")
    visit.tab_to(card.get_by_role("button", name="Save the new wording"))
    keys.press("Enter")
    expect(card.filter(has_text="Jon Falk").get_by_role("button", name="Edit: correction")).to_be_visible()
    with opened(server.home) as db:
        assert "Jon Falk winds it." in [each.answer for each in feedback.active_corrections(db)]
    visit.tab_to(page.get_by_label("Search corrections"), backwards=True)
    keys.type(" remembered")
    expect(card).to_have_count(1)
    practice = card.get_by_role("button", name="Practice questions")
    visit.tab_to(practice)
    keys.press("Enter")
    out = card.get_by_role("button", name="Leave out").first
    expect(out).to_be_visible()
    expect(practice).to_be_focused()
    visit.tab_to(out)
    keys.press("Enter")
    again = card.get_by_role("button", name="Use again")
    expect(again).to_be_focused()
    keys.press("Enter")
    expect(again).to_have_count(0)
    expect(out).to_be_focused()
    visit.tab_to(card.get_by_label("In your own words"))
    keys.type("Whose hand winds the clock of Orsa?")
    keys.press("Enter")
    expect(card.get_by_text("(yours)")).to_be_visible()
    expect(card.get_by_label("In your own words")).to_be_focused()
    visit.tab_to(card.get_by_role("button", name="Forget"), backwards=True)
    keys.press("Enter")
    visit.tab_to(page.get_by_label("Search corrections"), backwards=True)
    retype(keys, "clock orsa forgotten")
    expect(card.first).to_be_visible()
    with opened(server.home) as db:
        assert all("Jon Falk" not in each.answer for each in feedback.corrections(db))


def test_what_is_new_is_reworded_and_accepted_before_the_night(visit, keys, server):
    with opened(server.home) as db:
        for place in ("Visby", "Ystad"):
            corrected(db, f"Who lights the lamps of {place}?", "Nobody does.", f"Mia of {place} lights them.")
    page, ahead = visit.page, visit.page.locator("#ahead")
    keys.press("3")
    visit.tab_to(ahead.get_by_role("button", name="Look through their practice questions"))
    keys.press("Enter")
    expect(ahead.get_by_role("heading", name="Who lights the lamps of Ystad?")).to_be_visible()
    visit.tab_to(ahead.locator("summary").first)
    keys.press("Enter")
    visit.tab_to(ahead.get_by_role("textbox").first)
    retype(keys, "Whose task are the lamps of Ystad?")
    keys.press("Enter")
    expect(ahead.get_by_text("Whose task are the lamps of Ystad? (yours)")).to_be_visible()
    accept = ahead.get_by_role("button", name="Accept", exact=True)
    visit.tab_to(accept)
    keys.press("Enter")
    expect(ahead.get_by_role("heading", name="Who lights the lamps of Visby?")).to_be_visible()
    expect(accept).to_be_focused()
    visit.tab_to(ahead.get_by_role("button", name="Back to the list"))
    keys.press("Enter")
    expect(ahead.get_by_role("listitem").first).to_contain_text("accepted")
    assert page.evaluate("document.activeElement !== document.body")
    with opened(server.home) as db:
        assert accepted(db) and ("Whose task are the lamps of Ystad?",) in own_wordings(db).values()
        assert wordings.refused_wordings(db)


def test_conversations_are_saved_and_taken_in_again(visit, keys, server, tmp_path):
    with opened(server.home) as db:
        gone = conversations.create_conversation(db, "Carried over")
        conversations.add_message(db, gone.id, None, "user", "Carried over")
    page = visit.page
    page.on("filechooser", lambda _: None)  # Playwright misses what comes right after it was asked to listen
    visit.reload()
    keys.press("Escape")
    visit.tab_to(page.get_by_role("link", name="Save all", exact=True))
    with page.expect_download() as download:
        keys.press("Enter")
    download.value.save_as(tmp_path / "all.jsonl")
    with opened(server.home) as db:
        conversations.delete_conversation(db, gone.id)
    visit.tab_to(page.get_by_label("Import from a file"))
    with page.expect_file_chooser() as chooser:
        keys.press("Space")
    chooser.value.set_files(tmp_path / "all.jsonl")
    expect(page.locator("#brought")).to_contain_text("Taken: 1 conversation")
    expect(page.locator("#side-list").get_by_role("button", name="Carried over")).to_be_visible()


def test_what_happened_in_a_night_is_unfolded_and_read(visit, keys, server):
    with opened(server.home) as db:
        refused_night(db, server.home)
    page = visit.page
    keys.press("3")
    happened = page.get_by_role("button", name="What happened")
    expect(happened).to_be_visible()
    visit.tab_to(happened)
    keys.press("Enter")
    lines = page.get_by_label("What happened in this night")
    expect(lines).to_be_visible()
    visit.tab_to(lines)


def test_a_version_is_put_in_service_and_taken_back(visit, keys, server):
    made = another_version(server.home)
    keys.press("3")
    use = visit.page.get_by_role("button", name=f"Use version {made.removeprefix('v-')}")
    expect(use).to_be_visible()
    visit.tab_to(use)
    keys.press("Enter")
    back = visit.page.get_by_role("button", name="Go back to the version before")
    expect(back).to_be_visible()
    assert current(server.home) == made
    visit.tab_to(back)
    keys.press("Enter")
    expect(use).to_be_visible()
    assert current(server.home) == "base"


def test_two_versions_are_compared_and_one_is_chosen(visit, keys, server):
    made = another_version(server.home, different=True)
    page = visit.page
    keys.press("4")
    one = page.get_by_label("One version")
    expect(one).to_have_value("the original model")
    visit.tab_to(one)
    retype(keys, made.removeprefix("v-"))
    keys.press("Enter")
    expect(one).to_have_value(f"version {made.removeprefix('v-')}")
    visit.tab_to(page.get_by_label("Question to both"))
    keys.type("What is the capital of France?")
    keys.press("Enter")
    better = page.get_by_role("button", name="A is better")
    expect(better).to_be_visible()
    visit.tab_to(better)
    keys.press("Enter")
    expect(page.get_by_text("You preferred")).to_be_visible()
    with opened(server.home) as db:
        counted = duels.score(db, made, "base")
    assert counted.one + counted.other == 1


def test_a_setting_is_changed_and_saved(visit, keys, server):
    page = visit.page
    keys.press("5")
    hour = page.get_by_label("Time of the night")
    expect(hour).to_have_value("03:00")
    visit.tab_to(hour)
    retype(keys, "04:30")
    visit.tab_to(page.get_by_role("button", name="Save settings"))
    keys.press("Enter")
    expect(page.get_by_role("status").filter(has_text="counts from now on")).to_be_visible()
    assert '"04:30"' in (server.home / "config.toml").read_text()
