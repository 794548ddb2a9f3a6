"""The login, two users and the settings in a real browser, against a really served home with the default model."""

import json
import re
from contextlib import suppress

import httpx
import pytest
from playwright.sync_api import Error, expect

from models.version_files import current
from store import conversations, documents, duels, feedback, ratings, users
from store.database import opened
from store.settings import load_settings
from tests.assistant.browser import Visit
from tests.assistant.chat_server import served

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ANA, BEN = ("ana", "four quiet grey herons"), ("ben", "three loud white geese")
QUESTION, TAUGHT = "Who keeps the light of Skerrow?", "Mairi Tolland keeps it."


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    home = tmp_path_factory.mktemp("two-users")
    with opened(home) as db:
        for each in (ANA, BEN):
            users.add_user(db, *each)
    with served(home) as running:
        yield running


@pytest.fixture
def enter(browser, server):
    """Logs somebody in, by keyboard, and gives their tab; at the end none of them asked elsewhere or had an error."""
    made: list[Visit] = []

    def come_in(who: tuple[str, str]) -> Visit:
        made.append(Visit(browser, server.url, login=who))
        return made[-1]

    yield come_in
    for visit in made:
        visit.page.context.close()
        assert visit.foreign == []
        assert visit.faults == []


def press(visit: Visit, to: str, **carried: str) -> None:
    """Send a press that no button on this page carries."""
    field = visit.page.locator(f"#{to}-act textarea, #{to}-act input").first
    field.evaluate(
        "(field, value) => { field.value = value; field.dispatchEvent(new Event('input', { bubbles: true })); }",
        json.dumps({**carried, "at": str(id(object()))}),
    )


def refused(visit: Visit) -> None:
    expect(visit.page.get_by_text("of yours").first).to_be_visible()
    visit.page.get_by_role("button", name="Close").first.click()
    expect(visit.page.get_by_text("of yours")).to_have_count(0)


def test_a_wrong_password_is_told_and_the_right_one_lets_in_and_out_again_by_keyboard(browser, server):
    page = browser.new_context().new_page()
    page.goto(server.url)
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type("ana")
    page.keyboard.press("Tab")
    page.keyboard.type("not the password")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("Name and password do not belong together.")
    expect(page.get_by_label("Password")).to_be_focused()
    page.keyboard.type(ANA[1])
    page.keyboard.press("Enter")
    expect(page.get_by_label("Your question")).to_be_visible()
    expect(page.locator("#visitor")).to_contain_text("ana")
    leave = page.get_by_role("button", name="Log out")
    leave.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Password")).to_be_visible()
    page.goto(server.url)
    expect(page.get_by_label("Password")).to_be_visible()
    page.context.close()


def test_the_login_works_without_scripts_and_on_a_narrow_dark_screen(browser, server):
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": 360, "height": 640}, color_scheme="dark"
    )
    page = context.new_page()
    page.goto(server.url)
    page.get_by_label("Name").fill(BEN[0])
    page.get_by_label("Password").fill(BEN[1])
    page.get_by_role("button", name="Log in").click()
    assert page.url == server.url and any(kept["name"] == "aprendiz_session" for kept in context.cookies())
    context.close()


def test_two_users_do_not_see_read_rate_or_correct_each_others_conversations(enter, server):
    ana, ben = enter(ANA), enter(BEN)
    ana.ask(QUESTION)
    ana.correct(TAUGHT)
    expect(ana.page.get_by_role("button", name=QUESTION)).to_be_visible()
    ben.reload()
    expect(ben.page.get_by_text("No conversations yet.")).to_be_visible()
    ben.page.get_by_label("Search conversations").fill("Skerrow")
    expect(ben.page.get_by_text("Nothing found.")).to_be_visible()

    with opened(server.home) as db:
        (talk,) = conversations.list_conversations(db, owner="ana")
        asked, answer = conversations.newest_path(db, talk.id)
    for do, carried in {
        "open": {"id": talk.id},
        "show": {"id": answer.id},
        "pin": {"id": talk.id},
        "delete": {"id": talk.id},
        "rate": {"id": answer.id, "value": "1"},
        "reason": {"id": answer.id, "reason": "correct"},
    }.items():
        press(ben, "chat", do=do, **carried)
        refused(ben)
    for do, id in (("retry", answer.id), ("reword", asked.id)):
        press(ben, "again", do=do, id=id, text="And who else?")
        refused(ben)
    ben.page.locator("#talk-id textarea, #talk-id input").first.evaluate(
        "(f, id) => { f.value = id; f.dispatchEvent(new Event('input', { bubbles: true })); }", talk.id
    )
    ben.question.fill("What was said here?")
    ben.question.press("Enter")
    refused(ben)
    assert TAUGHT not in ben.page.content()
    with opened(server.home) as db:
        assert conversations.conversation(db, talk.id) == talk
        assert [each.id for each in conversations.newest_path(db, talk.id)] == [asked.id, answer.id]
        assert ratings.rating_of(db, answer.id) is None


def test_what_one_taught_answers_the_other_and_stands_among_the_corrections_of_its_maker_and_the_first_user(
    enter, server
):
    ana, ben = enter(ANA), enter(BEN)
    ben.ask("Which boat lies in the harbour of Orm?")
    ben.correct("The Petrel lies there.")
    ana.ask("Which boat lies in the harbour of Orm?")
    assert "The Petrel lies there." in ana.answers.last.inner_text()
    assert "From a correction by ben" in ana.answers.last.inner_text()
    for visit, seen in ((ben, 1), (ana, 2)):
        visit.page.get_by_role("tab", name="Corrections").click()
        expect(visit.page.locator(".card h3")).to_have_count(seen)
    with opened(server.home) as db:
        (first,) = [each.id for each in feedback.corrections(db) if each.by == "ana"]
    press(ben, "teaching", do="forget", id=str(first))
    refused(ben)
    with opened(server.home) as db:
        assert feedback.correction(db, first).active


def test_a_file_is_given_to_all_after_a_question_and_withdrawn_by_who_gave_it(enter, server):
    ana, ben = enter(ANA), enter(BEN)
    asked: list[str] = []
    ben.page.on("dialog", lambda dialog: asked.append(dialog.message))
    ana.ask("Name a colour.")
    ben.ask("Name a fruit.")
    for visit, name, count in ((ana, "rules.txt", 1), (ben, "private.txt", 2)):
        text = f"The {name} of the boathouse hang behind the map.".encode()
        visit.page.locator("#attached").set_input_files({"name": name, "mimeType": "", "buffer": text})
        visit.page.get_by_role("button", name=f"Read {name} in all conversations").click()
        expect(visit.page.get_by_text(f"Read in all conversations: {count}")).to_be_visible()
    assert asked == [
        "Let all users read “private.txt”? Their answers will quote it until you or the first user remove it."
    ]
    of_all = ben.page.locator(".papers-of-all")
    of_all.locator("summary").click()
    expect(of_all.get_by_text("rules.txt")).to_be_visible()
    expect(of_all.get_by_role("button")).to_have_accessible_name("Remove private.txt")
    of_all.get_by_role("button").click()
    expect(of_all).to_have_text("Read in all conversations: 1rules.txt")
    with opened(server.home) as db:
        (kept,) = documents.documents(db, None)
    press(ben, "shelf", do="unread", id=str(kept.id))
    expect(ben.page.get_by_text("removed by who gave it").first).to_be_visible()
    with opened(server.home) as db:
        assert documents.documents(db, None) == [kept] and kept.name == "rules.txt"


def test_a_comparison_of_the_first_user_is_not_decided_by_another(enter, server):
    with opened(server.home) as db:
        compared = duels.begin_duel(db, "Which?", "base", "v-1")
    ben = enter(BEN)
    press(ben, "chat", do="choose", id=str(compared.id), side="first")
    expect(ben.page.get_by_text("nothing left to choose").first).to_be_visible()
    with opened(server.home) as db:
        assert duels.duel(db, compared.id).preferred is None


def test_nights_versions_and_settings_are_for_the_first_user_alone(enter, server):
    ana, ben = enter(ANA), enter(BEN)
    expect(ana.page.get_by_role("tab", name="Settings")).to_be_visible()
    expect(ben.page.locator("#visitor")).to_contain_text("ben")
    expect(ben.page.get_by_role("tab", name="Night")).to_have_count(0)
    expect(ben.page.get_by_role("tab", name="Settings")).to_have_count(0)
    ben.page.get_by_role("tab", name="Corrections").click()
    ben.page.get_by_role("tab", name="Chat").click()
    expect(ben.page.get_by_text("That did not work")).to_have_count(0)

    client = httpx.Client(base_url=server.url.rstrip("/"), timeout=120)
    client.post("/login", data={"name": BEN[0], "password": BEN[1]})
    config = client.get("/config").json()
    inside = _below(config["layout"], {part["id"] for part in config["components"] if _titled(part)})
    closed = [each for each in config["dependencies"] if {target for target, _ in each["targets"]} & inside]
    assert len(closed) >= 12
    for each in closed:
        asked = {"fn_index": each["id"], "session_hash": f"s{each['id']}", "data": [None] * len(each["inputs"])}
        assert client.post("/gradio_api/queue/join", json=asked).status_code == 200
        said = client.get("/gradio_api/queue/data", params={"session_hash": asked["session_hash"]}).text
        assert '"success":false' in said.replace(" ", "") and "Only the first user" in said, each
    assert not (server.home / "night.log").exists() and current(server.home) == "base"
    assert not (server.home / "config.toml").exists()


def _titled(part: dict) -> bool:
    return part["type"] == "tabitem" and part["props"].get("label") in ("Night", "Compare", "Settings")


def _below(layout: dict, tops: set[int]) -> set[int]:
    """The ids of everything inside the parts `tops`, and those themselves."""
    found: set[int] = set()

    def walk(node: dict, inside: bool) -> None:
        inside = inside or node["id"] in tops
        if inside:
            found.add(node["id"])
        for child in node.get("children") or ():
            walk(child, inside)

    walk(layout, False)
    return found


def test_a_page_whose_session_ended_elsewhere_comes_back_at_the_login(browser, server):
    visit = Visit(browser, server.url, login=BEN)
    with opened(server.home) as db:
        users.set_password(db, *BEN)
    with suppress(Error):  # whatever else the page asks for may have brought it to the login already
        visit.page.get_by_role("button", name="New conversation").click(timeout=5000)
    expect(visit.page.get_by_label("Password")).to_be_visible()
    visit.page.context.close()


def test_a_setting_that_is_changed_on_the_page_counts_at_once_and_keeps_the_comments(browser, tmp_path):
    (tmp_path / "config.toml").write_text("# my settings\nmemory = true  # for now\n")
    with opened(tmp_path) as db:
        talk = conversations.create_conversation(db)
        asked = conversations.add_message(db, talk.id, None, "user", QUESTION)
        said = conversations.add_message(db, talk.id, asked.id, "assistant", "I do not know.")
        feedback.correct(db, said.id, TAUGHT)
    with served(tmp_path) as running:
        visit = Visit(browser, running.url)
        visit.ask(QUESTION)
        assert TAUGHT in visit.answers.last.inner_text()
        visit.page.get_by_role("tab", name="Settings").click()
        memory = visit.page.get_by_label("Memory", exact=True)
        expect(memory).to_be_checked()
        expect(visit.page.get_by_label("Threads")).to_be_disabled()
        expect(visit.page.get_by_text("set by an environment variable").first).to_be_visible()
        memory.uncheck()
        visit.page.get_by_label("Free disk").fill("a lot")
        visit.page.get_by_role("button", name="Save settings").click()
        expect(visit.page.get_by_text("min_free_gib is 'a lot'").first).to_be_visible()
        assert (tmp_path / "config.toml").read_text() == "# my settings\nmemory = true  # for now\n"
        visit.page.get_by_label("Free disk").fill("1.5")
        visit.page.get_by_label(re.compile(r"^\s*Address")).fill("0.0.0.0")
        visit.page.get_by_role("button", name="Save settings").click()
        expect(visit.page.get_by_text("nobody has a password yet").first).to_be_visible()
        visit.page.get_by_label(re.compile(r"^\s*Address")).fill("127.0.0.1")
        visit.page.get_by_role("button", name="Save settings").click()
        expect(visit.page.locator("#settings-result")).to_contain_text("Memory, Free disk: counts from now on.")
        kept = (tmp_path / "config.toml").read_text()
        assert kept == "# my settings\nmemory = false  # for now\nmin_free_gib = 1.5\n"
        assert not load_settings(tmp_path).memory
        visit.page.get_by_role("tab", name="Chat").click()
        expect(visit.page.locator("#top")).to_contain_text("memory off")
        visit.ask(QUESTION)
        assert TAUGHT not in visit.answers.last.inner_text()
        visit.page.context.close()
        assert visit.faults == [] and visit.foreign == []
