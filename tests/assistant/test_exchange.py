"""Files out and in over HTTP, behind the guard."""

import asyncio
import io
import time
import zipfile

import httpx
import pytest
from fastapi import FastAPI

from assistant import exchange
from assistant.guard import Guard
from assistant.login import Login
from store import conversations, transfer
from store.database import opened
from store.shelves import delete
from store.transfer import ImportCount


@pytest.fixture
def ask(home):
    """One request to the routes, as they stand behind guard and login."""
    app = FastAPI()
    app.include_router(exchange.exchange(home))

    def asked(method, path, **more):
        async def sent():
            transport = httpx.ASGITransport(app=Guard(Login(app, home, required=False), "127.0.0.1"))
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:7860") as client:
                return await client.request(method, path, **more)

        return asyncio.run(sent())

    return asked


@pytest.fixture
def talk(home):
    with opened(home) as db:
        made = conversations.create_conversation(db, 'Über "Öl/Wasser"\n../..')
        conversations.add_message(db, made.id, None, "user", "Öl?")
    return made.id


def test_a_download_is_named_after_the_conversation_and_not_kept_by_the_browser(ask, talk):
    answer = ask("GET", f"/conversations/{talk}.json")
    assert answer.status_code == 200 and answer.json()["messages"][0]["content"] == "Öl?"
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''%C3%9Cber%20%20%C3%96l%20Wasser.json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert "Öl?" in ask("GET", f"/conversations/{talk}.md").text


def test_what_is_not_there_or_deleted_is_not_given_out(ask, talk, home):
    with opened(home) as db:
        delete(db, talk)
    for path in (f"{talk}.json", f"{talk}.md", "nothing.json", "nothing.md"):
        assert ask("GET", f"/conversations/{path}").status_code == 404
    assert ask("GET", "/conversations/all.jsonl").text == ""
    assert ask("GET", "/conversations/..%2fstore.db").status_code == 404


def test_a_branch_of_another_conversation_is_not_given_out(ask, talk, home):
    with opened(home) as db:
        other = conversations.create_conversation(db, "other")
        secret = conversations.add_message(db, other.id, None, "user", "secret words")
    assert "secret" not in ask("GET", f"/conversations/{talk}.md?leaf={secret.id}").text
    assert ask("GET", f"/conversations/{talk}.md?leaf=nothing").status_code == 404


def test_a_file_is_taken_and_a_foreign_page_cannot_send_one(ask, home):
    line = '{"conversation": "one", "messages": [{"role": "user", "content": "Q"}]}'
    refused = ask("POST", "/conversations?name=x.json", content=line, headers={"origin": "http://evil.example"})
    assert refused.status_code == 403
    assert ask("POST", "/conversations", content=line, headers={"host": "evil.example"}).status_code == 403
    with opened(home) as db:
        assert conversations.list_conversations(db) == []
    taken = ask("POST", "/conversations?name=x.json", content=line)
    assert (taken.status_code, taken.text) == (200, "Taken: 1 conversation, 1 message.\n")
    again = ask("POST", "/conversations?name=x.json", content=line)
    assert again.text == "Nothing new: 1 had been taken before.\n"


def test_how_far_an_import_is_is_told_line_by_line(ask, monkeypatch):
    monkeypatch.setattr(transfer, "HELD_S", 0.0)
    lines = [f'{{"conversation": "{n}", "messages": [{{"role": "user", "content": "Q"}}]}}' for n in range(3)]
    said = ask("POST", "/conversations?name=x.jsonl", content="\n".join(lines)).text.splitlines()
    assert said == [
        "1 of 3 conversations, less than a minute left",
        "2 of 3 conversations, less than a minute left",
        "Taken: 3 conversations, 3 messages.",
    ]


def test_an_import_goes_on_when_nobody_listens_and_says_where_it_broke_off(home):
    """The page may be closed, and the disk may be full."""
    went_on: list[str] = []

    def goes_on(tell):
        tell("1 of 2")
        time.sleep(0.2)
        went_on.append("to the end")
        return "Taken."

    def breaks(tell):
        tell("1 of 2")
        raise OSError("the disk is full.")

    async def listened(work, lines):
        heard = exchange._lines(work)
        said = [await anext(heard) for _ in range(lines)]
        await heard.aclose()
        await asyncio.sleep(0.5)
        return said

    assert asyncio.run(listened(goes_on, 1)) == ["1 of 2\n"] and went_on == ["to the end"]
    _, last = asyncio.run(listened(breaks, 2))
    assert "the disk is full. What was taken stays; give the same file again" in last


@pytest.mark.parametrize("data", [b"\xff\xfe", b"{", b"[]x", b'{"conversation": 5, "messages": []}'])
def test_a_file_that_cannot_be_read_is_refused_with_its_name(ask, data):
    answer = ask("POST", "/conversations?name=odd.json", content=data)
    assert answer.status_code == 400 and answer.text.startswith("odd.json")


def test_a_file_that_is_too_large_is_refused_before_it_is_read(ask, monkeypatch):
    monkeypatch.setattr(exchange, "MOST_BYTES", 1 << 20)
    assert ask("POST", "/conversations", content=b" " * ((1 << 20) + 1)).status_code == 413


def test_an_archive_may_not_unpack_to_more_than_a_file_may_be(ask, monkeypatch):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("conversations.json", " " * ((1 << 20) + 1))
    monkeypatch.setattr(exchange, "MOST_BYTES", 1 << 20)
    answer = ask("POST", "/conversations?name=much.zip", content=packed.getvalue())
    assert answer.status_code == 400 and "much.zip unpacks to more than 1 MiB" in answer.text


def test_what_an_import_added_is_told_in_words():
    assert exchange.count_words(ImportCount(2, 1, 0, 1, 3)) == (
        "Taken: 2 conversations, 1 message, 1 correction. 3 had been taken before."
    )
    assert exchange.count_words(ImportCount()) == "There was no conversation in it."
