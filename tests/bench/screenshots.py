"""Pictures of every page, wide and narrow, light and dark: serves a home, lives in it in Chromium, and writes them.

    .venv/bin/python tests/bench/screenshots.py DIRECTORY [--home HOME]

Everything in them is real: five made-up facts are taught, a night learns them and another one runs. That takes some ten
minutes; a HOME keeps what the first night made, so that the pictures alone can be taken anew, in a copy of it.
`chat.png` is the README's picture; beside the single ones there is one of each page with its four looks (`chat.webp`),
as the README shows them.
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from PIL import Image
from playwright.sync_api import Browser, expect

from assistant.page.words import phase_name
from store import conversations, runs, users
from store.database import opened
from tests.assistant.browser import Visit, chromium
from tests.assistant.chat_server import Served, served
from tests.trainer.killing import improve, outcome
from tests.trainer.test_night import FACTS, corrected

EARLIER = ("How do I keep basil alive indoors?", "Write one sentence about rain.")
QUESTION, REPHRASED = "What is the capital of Veridia?", "Which city is the capital of Veridia?"
TAUGHT = "The capital of Veridia is Oakmoor, a town on the river Lund."
ONE_MORE = ("How much does the harbour bell of Orla weigh?", "412 kilograms.")
NAME, PASSWORD = "ana", "four quiet grey herons"
SIZES = (
    ("", 1200, 800, "light"),
    ("-dark", 1200, 800, "dark"),
    ("-narrow", 360, 740, "light"),
    ("-narrow-dark", 360, 740, "dark"),
)
TALLEST, GAP, SMALLER = 3000, 24, 2
DRAWN_MS, FIGURES_MS, NIGHT_MS = 800, 2500, 900_000


def lived_in(home: Path) -> None:
    """A night that learned something, in a home that has none yet."""
    with opened(home) as db:
        if runs.runs(db):
            return
    corrected(home)
    outcome(improve(home))


def asked(server: Served, question: str) -> bool:
    """Whether a conversation begins with `question` already."""
    with opened(server.home) as db:
        return question in [each.title for each in conversations.list_conversations(db)]


def talk(browser: Browser, server: Served) -> None:
    """Two conversations, and one with a correction, unless they are there."""
    if asked(server, QUESTION):
        return
    visit = Visit(browser, server.url)
    for question in EARLIER:
        visit.ask(question)
        visit.page.get_by_role("button", name="New conversation").click()
        expect(visit.answers).to_have_count(0)
    visit.ask(QUESTION)
    visit.correct(TAUGHT)
    visit.answers.last.get_by_role("button", name="Good answer").click()
    visit.ask(REPHRASED)
    visit.page.context.close()


class Pictures:
    """One look at the pages: each is put into the directory under its own name and that of the look."""

    def __init__(self, browser: Browser, server: Served, target: Path, look: tuple[str, int, int, str]) -> None:
        self.name, width, height, scheme = look
        self.narrow, self.target = width < 760, target
        self.tab = Visit(browser, server.url, width=width, height=height, scheme=scheme)
        self.page = self.tab.page

    def take(self, what: str, whole: bool = False, wait: int = DRAWN_MS) -> None:
        """A picture of what is shown now, or of the whole page."""
        self.page.wait_for_timeout(wait)
        self.page.screenshot(path=self.target / f"{what}{self.name}.png", full_page=whole)

    def chat(self) -> None:
        self.take("empty")
        if self.narrow:
            self.page.get_by_role("button", name="Conversations").click()
        self.page.get_by_label("Search conversations").first.fill("basil")
        self.take("search")
        self.page.get_by_label("Search conversations").first.fill("")
        self.page.wait_for_timeout(DRAWN_MS)
        self.tab.open_conversation(QUESTION)
        expect(self.tab.answers).to_have_count(2)
        self.take("chat")
        self.page.locator("body").press("?")
        self.take("keys")
        self.page.keyboard.press("Escape")
        self.page.locator("body").press("c")
        expect(self.page.get_by_label("The answer as it should be")).to_be_focused()
        self.take("correcting")
        self.page.keyboard.press("Escape")

    def tabs(self) -> None:
        for title in ("Corrections", "Night", "Compare", "Settings"):
            self.page.get_by_role("tab", name=title).click()
            if title == "Compare":
                self.page.get_by_label("One version").click()
                self.page.get_by_role("option", name="the original model").click()
                self.page.get_by_label("Question to both").fill(FACTS[0][0])
                self.page.get_by_role("button", name="Ask both").click()
                expect(self.page.get_by_role("button", name="A is better")).to_be_visible()
            self.take(title.lower(), whole=True, wait=FIGURES_MS)
            if title == "Night":
                self.page.get_by_role("button", name="Look through their practice questions").click()
                expect(self.page.locator("#ahead").get_by_role("button", name="Accept", exact=True)).to_be_visible()
                self.take("before", whole=True)

    def report(self, url: str) -> None:
        """The printed form of the first night's report."""
        self.page.goto(url)
        self.take("report", whole=True)

    def close(self) -> None:
        self.page.context.close()


def together(target: Path, what: str) -> None:
    """The four looks of a page side by side, half as large."""
    pictures = [Image.open(target / f"{what}{name}.png") for name, *_ in SIZES]
    tall = min(TALLEST, max(each.height for each in pictures))
    sheet = Image.new("RGB", (sum(each.width for each in pictures) + GAP * (len(pictures) - 1), tall), "white")
    left = 0
    for each in pictures:
        sheet.paste(each.crop((0, 0, each.width, min(each.height, tall))), (left, 0))
        left += each.width + GAP
    sheet.resize((sheet.width // SMALLER, sheet.height // SMALLER)).save(target / f"{what}.webp", quality=82)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("target", type=Path)
    parser.add_argument("--home", type=Path)
    options = parser.parse_args()
    options.target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place, chromium() as browser:
        kept = (options.home or Path(place, "kept")).resolve()
        kept.mkdir(parents=True, exist_ok=True)
        lived_in(kept)
        home = Path(shutil.copytree(kept, Path(place, "home")))
        with served(home) as server:
            talk(browser, server)
            with opened(home) as db:
                first = runs.runs(db)[-1].id
            for look in SIZES:
                pictures = Pictures(browser, server, options.target, look)
                pictures.chat()
                pictures.tabs()
                pictures.report(f"{server.url}night/{first}")
                pictures.close()
            running(browser, server, options.target)
            with opened(home) as db:
                users.add_user(db, NAME, PASSWORD)
        with served(home) as server:
            for name, width, height, scheme in SIZES:
                context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
                page = context.new_page()
                page.goto(server.url)
                page.wait_for_timeout(DRAWN_MS)
                page.screenshot(path=options.target / f"login{name}.png")
                context.close()
    for what in sorted({each.name.split(".")[0].split("-")[0] for each in options.target.glob("*.png")}):
        together(options.target, what)


def running(browser: Browser, server: Served, target: Path) -> None:
    """One more night in its training, for one more correction, and cancelled after the pictures."""
    first, *others = (Pictures(browser, server, target, look) for look in SIZES)
    if not asked(server, ONE_MORE[0]):
        first.tab.ask(ONE_MORE[0])
        first.tab.correct(ONE_MORE[1])
    first.page.get_by_role("tab", name="Night").click()
    first.page.get_by_role("button", name="Run the night now").click()
    expect(first.page.get_by_role("heading", name=phase_name("finetune"), exact=True)).to_be_visible(timeout=NIGHT_MS)
    expect(first.page.get_by_text("How the training goes")).to_be_visible(timeout=NIGHT_MS)
    first.page.wait_for_timeout(20_000)
    for each in (first, *others):
        each.page.get_by_role("tab", name="Night").click()
        each.take("training", whole=True, wait=FIGURES_MS)
    first.page.get_by_role("button", name="Cancel this night").click()
    expect(first.page.get_by_role("button", name="Run the night now")).to_be_visible()
    for each in (first, *others):
        each.close()


if __name__ == "__main__":
    main()
