"""Files that are dropped into the chat: let in by our own page only, read, quoted under the answer, and removed."""

import base64
import json

import httpx
import pytest
from playwright.sync_api import expect

from assistant.uploads import plain_name
from store import conversations, documents
from store.database import opened
from store.errors import InputRefused
from tests.assistant import papers
from tests.assistant.browser import Visit
from tests.assistant.chat_server import served

pytestmark = pytest.mark.slow

RAW = {"content-type": "application/octet-stream"}
PAGES = papers.pdf(
    "The ferry across the Tarn leaves Harlow at nine in the morning.", "The key of the boathouse hangs behind the map."
)
DROP = """([name, data]) => {
    const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
    const carried = new DataTransfer();
    carried.items.add(new File([bytes], name));
    const target = document.querySelector("#talk");
    for (const kind of ["dragenter", "dragover", "drop"])
        target.dispatchEvent(new DragEvent(kind, { dataTransfer: carried, bubbles: true, cancelable: true }));
}"""


@pytest.fixture(scope="module")
def server(tmp_path_factory, tiny):
    _, gguf = tiny("llama")
    with served(tmp_path_factory.mktemp("uploads"), APRENDIZ_MODEL=str(gguf)) as running:
        yield running


def send(server, data=PAGES, headers=RAW, **query):
    return httpx.post(f"{server.url}documents", params=query, content=data, headers=headers, timeout=60)


def at_last(answer):
    """What is said of it in the end: lines before that say how far it is, where it takes a while."""
    return json.loads(answer.text.splitlines()[-1])


def test_a_file_is_read_and_begins_a_conversation_when_there_is_none(server):
    told = at_last(send(server, name="ferry.pdf"))
    assert (told["name"], told["passages"]) == ("ferry.pdf", 2)
    with opened(server.home) as db:
        (kept,) = documents.documents(db, told["conversation"])
        assert (kept.id, kept.conversation_id) == (told["id"], told["conversation"])
    assert at_last(send(server, name="again.pdf", conversation=told["conversation"]))["id"] == told["id"]


def test_what_cannot_be_read_is_told_and_leaves_nothing(server):
    with opened(server.home) as db:
        before = len(conversations.list_conversations(db))
    for data, query, said in (
        (b"x", {"name": "a.exe"}, "a.exe cannot be read"),
        (b"", {"name": "a.txt"}, "a.txt is empty"),
        (b"x", {"name": ""}, "no name"),
        (b"x" * 50_000_001, {"name": "long.txt"}, "more than 50 MB"),
        (b"text", {"name": "a.txt", "conversation": "nowhere"}, "no conversation 'nowhere'"),
    ):
        answer = send(server, data, **query)
        assert answer.status_code == 400 and said in answer.json()["error"], answer.text
    with opened(server.home) as db:
        assert len(conversations.list_conversations(db)) == before


def test_another_page_cannot_send_a_file(server):
    for headers in (
        RAW | {"origin": "http://evil.example"},
        RAW | {"sec-fetch-site": "cross-site"},
        RAW | {"host": "evil.example"},
    ):
        assert send(server, headers=headers, name="a.pdf").status_code == 403
    for kind in ("text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"):
        assert send(server, headers={"content-type": kind}, name="a.pdf").status_code == 415


def test_only_the_last_part_of_a_name_counts():
    assert plain_name("../../etc/passwd") == "passwd"
    assert plain_name("C:\\papers\\a\x00b\n.pdf") == "ab.pdf"
    long = plain_name("x" * 500 + ".docx")
    assert len(long) == 120 and long.endswith(".docx")
    for none in ("", "/", "\x07"):
        with pytest.raises(InputRefused):
            plain_name(none)


@pytest.mark.browser
def test_a_dropped_file_is_read_in_its_conversation_quoted_under_the_answer_and_removed(browser, server):
    visit = Visit(browser, server.url)
    page = visit.page
    page.evaluate(DROP, ["boat.pdf", base64.b64encode(PAGES).decode()])
    papers_here = page.get_by_label("Documents of this conversation")
    expect(papers_here.get_by_text("boat.pdf")).to_be_visible()
    visit.ask("Where does the key of the boathouse hang?")
    quotes = visit.answers.last.locator(".quotes")
    expect(quotes.locator("summary")).to_contain_text("boat.pdf, page 2")
    expect(quotes.locator("blockquote").first).not_to_be_visible()
    quotes.locator("summary").click()
    expect(quotes.get_by_text("hangs behind the map")).to_be_visible()
    visit.answers.last.get_by_role("button", name="Good answer").click()
    expect(visit.answers.last.get_by_text("What was good?")).to_be_visible()
    expect(quotes.get_by_text("hangs behind the map")).to_be_visible()  # it stays unfolded
    page.get_by_role("button", name="New conversation").click()
    expect(visit.answers).to_have_count(0)
    expect(papers_here).to_have_count(0)
    visit.ask("Where does the key of the boathouse hang?")
    expect(visit.answers.last.locator(".quotes")).to_have_count(0)
    page.locator("#side-list").get_by_role("button").nth(1).click()
    page.get_by_role("button", name="Remove boat.pdf").click()
    expect(papers_here).to_have_count(0)
    expect(visit.answers.last.locator(".quotes")).to_contain_text("was removed since")
    page.context.close()
    assert visit.foreign == [] and visit.faults == []


@pytest.fixture
def reads_slowly(browser, server):
    """A tab in which a document is read only when `go_on` is called: once for each."""
    visit, held = Visit(browser, server.url), []
    visit.page.route("**/documents*", lambda request: held.append(request))

    def go_on(reading):
        expect(visit.page.locator("#reading")).to_have_text(f"Reading {reading} …")
        while not held:
            visit.page.wait_for_timeout(20)
        held.pop().continue_()

    yield visit, go_on
    visit.page.context.close()
    assert visit.foreign == [] and visit.faults == []


def attach(visit, *names):
    chosen = [{"name": name, "mimeType": "", "buffer": f"This is {name}.".encode()} for name in names]
    visit.page.locator("#attached").set_input_files(chosen)


@pytest.mark.browser
def test_files_go_where_they_were_dropped_though_another_conversation_is_opened_while_they_are_read(
    reads_slowly, server
):
    visit, go_on = reads_slowly
    with opened(server.home) as db:
        first, second = (conversations.create_conversation(db, f"The {which} quay").id for which in ("old", "new"))
    visit.go(f"{server.url}?talk={first}")
    expect(visit.page.get_by_label("Name of this conversation")).to_have_value("The old quay")
    attach(visit, "a.txt", "b.txt")
    visit.page.locator("#side-list").get_by_role("button", name="The new quay").click()
    expect(visit.page.get_by_label("Name of this conversation")).to_have_value("The new quay")
    attach(visit, "c.txt")
    for name in ("a.txt", "b.txt", "c.txt"):
        go_on(name)
    expect(visit.page.get_by_label("Documents of this conversation")).to_contain_text("c.txt")
    with opened(server.home) as db:
        names = [[each.name for each in documents.documents(db, id) if each.conversation_id] for id in (first, second)]
    assert names == [["a.txt", "b.txt"], ["c.txt"]]


@pytest.mark.browser
def test_files_that_begin_a_conversation_stay_together_and_take_nobody_out_of_another(reads_slowly, server):
    visit, go_on = reads_slowly
    with opened(server.home) as db:
        other = conversations.create_conversation(db, "The dry dock").id
        before = {each.id for each in conversations.list_conversations(db)} | {other}
    visit.reload()
    attach(visit, "d.txt", "e.txt")
    attach(visit, "f.txt")
    visit.page.locator("#side-list").get_by_role("button", name="The dry dock").click()
    expect(visit.page.get_by_label("Name of this conversation")).to_have_value("The dry dock")
    for name in ("d.txt", "e.txt", "f.txt"):
        go_on(name)
    expect(visit.page.locator("#reading")).to_be_empty()
    visit.page.wait_for_timeout(500)
    expect(visit.page.get_by_label("Name of this conversation")).to_have_value("The dry dock")
    with opened(server.home) as db:
        (begun,) = {each.id for each in conversations.list_conversations(db)} - before
        names = {each.name for each in documents.documents(db, begun) if each.conversation_id}
    assert names == {"d.txt", "e.txt", "f.txt"}


@pytest.mark.browser
def test_chosen_files_are_shared_with_all_conversations_and_faults_are_told(browser, server):
    visit = Visit(browser, server.url, width=360, height=740)
    page = visit.page
    visit.ask("Hello?")
    page.locator("#attached").set_input_files(
        [
            {"name": "inn.docx", "mimeType": "", "buffer": papers.docx(["The inn of Barlow has seven rooms."])},
            {"name": "scan.pdf", "mimeType": "", "buffer": papers.pdf("")},
        ]
    )
    expect(page.locator("#reading")).to_contain_text("scan.pdf has no text")
    page.get_by_role("button", name="Read inn.docx in all conversations").click()
    shared = page.get_by_text("Read in all conversations: 1")
    expect(shared).to_be_visible()
    page.get_by_role("button", name="Conversations").click()
    page.get_by_role("button", name="New conversation").click()
    expect(visit.answers).to_have_count(0)
    expect(shared).to_be_visible()
    visit.ask("How many rooms has the inn of Barlow?")
    expect(visit.answers.last.locator(".quotes summary")).to_contain_text("inn.docx")
    shared.click()
    page.get_by_role("button", name="Remove inn.docx").click()
    expect(shared).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.context.close()
    assert visit.foreign == []
    assert [fault for fault in visit.faults if "400" not in fault] == []  # the scan, as the browser notes it


SORTS = {
    "inn.pptx": papers.pptx(("The inn of Barlow has seven rooms.", "")),
    "inn.xlsx": papers.xlsx(Inns=[["Inn", "Rooms"], ["The inn of Barlow", 7]]),
    "inn.odt": papers.odt("The inn of Barlow has seven rooms."),
    "inn.csv": b"Inn,Rooms\nThe inn of Barlow,7\n",
    "inn.html": b"<!doctype html><h1>Inns</h1><p>The inn of Barlow has seven rooms.</p>",
    "inn.md": b"# Inns\n\nThe inn of Barlow has *seven* rooms.\n",
}


@pytest.mark.browser
def test_every_sort_of_file_that_is_dropped_is_read_and_quoted(browser, server):
    visit = Visit(browser, server.url)
    papers_here = visit.page.get_by_label("Documents of this conversation")
    for name, data in SORTS.items():
        visit.page.get_by_role("button", name="New conversation").click()
        expect(papers_here).to_have_count(0)
        visit.page.evaluate(DROP, [name, base64.b64encode(data).decode()])
        expect(papers_here.get_by_text(name)).to_be_visible()
        visit.ask("How many rooms has the inn of Barlow?")
        quotes = visit.answers.last.locator(".quotes")
        expect(quotes.locator("summary").first).to_contain_text(name)
        expect(quotes.locator("blockquote").first).to_contain_text("The inn of Barlow")
    visit.page.context.close()
    assert visit.foreign == [] and visit.faults == []


LONG = "\n\n".join(f"In {year} the ferry of Harlow was painted anew. " + "Oars. " * 150 for year in range(40)).encode()


def test_how_far_a_long_document_is_read_is_told_line_by_line(server):
    *told, read = [json.loads(line) for line in send(server, LONG, name="long.txt").text.splitlines()]
    assert told and read["passages"] > 40
    for each in told:
        assert f"of {read['passages']} passages, " in each["reading"] and each["reading"].endswith(" left")


@pytest.mark.browser
def test_the_page_says_how_far_a_long_document_is_read(browser, server):
    visit = Visit(browser, server.url)
    visit.page.locator("#attached").set_input_files([{"name": "long.txt", "mimeType": "", "buffer": LONG}])
    expect(visit.page.locator("#reading")).to_contain_text(" passages, ", timeout=60_000)
    papers_here = visit.page.get_by_label("Documents of this conversation")
    expect(papers_here.get_by_text("long.txt")).to_be_visible(timeout=120_000)
    expect(visit.page.locator("#reading")).to_be_empty()
    visit.page.context.close()
    assert visit.foreign == [] and visit.faults == []
