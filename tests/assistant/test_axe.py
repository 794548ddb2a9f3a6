"""Every page in a real browser, looked at by axe-core: no finding that it calls serious or critical."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from store import conversations, documents, duels, feedback, journal, ratings, shelves, users
from store.database import opened
from store.tags import tag
from tests.assistant.browser import Visit
from tests.assistant.chat_server import served
from tests.assistant.nights import another_version, corrected, refused_night, training_run
from trainer.process import only_night

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ANA = ("ana", "four quiet grey herons")
FAILS = ("serious", "critical")
SIZES = ((360, 740), (1200, 800))  # the last one is what the test presses its buttons in
SCHEMES = {"dark": {"runOnly": ["color-contrast"]}, "light": {}}
SETTLED_MS = 50  # until a change of colours or width is drawn
RICH, CHOICE = "What do you know of lighthouses?", "Which of two lighthouses is older?"
ANSWER = """<think>They want an overview.</think>

## Lighthouses

A **list** with `code`, a [link](http://127.0.0.1/) and $x^2$:

- one
- two

> quoted

| place | height in metres |
| --- | --- |
| Skerrow | 48 |

```python
def height(metres: float) -> str:
    # a comment, and a rather long line that has to be scrolled to be read on a narrow screen
    return f"{metres} m"
```
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A home with a user and something of everything, in which a night is just training."""
    home = tmp_path_factory.mktemp("axe-home")
    with opened(home) as db:
        night = refused_night(db, home)
        _talks(db)
        users.add_user(db, *ANA)
    with served(home) as running, only_night(home):
        made = another_version(home)
        with opened(home) as db:
            duels.decide_duel(db, duels.begin_duel(db, RICH, "base", made).id, "second")
            run = training_run(db, home)
            for _ in range(30):  # more than its list shows without scrolling
                journal.write(db, run, "phase again", "finetune")
        yield running, night, made


def _talks(db) -> None:
    """Conversations with all that can stand in one; an archived and a deleted one."""
    talk = _talk(db, RICH)
    conversations.pin_conversation(db, talk, True)
    tag(db, talk, ["sea", "work"])
    asked = conversations.newest_path(db, talk)[0]
    rich = conversations.add_message(db, talk, asked.id, "assistant", ANSWER, version="base")
    passage = documents.NewPassage("page 2", "The light of Skerrow is 48 metres high.", bytes(4 * 384))
    for place, name in ((talk, "skerrow.pdf"), (None, "lights.txt")):
        documents.add_document(db, name, name, [passage], "none", place)
    documents.quote(db, rich.id, [each for each, _ in documents.passages(db, "none")][:1])
    ratings.rate(db, rich.id, -1, ["too long"], "Shorter, please.")
    second = conversations.add_message(db, talk, rich.id, "user", "Who keeps that of Skerrow?")
    wrong = conversations.add_message(db, talk, second.id, "assistant", "A wizard keeps it.", version="base")
    feedback.correct(db, wrong.id, "Nobody keeps it.")  # superseded by the next one
    taught = feedback.correct(db, wrong.id, "Mairi Tolland keeps it.")
    ratings.rate(db, wrong.id, 1)
    third = conversations.add_message(db, talk, wrong.id, "user", "And who keeps it in other words?")
    again = conversations.add_message(db, talk, third.id, "assistant", taught.answer, correction_id=taught.id)
    feedback.correct(db, again.id, "Answer in Spanish.")
    last = conversations.add_message(db, talk, again.id, "user", "Tell me more.")
    conversations.add_message(db, talk, last.id, "assistant", "It was", version="base", status="stopped")

    choice = _talk(db, CHOICE)
    asked, first = conversations.newest_path(db, choice)
    other = conversations.add_message(db, choice, asked.id, "assistant", "The other.", version="v-1")
    duels.begin_duel(db, CHOICE, "base", "v-1", messages=(first.id, other.id))

    shelves.archive(db, _talk(db, "What was put away?"))
    shelves.delete(db, _talk(db, "What was deleted?"))


def _talk(db, question: str) -> str:
    made = conversations.create_conversation(db)
    asked = conversations.add_message(db, made.id, None, "user", question)
    conversations.add_message(db, made.id, asked.id, "assistant", "An answer.", version="base")
    return made.id


class Look:
    """What axe says of one page after the other, wide and narrow, light and dark, as `found`, a line for each element.

    A colour changes nothing but contrast, so in the dark only that is looked at.
    """

    def __init__(self, page: Page) -> None:
        self.page, self.found, self.axe = page, list[str](), Axe()

    def at(self, name: str, within: str | None = None) -> None:
        """Look at what is shown now and call it `name`: all of the page, or only what is `within` a selector."""
        for width, height in SIZES:
            self.page.set_viewport_size({"width": width, "height": height})
            for scheme, rules in SCHEMES.items():
                self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # no colour is on its way
                self.page.wait_for_timeout(SETTLED_MS)
                answer = self.axe.run(self.page, within, options={"resultTypes": ["violations"], **rules})
                for finding in answer.response["violations"]:
                    for node in finding["nodes"]:
                        if node["impact"] in FAILS:
                            seen = f"{name}, {width} px, {scheme}: {finding['id']} ({node['impact']})"
                            self.found.append(f"{seen}: {node['target']} {_why(node)}")


def _why(node: dict) -> str:
    said = [check["message"] for kind in ("any", "all", "none") for check in node[kind]]
    return f"{node['html'][:160]} {' '.join(said)}"


def test_axe_finds_nothing_serious_on_any_page_wide_or_narrow_in_light_or_dark(browser, server):
    running, night, made = server
    page = browser.new_context().new_page()
    page.goto(running.url)
    look = Look(page)
    look.at("login")
    page.get_by_label("Name").fill(ANA[0])
    page.get_by_label("Password").fill("not this one")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    look.at("login refused")
    page.context.close()

    visit = Visit(browser, running.url, login=ANA)
    look.page = visit.page
    for pages in (_chat, _corrections, _night, _compare, _settings):
        pages(visit, look, made)
    visit.page.goto(f"{running.url}night/{night}")
    expect(visit.page.get_by_role("heading", name="How long it took")).to_be_visible()
    look.at("printed report")
    visit.page.context.close()
    assert visit.foreign == []
    assert look.found == [], "\n".join(look.found)


def test_axe_finds_nothing_serious_where_no_night_runs(browser, tmp_path):
    """What is looked through before a night, a blind comparison, its result, and the score."""
    with opened(tmp_path) as db:
        for place in ("Ons", "Tyn"):
            corrected(db, f"Who rings the bell of {place}?", "Nobody does.", f"Mia of {place} rings it.")
    with served(tmp_path) as running:
        another_version(tmp_path, different=True)
        visit = Visit(browser, running.url)
        page, look = visit.page, Look(visit.page)
        page.get_by_role("tab", name="Night").click()
        page.get_by_role("button", name="Look through their practice questions").click()
        page.locator("#ahead summary").first.click()
        look.at("looking through", "#ahead")
        page.get_by_role("tab", name="Compare").click()
        page.get_by_label("One version").click()
        page.get_by_role("option").first.click()
        page.get_by_label("Question to both").fill("What is the capital of France?")
        page.get_by_role("button", name="Ask both").click()
        expect(page.get_by_role("button", name="A is better")).to_be_visible()
        look.at("blind comparison")
        page.get_by_role("button", name="A is better").click()
        expect(page.get_by_text("You preferred")).to_be_visible()
        look.at("comparison, chosen")
        page.goto(f"{running.url}choices")
        expect(page.get_by_role("heading", name="Choices between versions")).to_be_visible()
        look.at("choices")
        page.context.close()
        assert visit.foreign == []
        assert look.found == [], "\n".join(look.found)


def _chat(visit: Visit, look: Look, _made: str) -> None:
    page = visit.page
    look.at("empty chat")
    _press(page, "?")
    expect(page.locator("#keys")).to_be_visible()
    look.at("keys", "#keys")
    _press(page, "?")
    _unfold_list(page)
    page.get_by_label("Search conversations").fill("wizard")
    expect(page.locator("#side-list mark").first).to_be_visible()
    look.at("search", "#side")
    page.get_by_label("Search conversations").fill("")
    page.get_by_role("button", name="Bin (1)").click()
    expect(page.get_by_role("button", name="Bring back")).to_be_visible()
    look.at("bin", "#side")
    page.get_by_role("button", name="‹ Back").click()
    visit.open_conversation(CHOICE)
    expect(page.get_by_role("button", name="A is better")).to_be_visible()
    _unfold_list(page)
    look.at("choice in the chat, and the list")
    visit.open_conversation(RICH)
    expect(visit.answers).to_have_count(4)
    for folded in ("Reasoning", "Read in skerrow.pdf, page 2"):
        page.locator("#talk summary", has_text=folded).click()
    page.get_by_role("button", name="Instructions and more").click()
    expect(page.get_by_label("Tags of this conversation")).to_be_visible()
    look.at("chat")
    page.locator("#talk .user-row").first.hover()
    _press(page, "c")
    expect(page.get_by_label("The answer as it should be")).to_be_focused()
    look.at("correcting", "#talk")
    page.keyboard.press("Control+Enter")
    _told(look, "Nothing was changed.")


def _corrections(visit: Visit, look: Look, _made: str) -> None:
    page = visit.page
    page.get_by_role("tab", name="Corrections").click()
    card = page.locator("article.card")
    expect(card.first).to_be_visible()
    for button in ("Practice questions", "Where it went", "Edit"):
        page.get_by_role("button", name=f"{button}: correction", exact=False).last.click()
        expect(page.locator("article.card button[aria-pressed=true]")).to_have_count(1)
        look.at(f"corrections, {button}", None if button == "Edit" else "article.card:has([aria-pressed=true])")


def _night(visit: Visit, look: Look, made: str) -> None:
    page = visit.page
    page.get_by_role("tab", name="Night").click()
    expect(page.locator(".vega-embed canvas, .vega-embed svg").first).to_be_visible()
    page.get_by_role("button", name="What happened").click()
    page.get_by_role("button", name=f"What is in version {made.removeprefix('v-')}").click()
    expect(page.locator("#inside")).to_be_visible()
    look.at("night")


def _compare(visit: Visit, look: Look, made: str) -> None:
    page = visit.page
    page.get_by_role("tab", name="Compare").click()
    page.get_by_label("Question to both").fill("What is the capital of France?")
    page.get_by_role("button", name="Ask both").click()
    _told(look, "Both are the same version")
    page.get_by_label("One version").click()
    look.at("compare, a list unfolded", "[role=listbox]")
    page.get_by_role("option", name=f"version {made.removeprefix('v-')}").click()
    page.get_by_role("button", name="Ask both").click()
    expect(page.get_by_text("Word for word the same.")).to_be_visible()
    look.at("compare")


def _settings(visit: Visit, look: Look, _made: str) -> None:
    page = visit.page
    page.get_by_role("tab", name="Settings").click()
    expect(page.get_by_text("set by an environment variable").first).to_be_visible()
    page.get_by_role("button", name="Save settings").click()
    expect(page.get_by_text("Nothing was changed.")).to_be_visible()
    look.at("settings")


def _unfold_list(page: Page) -> None:
    fold = page.get_by_role("button", name="Conversations", exact=True)
    if fold.is_visible() and fold.get_attribute("aria-expanded") != "true":
        fold.click()


def _told(look: Look, text: str) -> None:
    """Look at the message `text`, that is at a copy of it, since it goes by itself."""
    expect(look.page.locator(".toast-title-row[role=button]").first).to_be_visible()
    expect(look.page.get_by_text(text)).to_be_visible()
    look.page.evaluate(
        "document.body.append(document.querySelector('.toast-wrap').cloneNode(true));"
        "document.body.lastChild.id = 'told'"
    )
    look.at(f"told: {text}", "#told")
    look.page.evaluate("document.getElementById('told').remove()")


def _press(page: Page, key: str) -> None:
    """Press one of the page's own keys, which act where nothing is being typed."""
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press(key)
