"""A home with many conversations: how long the page takes to open, to search, to page on, to open one of them.

    python tests/bench/many_conversations.py [5000]

The times are what somebody waits in Chromium, from the act to what it shows; the store's own part stands beside them.
"""

import json
import random
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[2]))

from playwright.sync_api import expect

from store.database import opened
from store.finding import find
from store.transfer import import_data
from tests.assistant.browser import chromium
from tests.assistant.chat_server import served

WORDS = (
    "river harbour lantern orchard winter ledger copper meadow signal anchor village engine timber garden letter "
    "bridge candle market saddle window basket station pepper violin marble ribbon tunnel cotton shadow barrel"
).split()
TIMES = 5
OPENINGS = 11
LISTED = """new MutationObserver((_, seen) => {
  if (!document.querySelector("#side-list li button")) return;
  window.listed = performance.now();
  seen.disconnect();
}).observe(document, { childList: true, subtree: true });"""
"""Notes in the page when the list is filled; Playwright, once it has waited a while, looks every half second only."""
SEARCHES = ("lantern", "copper meadow", "talk 4321", "har win", "nothinghasthis")


def main(count: int) -> None:
    """Fill a home, serve it, and print what was measured."""
    with tempfile.TemporaryDirectory() as place:
        home = Path(place)
        began = time.monotonic()
        with opened(home) as db:
            import_data(db, "made.jsonl", "\n".join(made(count)).encode())
        print(f"{count} conversations of 6 messages taken in {time.monotonic() - began:.1f} s")
        with opened(home) as db:
            for search in ("", *SEARCHES):
                times = [timed(lambda search=search: find(db, search, limit=101)) for _ in range(TIMES)]
                print(f"store: {search or 'the list'!r}: {1000 * median(times):.0f} ms")
        with served(home) as server, chromium() as browser:
            print(f"server ready after {server.ready_s:.1f} s")
            opening = [opened_page(browser, server.url) for _ in range(OPENINGS)]
            told("page, from navigation to a list one can use", opening)
            page = browser.new_context().new_page()
            page.goto(server.url)
            shown = page.locator("#side-list li")
            expect(shown).to_have_count(100)
            field = page.get_by_label("Search conversations")
            for search in SEARCHES:
                times = []
                for _ in range(TIMES):
                    field.fill("")
                    expect(shown).to_have_count(100)
                    expect(page.locator("#side-list mark")).to_have_count(0)
                    begun = time.monotonic()
                    field.fill(search)
                    page.wait_for_selector("#side-list mark, #side-list .none")
                    times.append(time.monotonic() - begun)
                told(f"search for {search!r}", times)
            field.fill("")
            expect(page.locator("#side-list mark, #side-list .none")).to_have_count(0)
            told("the next hundred", [timed(lambda n=n: more(page, n)) for n in range(2, 2 + TIMES)])
            told("one opened", [timed(lambda n=n: open_one(page, n)) for n in range(TIMES)])


def made(count: int) -> list[str]:
    """Conversations in the form of an import, with made-up words."""
    rng = random.Random(7)

    def text(length: int) -> str:
        return " ".join(rng.choices(WORDS, k=length))

    lines = []
    for number in range(count):
        said = [{"role": ("user", "assistant")[turn % 2], "content": text(12 + 60 * (turn % 2))} for turn in range(6)]
        lines.append(json.dumps({"conversation": f"made:{number}", "title": f"Talk {number}", "messages": said}))
    return lines


def opened_page(browser: object, url: str) -> float:
    """Seconds from navigation to a filled list, in a browser that knows nothing of the page yet."""
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script(LISTED)
    page.goto(url, wait_until="commit")
    page.wait_for_function("window.listed")
    seconds = page.evaluate("window.listed") / 1000
    context.close()
    return seconds


def more(page: object, pages: int) -> None:
    page.get_by_role("button", name="Show more").click()
    expect(page.locator("#side-list li")).to_have_count(100 * pages)


def open_one(page: object, number: int) -> None:
    page.locator("#side-list li button").nth(number).click()
    expect(page.locator("#talk .bot-row")).to_have_count(3)
    expect(page.locator("#side-list li button").nth(number)).to_have_attribute("aria-pressed", "true")


def timed(act: object) -> float:
    begun = time.monotonic()
    act()
    return time.monotonic() - begun


def told(what: str, times: list[float]) -> None:
    print(f"{what}: median {median(times):.2f} s, worst {max(times):.2f} s of {len(times)}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
