"""What the tests of the page share: a browser, a home served to it, and a tab in which nothing may go wrong."""

import pytest

from tests.assistant.browser import Visit, chromium
from tests.assistant.chat_server import served


@pytest.fixture(scope="module")
def browser():
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """An empty home, served with the default model."""
    with served(tmp_path_factory.mktemp("home")) as running:
        yield running


@pytest.fixture
def visit(browser, server):
    made = Visit(browser, server.url)
    yield made
    made.page.context.close()
    assert made.foreign == [], "the page asked another host for something"
    assert made.faults == [], "the console told errors"


@pytest.fixture
def go(browser, server):
    """Opens a tab at an address of the page; every tab has to be without faults in the end."""
    made = []

    def to(address="", **more):
        made.append(Visit(browser, server.url + address, **more))
        return made[-1]

    yield to
    for visit in made:
        visit.page.context.close()
        assert visit.foreign == [] and visit.faults == []
